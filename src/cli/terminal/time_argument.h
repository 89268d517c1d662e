// SPDX-License-Identifier: LGPL-2.1-or-later
// Times of --since= and --until=, a documented part of systemd.time(7):
//
//  - 2026-11-21, 2026-11-21 08:10, 2026-11-21 08:10:59, with T between or a fraction of a second
//  - 08:10, 08:10:59: of today
//  - now, today, yesterday, tomorrow: the days at 00:00
//  - -5min, +1h30min, 2 days ago: relative to now; units us ms s min h d w, and their words
//  - @1764000000, @1764000000.5: seconds since the epoch
//
// Absolute times are local, unless " UTC" or a Z follows. Everything else is refused.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "base/timestamp.h"
#include "cli/terminal/arguments.h"

namespace ringfence::cli {

/// The present time, as precise as the journal's times.
Time now();

/// Errors: the text is none of the above. The error has a hint.
Result<Time> parse_time(const std::string& text, Time now);

/// The time that an option gives, or `otherwise` if it is not given. Errors: those of parse_time(),
/// with the option's name.
Result<Time> time_option(const Arguments& arguments, const char* option, const char* otherwise,
                         Time now);

}  // namespace ringfence::cli
