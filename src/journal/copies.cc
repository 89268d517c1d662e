// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/copies.h"

#include <functional>

namespace ringfence::journal {

namespace {

// A record that was cut must be equal to the complete one.
constexpr std::size_t compared = 512;

}  // namespace

Copies::Verdict Copies::add(std::size_t place, std::uint64_t event, std::string_view text,
                            bool cut) {
    const std::uint64_t key =
        std::hash<std::string_view>()(text.substr(0, compared)) ^ (event * 0x9e3779b97f4a7c15u);
    const auto [found, added] = rows_.try_emplace(key);
    Row& row = found->second;
    if (added) {
        order_.push_back(key);
        if (order_.size() > window_) {
            rows_.erase(order_.front());  // another row: the references stay valid
            order_.pop_front();
        }
    }
    if (row.read.size() <= place) row.read.resize(place + 1);
    if (++row.read[place] > row.counted) {
        ++row.counted;
        row.cut = cut;
        return Verdict::first;
    }
    const bool completes = row.cut && !cut;
    row.cut = row.cut && cut;
    return completes ? Verdict::complete : Verdict::copy;
}

}  // namespace ringfence::journal
