// SPDX-License-Identifier: LGPL-2.1-or-later
// Denials: the records of one event put together, equal ones counted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "journal/attribution.h"
#include "journal/record.h"
#include "journal/source.h"

namespace ringfence::journal {

/// What makes denials of one domain equal. The object's inode and PID do not.
struct DenialKey {
    std::vector<std::string> rights;  ///< the blockers, in the kernel's order
    ObjectType type = ObjectType::none;
    std::string path;
    bool abstract = false;
    bool remote = false;
    std::string address;
    std::optional<std::uint16_t> port;
    std::string comm;  ///< of the object
    std::string exe;   ///< of the denied process, from the event's SYSCALL record; may be empty
    std::string process_comm;
    bool many = false;  ///< stands for all further ones of the domain with these rights

    auto operator<=>(const DenialKey&) const = default;
};

/// Equal denials.
struct Tally {
    std::uint64_t count = 0;
    Time first = Time::max();
    Time last = Time::min();
    Object object;                    ///< of the last one
    std::optional<std::int64_t> pid;  ///< the denied process of the last one
    std::string command_line;         ///< its words separated by NUL; may be empty

    void add(const Tally& other);
};

using DomainId = std::pair<Id, std::uint64_t>;

/// Puts events together and counts. Records of one event may come in any order; those that are more
/// than `window` events apart are not put together (the denial then lacks its program).
/// Memory: the window, and one row a different denial, but at most `max_rows` for a domain: a
/// service that is denied ever new names gets one row a set of rights for the rest.
class DenialCounter {
  public:
    static constexpr std::size_t default_window = 1024;
    static constexpr std::size_t default_max_rows = 10000;
    explicit DenialCounter(std::size_t window = default_window,
                           std::size_t max_rows = default_max_rows)
        : window_(window), max_rows_(max_rows) {}

    /// `event`: the audit event's serial number, unique within a boot.
    void add(const Id& boot, std::uint64_t event, Time time, const Record& record);

    /// Everything counted. The counter is empty afterwards.
    std::map<std::pair<DomainId, DenialKey>, Tally> finish();

  private:
    using EventId = std::pair<Id, std::uint64_t>;
    struct Event {
        std::vector<std::pair<Time, AccessRecord>> denials;
        SyscallRecord process;
        std::string command_line;
    };

    void close(const EventId& id);
    void count(const DomainId& domain, DenialKey key, const Tally& tally);

    std::size_t window_;
    std::size_t max_rows_;
    std::map<EventId, Event> open_;
    std::deque<EventId> order_;
    std::map<std::pair<DomainId, DenialKey>, Tally> counted_;
    std::map<DomainId, std::size_t> rows_;
};

}  // namespace ringfence::journal
