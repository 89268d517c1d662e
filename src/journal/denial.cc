// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/denial.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace ringfence::journal {

namespace {

DenialKey key_of(const AccessRecord& record, const SyscallRecord& process) {
    const Object& object = record.object;
    return {record.blockers, object.type, object.path, object.abstract, object.remote,
            object.address,  object.port, object.comm, process.exe,     process.comm};
}

}  // namespace

void Tally::add(const Tally& other) {
    count += other.count;
    first = std::min(first, other.first);
    if (other.last < last) return;
    last = other.last;
    object = other.object;
    pid = other.pid;
    command_line = other.command_line;
}

void DenialCounter::add(const Id& boot, std::uint64_t event, Time time, const Record& record) {
    const EventId id(boot, event);
    const auto [found, opened] = open_.try_emplace(id);
    if (opened) order_.push_back(id);
    Event& entry = found->second;
    if (const auto* access = std::get_if<AccessRecord>(&record))
        entry.denials.emplace_back(time, *access);
    else if (const auto* syscall = std::get_if<SyscallRecord>(&record))
        entry.process = *syscall;
    else if (const auto* title = std::get_if<ProctitleRecord>(&record))
        entry.command_line = title->command_line;
    if (order_.size() <= window_) return;
    close(order_.front());
    order_.pop_front();
}

void DenialCounter::count(const DomainId& domain, DenialKey key, const Tally& tally) {
    auto found = counted_.find({domain, key});
    std::size_t& rows = rows_[domain];
    if (found == counted_.end() && rows >= max_rows_) {
        DenialKey rest;
        rest.rights = std::move(key.rights);
        rest.many = true;
        key = std::move(rest);
    }
    if (found == counted_.end()) {
        bool added = false;
        std::tie(found, added) = counted_.try_emplace({domain, std::move(key)});
        if (added) ++rows;
    }
    found->second.add(tally);
}

void DenialCounter::close(const EventId& id) {
    const auto found = open_.find(id);
    const Event& event = found->second;
    for (const auto& [time, access] : event.denials) {
        const DomainId domain(id.first, access.domain);
        const Tally one{1, time, time, access.object, event.process.pid, event.command_line};
        count(domain, key_of(access, event.process), one);
    }
    open_.erase(found);
}

std::map<std::pair<DomainId, DenialKey>, Tally> DenialCounter::finish() {
    for (const EventId& id : order_)
        close(id);
    order_.clear();
    rows_.clear();
    return std::exchange(counted_, {});
}

}  // namespace ringfence::journal
