// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/timeline.h"

#include <algorithm>

namespace ringfence::journal {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds widths[] = {minutes{1}, minutes{5}, minutes{15}, hours{1},
                              hours{6},   days{1},    days{7},     days{28}};

Time floor_to(Time time, seconds width) {
    const auto since_epoch = std::chrono::floor<seconds>(time.time_since_epoch());
    return Time{since_epoch - since_epoch % width};
}

std::size_t columns_between(Time since, Time until, seconds width) {
    return static_cast<std::size_t>((floor_to(until, width) - floor_to(since, width)) / width) + 1;
}

}  // namespace

Timeline::Timeline(Time since, Time until) {
    since = std::max(since, Time{});  // no journal is older than the epoch
    for (const seconds width : widths) {
        width_ = width;
        if (columns_between(since, until, width) <= max_columns) break;
    }
    // If the period is longer than the widest columns can show, the end of the period is shown.
    columns_ = std::min(columns_between(since, until, width_), max_columns);
    first_ = floor_to(until, width_) - (columns_ - 1) * width_;
}

void Timeline::add(const std::string& host, const std::string& unit, const Blockers& blockers,
                   Time time) {
    if (time < first_) return;
    const auto column = static_cast<std::size_t>((time - first_) / width_);
    if (column >= columns_) return;
    ++denials_;
    for (const std::string& right : blockers.names()) {
        Series& series = series_[{host, unit, right}];
        if (series.columns.empty()) series = {host, unit, right, 0, {}};
        series.columns.resize(columns_);
        ++series.columns[column];
        ++series.count;
    }
}

std::vector<Timeline::Series> Timeline::series() const {
    std::vector<Series> all;
    for (const auto& [key, one] : series_)
        all.push_back(one);
    return all;
}

}  // namespace ringfence::journal
