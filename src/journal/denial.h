// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts equal denials, within a limit of memory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/event.h"
#include "journal/record.h"
#include "journal/source.h"

namespace ringfence::journal {

/// Two denials of one fence are equal if their keys are. The object's inode and PID do not count.
struct DenialKey {
    Blockers blockers;
    ObjectType type = ObjectType::none;
    std::string path;
    bool abstract = false;
    bool remote = false;
    std::string address;
    std::optional<std::uint16_t> port;
    std::string comm;  ///< of the object
    std::string exe;   ///< of the denied process, from the event's SYSCALL record; may be empty
    std::string process_comm;
    bool many = false;  ///< stands for all further denials of the fence with these rights

    auto operator<=>(const DenialKey&) const = default;
};

DenialKey key_of(const DenialEvent& event);

/// Whether the path of a denial leads to the denied object (path_check.h).
enum class PathCheck : std::uint8_t { unverified, verified, mismatch };

/// The number of equal denials, with details of the last one.
struct Tally {
    std::uint64_t count = 0;
    Time first = Time::max();
    Time last = Time::min();
    Object object;                     ///< of the last one
    std::optional<std::int64_t> pid;   ///< the denied process of the last one
    std::string command_line;          ///< its words separated by NUL; may be empty
    std::uint64_t serial = 0;          ///< the audit event of the last one
    Id boot = {};                      ///< of the last one
    std::vector<std::string> records;  ///< texts of its event's records, when they are kept
    bool replaced = false;             ///< the path was a different file later: its inode changed
    PathCheck path = PathCheck::unverified;  ///< of the last one

    void add(const Tally& other);
};

/// The tally of one event.
Tally tally_of(DenialEvent&& event);

/// Counts denials. It uses at most `max_bytes` of memory and at most `max_rows` rows for a fence.
/// Beyond that, a service that is denied new names again and again gets one row for each set of
/// rights. Denials that do not fit even so are counted in `uncounted()`.
class DenialCounter {
  public:
    static constexpr std::size_t default_max_rows = 10000;
    static constexpr std::size_t default_max_bytes = 8u << 20;
    /// The caller's number for the owner of a fence.
    using OwnerNumber = std::size_t;
    using Rows = std::map<std::pair<OwnerNumber, DenialKey>, Tally>;

    explicit DenialCounter(std::size_t max_rows = default_max_rows,
                           std::size_t max_bytes = default_max_bytes)
        : max_rows_(max_rows), max_bytes_(max_bytes) {}

    void add(OwnerNumber whose, DenialKey key, Tally&& one);

    /// Returns all rows. The counter is empty afterwards.
    Rows finish();

    std::uint64_t uncounted() const { return uncounted_; }

  private:
    Rows::iterator find_or_make(OwnerNumber whose, DenialKey&& key, std::size_t bytes);

    std::size_t max_rows_, max_bytes_;
    std::size_t bytes_ = 0;
    std::uint64_t uncounted_ = 0;
    Rows rows_;
    std::map<OwnerNumber, std::size_t> rows_of_;
};

}  // namespace ringfence::journal
