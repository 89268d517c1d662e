// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/copies.h"

#include <utility>

namespace ringfence::journal {

namespace {

// So many rows are looked at for one record, so that nobody can make each record expensive. What is
// not found counts twice.
constexpr int most_looked_at = 64;

constexpr std::size_t overhead_of_row = 320;  // about what the nodes of both maps take

}  // namespace

std::uint32_t& Copies::Row::read_of(std::size_t place) {
    if (read.size() <= place) read.resize(place + 1);
    return read[place];
}

bool Copies::Row::has_copy_for(const Record& record) const {
    const std::size_t already = record.place < read.size() ? read[record.place] : 0;
    return already < marks.size() && is_of(record.host);
}

bool Copies::Row::is_of(std::string_view other_host) const {
    return host == other_host || host.empty() || other_host.empty();
}

void Copies::Row::add(std::uint64_t mark, bool is_proved) {
    marks.push_back(mark);
    if (!is_proved) return;
    std::swap(marks[proved], marks.back());
    ++proved;
}

Copies::Row Copies::Row::take(std::size_t which) {
    Row one;
    one.host = host;
    for (std::size_t place = 0; place < read.size(); ++place)
        if (read[place] != 0) {
            --read[place];
            one.read_of(place) = 1;
        }
    one.add(marks[which], which < proved);
    if (which < proved) {
        std::swap(marks[which], marks[--proved]);
        which = proved;
    }
    std::swap(marks[which], marks.back());
    marks.pop_back();
    return one;
}

Copies::Rows::iterator Copies::find_equal(const Key& key, const Record& record) {
    int looked_at = 0;
    for (auto [row, end] = rows_.equal_range(key); row != end && looked_at < most_looked_at;
         ++row, ++looked_at)
        if (row->second.has_copy_for(record)) return row;
    return rows_.end();
}

// One of both was cut.
Copies::Rows::iterator Copies::find_by_beginning(const Key& key, const Record& record) {
    const std::string_view text = record.text;
    int looked_at = 0;
    for (auto row = rows_.lower_bound({key.event, false, {}});
         row != rows_.end() && row->first.event == key.event && !row->first.complete &&
         looked_at < most_looked_at;
         ++row, ++looked_at) {
        const std::string_view other = row->first.text;
        const bool begins = text.starts_with(other) || (record.cut && other.starts_with(text));
        if (begins && row->second.has_copy_for(record)) return row;
    }
    if (!record.cut) return rows_.end();
    looked_at = 0;
    for (auto row = rows_.lower_bound({key.event, true, key.text});
         row != rows_.end() && row->first.event == key.event && row->first.text.starts_with(text) &&
         looked_at < most_looked_at;
         ++row, ++looked_at)
        if (row->second.has_copy_for(record)) return row;
    return rows_.end();
}

Copies::Answer Copies::add(const Record& record) {
    Key key{record.event, !record.cut, std::string(record.text)};
    auto found = find_equal(key, record);
    if (found == rows_.end()) found = find_by_beginning(key, record);
    const Answer answer =
        found == rows_.end() ? start(std::move(key), record) : join(found, std::move(key), record);
    forget_oldest();
    return answer;
}

Copies::Answer Copies::start(Key&& key, const Record& record) {
    Row row;
    row.host = record.host;
    row.read_of(record.place) = 1;
    row.add(record.mark, record.proved);
    insert(std::move(key), std::move(row));
    return {};
}

Copies::Answer Copies::join(Rows::iterator found, Key&& key, const Record& record) {
    Row& row = found->second;
    const std::size_t read = ++row.read_of(record.place);
    if (row.host.empty()) row.host = record.host;
    account(found);
    const bool proves = record.proved && read > row.proved;
    const bool may_complete = record.proved || row.proved < row.marks.size();
    const bool completes = key.complete && !found->first.complete && may_complete;
    if (!proves && !completes) return {Verdict::copy};
    const std::size_t which = proves ? row.proved : row.marks.size() - 1;
    const Answer answer{Verdict::better, row.marks[which]};
    if (found->first == key) {
        row.marks[which] = record.mark;
        ++row.proved;
        return answer;
    }
    Row one = row.take(which);
    one.marks = {record.mark};
    one.proved = record.proved ? 1 : 0;
    if (row.marks.empty())
        erase(found);
    else
        account(found);
    insert(std::move(key), std::move(one));
    return answer;
}

// Equal records of a host are in one row.
void Copies::insert(Key&& key, Row&& row) {
    int looked_at = 0;
    for (auto [same, end] = rows_.equal_range(key); same != end && looked_at < most_looked_at;
         ++same, ++looked_at) {
        Row& into = same->second;
        if (into.host != row.host) continue;
        for (std::size_t place = 0; place < row.read.size(); ++place)
            into.read_of(place) += row.read[place];
        for (std::size_t i = 0; i < row.marks.size(); ++i)
            into.add(row.marks[i], i < row.proved);
        account(same);
        return;
    }
    row.age = next_age_++;
    const auto added = rows_.emplace(std::move(key), std::move(row));
    by_age_.emplace(added->second.age, added);
    account(added);
}

void Copies::erase(Rows::iterator row) {
    bytes_ -= row->second.bytes;
    by_age_.erase(row->second.age);
    rows_.erase(row);
}

void Copies::account(Rows::iterator row) {
    Row& of = row->second;
    bytes_ -= of.bytes;
    of.bytes = overhead_of_row + row->first.text.size() + of.host.size() +
               of.read.capacity() * sizeof(of.read[0]) + of.marks.capacity() * sizeof(of.marks[0]);
    bytes_ += of.bytes;
}

void Copies::forget_oldest() {
    while (!rows_.empty() && (rows_.size() > window_ || bytes_ > most_bytes_))
        erase(by_age_.begin()->second);
}

}  // namespace ringfence::journal
