// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/time_text.h"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace ringfence::cli {

std::string utc_text(Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(whole_seconds(time)));
}

std::string rfc3339(Time time, Precision precision) {
    std::string text = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(whole_seconds(time)));
    if (precision == Precision::microseconds)
        text +=
            fmt::format(".{:06}", (time - std::chrono::floor<std::chrono::seconds>(time)).count());
    return text + "Z";
}

std::string local_text(Time time, Time now) {
    const std::tm at = fmt::localtime(whole_seconds(time));
    const std::tm today = fmt::localtime(whole_seconds(now));
    if (at.tm_year != today.tm_year) return fmt::format("{:%Y-%m-%d %H:%M:%S}", at);
    if (at.tm_yday != today.tm_yday) return fmt::format("{:%b %d %H:%M:%S}", at);
    return fmt::format("{:%H:%M:%S}", at);
}

}  // namespace ringfence::cli
