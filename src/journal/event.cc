// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/event.h"

#include <algorithm>

namespace ringfence::journal {

namespace {

// Besides denials, an event has one SYSCALL and one PROCTITLE record.
constexpr std::size_t most_details = 2;

// What follows the name of the type, which differs between the places of a record.
std::string_view without_type(std::string_view text) {
    return text.substr(std::min(text.find(' '), text.size()));
}

}  // namespace

std::uint64_t hash_of(const EventId& id) {
    std::uint64_t hash = id.serial * 0x9e3779b97f4a7c15u;
    for (const std::uint8_t byte : id.boot)
        hash = hash * 31 + byte;
    return hash * 31 + static_cast<std::uint64_t>(id.time.time_since_epoch().count());
}

EventJoiner::Event& EventJoiner::open(const EventId& id, Time time) {
    const auto [found, opened] = open_.try_emplace(id);
    if (!opened) return found->second;
    found->second.begin = time;
    order_.push_back(id);
    if (order_.size() > window_) {
        close_oldest();
        return open_.at(id);
    }
    return found->second;
}

void EventJoiner::close_oldest() {
    const EventId oldest = order_.front();
    order_.pop_front();
    close(oldest);
}

void EventJoiner::add(const EventId& id, Time time, AccessRecord&& record, std::string_view text) {
    auto& denials = open(id, time).denials;
    if (denials.size() >= most_denials) {
        ++uncounted_;
        return;
    }
    denials.push_back({time, std::move(record), keep_texts_ ? std::string(text) : std::string()});
    ++waiting_;
    while (waiting_ > most_waiting)
        close_oldest();
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

void EventJoiner::complete_detail(const EventId& id, std::string_view text) {
    const auto event = open_.find(id);
    if (event == open_.end()) return;
    for (std::string& detail : event->second.details) {
        if (!without_type(text).starts_with(without_type(detail))) continue;
        detail = text;
        return;
    }
}

void EventJoiner::add_detail(const EventId& id, Time time, std::string_view text) {
    Event& event = open(id, time);
    if (event.details.size() < most_details) event.details.emplace_back(text);
}

void EventJoiner::close(const EventId& id) {
    const auto found = open_.find(id);
    Event event = std::move(found->second);
    open_.erase(found);
    waiting_ -= event.denials.size();
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
    while (!order_.empty() && open_.at(order_.front()).begin <= time)
        close_oldest();
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
