// SPDX-License-Identifier: LGPL-2.1-or-later
// The one type of a point in time: UTC, in microseconds, as journald and auditd record it.
#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>

namespace ringfence {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// The last second of the year 9999: later years have no text in RFC 3339.
inline constexpr std::time_t last_second = 253402300799;

/// Seconds since the epoch, for calendars. What a log says of its time can be any number: earlier
/// and later times are the first and the last second.
inline std::time_t whole_seconds(Time time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return std::clamp<std::time_t>(seconds, 0, last_second);
}

}  // namespace ringfence
