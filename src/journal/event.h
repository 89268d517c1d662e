// SPDX-License-Identifier: LGPL-2.1-or-later
// Joins the records of audit events.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/record.h"
#include "journal/source.h"

namespace ringfence::journal {

using DomainId = std::pair<Id, std::uint64_t>;

/// A denial, with what the other records of its event say about the process.
struct DenialEvent {
    DomainId domain;
    Time time{};
    std::uint64_t serial = 0;  ///< of the audit event, unique within a boot
    AccessRecord access;
    SyscallRecord process;             ///< empty when that record is missing
    std::string command_line;          ///< its words separated by NUL; may be empty
    std::vector<std::string> records;  ///< the texts of the event's records, when asked for
};

/// Identifies the event of a record.
struct EventId {
    Id boot = {};
    std::uint64_t serial = 0;
    Time time{};  ///< of the event, where records have it: in logs, whose boots are not certain

    auto operator<=>(const EventId&) const = default;
};

std::uint64_t hash_of(const EventId& id);

/// Joins the records of an event. They may come in any order. Records that are more than `window`
/// events apart are not joined, and the denial then lacks its program. Records of events without a
/// denial are not parsed.
/// Memory: the texts of the records in the window, with at most `most_denials` of an event and
/// `most_waiting` of all. A system call makes at most 1024 of them (sendmmsg(2)).
class EventJoiner {
  public:
    using Take = std::function<void(DenialEvent&&)>;
    static constexpr std::size_t default_window = 1024;
    static constexpr std::size_t most_denials = 1024;
    static constexpr std::size_t most_waiting = 16384;

    explicit EventJoiner(Take take, std::size_t window = default_window)
        : take_(std::move(take)), window_(window) {}

    void add(const EventId& id, Time time, AccessRecord&& record, std::string_view text);
    /// Replaces the object of a denial without an object, of the same domain and rights, in an
    /// event that was not delivered yet. Returns whether there is such a denial.
    bool complete(const EventId& id, const AccessRecord& record, std::string_view text);
    /// Replaces a SYSCALL or PROCTITLE record that was cut by the complete one.
    void complete_detail(const EventId& id, std::string_view text);
    /// Adds a SYSCALL or PROCTITLE record. It is parsed only if its event has a denial.
    void add_detail(const EventId& id, Time time, std::string_view text);

    /// Delivers all events that began at or before `time`.
    void flush(Time time = Time::max());
    /// Delivers the events that have all their records. The others stay.
    void flush_complete();
    bool empty() const { return order_.empty(); }
    /// Denials that were left out, because their events have too many.
    std::uint64_t uncounted() const { return uncounted_; }

    /// Keeps the texts of records for DenialEvent::records.
    void keep_texts() { keep_texts_ = true; }

  private:
    struct Access {
        Time time;
        AccessRecord record;
        std::string text;
    };
    struct Event {
        Time begin{};
        std::vector<Access> denials;
        std::vector<std::string> details;
    };
    struct Hash {
        std::size_t operator()(const EventId& id) const {
            return static_cast<std::size_t>(hash_of(id));
        }
    };

    Event& open(const EventId& id, Time time);
    void close(const EventId& id);
    void close_oldest();

    Take take_;
    std::size_t window_;
    bool keep_texts_ = false;
    std::size_t waiting_ = 0;  // denials that were not delivered yet
    std::uint64_t uncounted_ = 0;
    std::unordered_map<EventId, Event, Hash> open_;
    std::deque<EventId> order_;
};

}  // namespace ringfence::journal
