// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/copies.h"

#include <functional>
#include <iterator>

namespace ringfence::journal {

namespace {

// A record that was cut must be equal to the complete one.
constexpr std::size_t compared = 512;

}  // namespace

Copies::Copies(std::size_t window) : window_(window) {
    rows_.reserve(window + 1);
}

std::uint32_t& Copies::Row::read_of(std::size_t place) {
    if (place < std::size(read)) return read[place];
    place -= std::size(read);
    if (other.size() <= place) other.resize(place + 1);
    return other[place];
}

Copies::Verdict Copies::add(std::size_t place, std::uint64_t event, std::string_view text,
                            bool cut) {
    const std::uint64_t key =
        std::hash<std::string_view>()(text.substr(0, compared)) ^ (event * 0x9e3779b97f4a7c15u);
    const auto [found, added] = rows_.try_emplace(key);
    Row& row = found->second;
    if (added && order_.size() < window_) {
        order_.push_back(key);
    } else if (added) {
        rows_.erase(order_[oldest_]);  // another row: the references stay valid
        order_[oldest_] = key;
        oldest_ = (oldest_ + 1) % window_;
    }
    if (++row.read_of(place) > row.counted) {
        ++row.counted;
        row.cut = cut;
        return Verdict::first;
    }
    const bool completes = row.cut && !cut;
    row.cut = row.cut && cut;
    return completes ? Verdict::complete : Verdict::copy;
}

}  // namespace ringfence::journal
