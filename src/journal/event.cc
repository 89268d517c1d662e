// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/event.h"

#include <algorithm>

namespace ringfence::journal {

namespace {

// Besides denials, an event has one SYSCALL and one PROCTITLE record.
constexpr std::size_t most_details = 2;

}  // namespace

std::uint64_t hash_of(const EventId& id) {
    std::uint64_t hash = id.serial * 0x9e3779b97f4a7c15u;
    for (const std::uint8_t byte : id.boot)
        hash = hash * 31 + byte;
    return hash;
}

EventJoiner::Event& EventJoiner::open(const EventId& id, Time time) {
    const auto [found, opened] = open_.try_emplace(id);
    if (!opened) return found->second;
    found->second.begin = time;
    order_.push_back(id);
    if (order_.size() > window_) {
        const EventId oldest = order_.front();
        order_.pop_front();
        close(oldest);
        return open_.at(id);
    }
    return found->second;
}

void EventJoiner::add(const EventId& id, Time time, AccessRecord&& record, std::string_view text) {
    open(id, time).denials.push_back(
        {time, std::move(record), keep_texts_ ? std::string(text) : std::string()});
}

bool EventJoiner::complete(const EventId& id, const AccessRecord& record, std::string_view text) {
    const auto event = open_.find(id);
    if (event == open_.end()) return false;
    for (Access& access : event->second.denials) {
        const bool same = access.record.domain == record.domain &&
                          access.record.blockers == record.blockers &&
                          access.record.object == Object{};
        if (!same) continue;
        access.record.object = record.object;
        if (keep_texts_) access.text = text;
        return true;
    }
    return false;
}

void EventJoiner::add_detail(const EventId& id, Time time, std::string_view text) {
    Event& event = open(id, time);
    if (event.details.size() < most_details) event.details.emplace_back(text);
}

void EventJoiner::close(const EventId& id) {
    const auto found = open_.find(id);
    Event event = std::move(found->second);
    open_.erase(found);
    if (event.denials.empty()) return;
    DenialEvent denial;
    denial.serial = id.serial;
    for (const std::string& text : event.details) {
        auto record = parse_record(text);
        if (!record) continue;
        if (auto* syscall = std::get_if<SyscallRecord>(&*record))
            denial.process = std::move(*syscall);
        else if (auto* title = std::get_if<ProctitleRecord>(&*record))
            denial.command_line = std::move(title->command_line);
    }
    if (keep_texts_) {
        for (const Access& access : event.denials)
            denial.records.push_back(access.text);
        denial.records.insert(denial.records.end(), event.details.begin(), event.details.end());
    }
    for (Access& access : event.denials) {
        DenialEvent one = denial;
        one.domain = {id.boot, access.record.domain};
        one.time = access.time;
        one.access = std::move(access.record);
        take_(std::move(one));
    }
}

void EventJoiner::flush(Time time) {
    while (!order_.empty() && open_.at(order_.front()).begin <= time) {
        const EventId oldest = order_.front();
        order_.pop_front();
        close(oldest);
    }
}

void EventJoiner::flush_complete() {
    const auto complete = [&](const EventId& id) {
        const Event& event = open_.at(id);
        return !event.denials.empty() && event.details.size() == most_details;
    };
    std::deque<EventId> kept;
    for (const EventId& id : order_)
        if (complete(id))
            close(id);
        else
            kept.push_back(id);
    order_ = std::move(kept);
}

}  // namespace ringfence::journal
