// SPDX-License-Identifier: LGPL-2.1-or-later
// Counts denials over time, by unit and right, for the plots and sums of reports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "journal/record.h"
#include "journal/source.h"

namespace ringfence::journal {

class Timeline {
  public:
    /// Makes at most max_columns columns of equal width from `since` to `until`. The width is a
    /// usual one (1 min, 5 min, … 1 day, 1 week), and columns begin at multiples of it, in UTC.
    Timeline(Time since, Time until);
    static constexpr std::size_t max_columns = 60;

    struct Series {
        std::string host;
        std::string unit;
        std::string right;  ///< "fs.read_file"
        std::uint64_t count = 0;
        std::vector<std::uint64_t> columns;
    };

    /// A denial with several missing rights counts under each of them. A denial outside of the
    /// columns is left out.
    void add(const std::string& host, const std::string& unit, const Blockers& blockers, Time time);

    /// Sorted by host, unit and right.
    std::vector<Series> series() const;

    std::size_t columns() const { return columns_; }
    Time begin_of(std::size_t column) const { return first_ + column * width_; }
    std::chrono::seconds width() const { return width_; }
    std::uint64_t denials() const { return denials_; }  ///< each counts once

  private:
    std::chrono::seconds width_{};
    Time first_;
    std::size_t columns_ = 0;
    std::uint64_t denials_ = 0;
    std::map<std::tuple<std::string, std::string, std::string>, Series> series_;
};

}  // namespace ringfence::journal
