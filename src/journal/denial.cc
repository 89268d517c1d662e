// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/denial.h"

#include <algorithm>
#include <utility>

namespace ringfence::journal {

namespace {

// One part in so many of the budget is reserved for the rows that stand for many denials. They must
// still fit when the rest of the budget is used up.
constexpr std::size_t share_for_rest = 8;
// The approximate size of a node of the map.
constexpr std::size_t row_overhead = sizeof(DenialKey) + sizeof(Tally) + 64;

std::size_t bytes_of(const DenialKey& key, const Tally& tally) {
    std::size_t bytes = row_overhead + key.path.size() + key.address.size() + key.comm.size() +
                        key.exe.size() + key.process_comm.size() + tally.command_line.size();
    for (const std::string& name : key.blockers.others)
        bytes += sizeof(std::string) + name.size();
    for (const std::string& record : tally.records)
        bytes += sizeof(std::string) + record.size();
    return bytes;
}

DenialKey rest_of(DenialKey&& key) {
    DenialKey rest;
    rest.blockers = std::move(key.blockers);
    rest.many = true;
    return rest;
}

}  // namespace

DenialKey key_of(const DenialEvent& event) {
    const Object& object = event.access.object;
    return {event.access.blockers, object.type, object.path, object.abstract,   object.remote,
            object.address,        object.port, object.comm, event.process.exe, event.process.comm};
}

Tally tally_of(DenialEvent&& event) {
    Tally one;
    one.count = 1;
    one.first = event.time;
    one.last = event.time;
    one.object = std::move(event.access.object);
    one.pid = event.process.pid;
    one.command_line = std::move(event.command_line);
    one.serial = event.serial;
    one.boot = event.domain.first;
    one.records = std::move(event.records);
    one.object.path.clear();  // it is in the key
    return one;
}

void Tally::add(const Tally& other) {
    count += other.count;
    first = std::min(first, other.first);
    const bool comparable =
        object.inode != 0 && other.object.inode != 0 && object.device == other.object.device;
    replaced = replaced || other.replaced || (comparable && object.inode != other.object.inode);
    if (other.last < last) return;
    last = other.last;
    object = other.object;
    pid = other.pid;
    command_line = other.command_line;
    serial = other.serial;
    boot = other.boot;
    records = other.records;
}

DenialCounter::Rows::iterator DenialCounter::find_or_make(OwnerNumber whose, DenialKey&& key,
                                                          std::size_t bytes) {
    const bool full = rows_of_[whose] >= max_rows_ || bytes_ + bytes > max_bytes_;
    if (full && !key.many) key = rest_of(std::move(key));
    if (auto found = rows_.find({whose, key}); found != rows_.end()) return found;
    if (bytes_ > max_bytes_ + max_bytes_ / share_for_rest) return rows_.end();
    bytes_ += bytes;
    ++rows_of_[whose];
    return rows_.try_emplace({whose, std::move(key)}).first;
}

void DenialCounter::add(OwnerNumber whose, DenialKey key, Tally&& one) {
    auto found = rows_.find({whose, key});
    if (found == rows_.end()) found = find_or_make(whose, std::move(key), bytes_of(key, one));
    if (found == rows_.end()) {
        uncounted_ += one.count;
        return;
    }
    if (found->first.second.many) {
        one.object = {};
        one.command_line.clear();
        one.records.clear();
    }
    found->second.add(one);
}

DenialCounter::Rows DenialCounter::finish() {
    rows_of_.clear();
    bytes_ = 0;
    return std::exchange(rows_, {});
}

}  // namespace ringfence::journal
