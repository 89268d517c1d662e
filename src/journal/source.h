// SPDX-License-Identifier: LGPL-2.1-or-later
// The interface through which a review reads journal entries. They come from sd-journal
// (sd_source.h), from texts (spool.h), and in tests from vectors.
//
// Trust: journald sets the fields whose names begin with "_", and the sender cannot
// (systemd.journal-fields(7)). The sending process writes all other fields of an entry, unless the
// entry is an audit record. The kernel wrote the MESSAGE= of an entry with _TRANSPORT=kernel if its
// SYSLOG_FACILITY= is 0 (audit_entry.h).
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
#include "base/timestamp.h"

namespace ringfence::journal {

/// A 128-bit ID of systemd, for example of a boot or a machine.
using Id = std::array<std::uint8_t, 16>;

/// 32 lower-case hex digits.
std::string to_string(const Id& id);

/// The ID with these 32 hex digits. Nothing for another text.
std::optional<Id> parse_id(std::string_view digits);

/// The unit of a process, as `_SYSTEMD_UNIT=` and `_SYSTEMD_USER_UNIT=` name it.
struct Unit {
    std::string name;       ///< the system's unit: "nginx.service", "user@1000.service"
    std::string user_name;  ///< the unit of that user's manager; empty for a system service

    auto operator<=>(const Unit&) const = default;
    bool empty() const { return name.empty() && user_name.empty(); }
    /// The unit that an administrator thinks of: the user's unit, if there is one.
    const std::string& shown() const { return user_name.empty() ? name : user_name; }
};

/// The entries of one pass (review.h says why there are several passes).
enum class Pass : std::uint8_t {
    domains,  ///< domain records (1424)
    reports,  ///< the wrapper's reports
    denials,  ///< access records (1423) with the syscall and proctitle records of their events
    losses,   ///< messages of the kernel and journald about records that they dropped, and entries
              ///< that look like records but are of a program
};

struct Selection {
    Pass pass = Pass::denials;
    Time since = Time::min();  ///< the period, with both ends
    Time until = Time::max();
    std::optional<Id> boot;
    std::string invocation;  ///< 32 hex digits: only entries of this start of a unit
};

class Source {
  public:
    virtual ~Source() = default;

    /// Starts reading at the oldest entry of a selection. A source may also deliver entries of
    /// other passes, but none of other times or boots.
    virtual Result<void> select(const Selection& selection) = 0;

    /// Goes to the next entry. The first call goes to the first entry. False at the end.
    virtual Result<bool> next() = 0;

    // About the current entry. The results are valid until the next call of a member.

    /// The first value of a field. Nothing if the entry does not have the field.
    virtual std::optional<std::string_view> field(const char* name) = 0;
    virtual Time time() = 0;
    virtual Id boot() = 0;

    /// The time at which the oldest entry was received. Time::max() if there is none.
    virtual Time oldest() { return Time::max(); }

    /// The units whose invocation IDs begin with these hex digits, according to trusted fields.
    /// There is no current entry afterwards.
    virtual Result<std::vector<Unit>> units_of_invocation(std::string_view digits) = 0;

    /// Whether the entries have the boot IDs that journald gave them. If not, a domain and the
    /// report of its wrapper are joined by the tag alone, across boots.
    virtual bool knows_boots() const { return true; }

    /// The number of entries or lines that are neither journal entries nor audit records.
    virtual std::uint64_t unreadable() const { return 0; }

    /// The number of lines that look like records of denials, but whose form is unknown.
    virtual std::uint64_t unread() const { return 0; }

    /// Whether the source may have a record more than once (copies.h).
    virtual bool may_have_copies() const { return true; }

    /// Whether the records come from the kernel, by journald or auditd. If not, they are from a
    /// text that others write to, too: a file of a syslog daemon, or the output of dmesg(1).
    virtual bool proved() const { return true; }

    /// Whether records of the audit system, of whatever kind, reached a journal in this boot. Asked
    /// when all entries were read: a selection ends by it.
    virtual bool has_audit_reader(const Id& boot) {
        static_cast<void>(boot);
        return false;
    }
};

}  // namespace ringfence::journal
