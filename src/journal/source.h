// SPDX-License-Identifier: LGPL-2.1-or-later
// Where journal entries come from, behind an interface as narrow as the review needs it: sd-journal
// (sd_source.h), vectors in tests, other formats later.
//
// Trust: a field whose name begins with "_" was set by journald and cannot be set by the sender
// (systemd.journal-fields(7)); every other field of an entry that is no audit record was written by
// the sending process.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::journal {

/// When journald received an entry: CLOCK_REALTIME in microseconds, as `journalctl --since` uses
/// it.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// A 128-bit ID of systemd: boot, machine.
using Id = std::array<std::uint8_t, 16>;

/// 32 lower-case hex digits.
std::string to_string(const Id& id);

/// From 32 hex digits; nothing for another text.
std::optional<Id> parse_id(std::string_view digits);

/// What `_SYSTEMD_UNIT=` and `_SYSTEMD_USER_UNIT=` say of a process.
struct Unit {
    std::string name;       ///< the system's unit: "nginx.service", "user@1000.service"
    std::string user_name;  ///< the unit of that user's manager; empty for a system service

    auto operator<=>(const Unit&) const = default;
    bool empty() const { return name.empty() && user_name.empty(); }
    /// The unit an administrator thinks of: the user's where there is one.
    const std::string& shown() const { return user_name.empty() ? name : user_name; }
};

/// Which entries to read, one pass each (review.h says why there are several).
enum class Pass : std::uint8_t {
    domains,  ///< domain records (1424)
    reports,  ///< the wrapper's reports
    denials,  ///< access records (1423) with the syscall and proctitle records of their events
    losses,   ///< the kernel's and journald's words about records that they dropped
};

struct Selection {
    Pass pass = Pass::denials;
    Time since = Time::min();  ///< both ends belong to it
    Time until = Time::max();
    std::optional<Id> boot;
    std::string invocation;  ///< 32 hex digits: only what journald files under this start of a unit
};

class Source {
  public:
    virtual ~Source() = default;

    /// Starts reading from the oldest entry of a selection. A source may deliver more than was
    /// selected by kind, not more than was selected by time and boot.
    virtual Result<void> select(const Selection& selection) = 0;

    /// Goes to the next entry; false at the end. The first call goes to the first.
    virtual Result<bool> next() = 0;

    // Of the current entry; valid until the next call of a member.

    /// The value of a field, its first where there are several; nothing when the entry has none.
    virtual std::optional<std::string_view> field(const char* name) = 0;
    virtual Time time() = 0;
    virtual Id boot() = 0;

    /// When the oldest entry of all was received; Time::max() when there is none.
    virtual Time oldest() { return Time::max(); }

    /// The units that trusted fields give to invocation IDs that begin with these hex digits.
    /// Leaves no current entry.
    virtual Result<std::vector<Unit>> units_of_invocation(std::string_view digits) = 0;

    /// Whether its entries have the boot ID that journald gave them. False: a domain and the report
    /// of its wrapper can only be joined by the tag, across boots.
    virtual bool knows_boots() const { return true; }

    /// Entries or lines that were no journal entries or audit records.
    virtual std::uint64_t unreadable() const { return 0; }
};

}  // namespace ringfence::journal
