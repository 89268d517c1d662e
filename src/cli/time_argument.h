// SPDX-License-Identifier: LGPL-2.1-or-later
// Times as --since= and --until= take them: a documented part of systemd.time(7).
//
//   2026-11-21, 2026-11-21 08:10, 2026-11-21 08:10:59, with T between or a fraction of a second
//   08:10, 08:10:59                     of today
//   now, today, yesterday, tomorrow     the days at 00:00
//   -5min, +1h30min, 2 days ago         relative to now; units us ms s min h d w, and their words
//   @1764000000, @1764000000.5          seconds since the epoch
// Absolute times are local; " UTC" behind one or a final Z changes that. Everything else is
// refused.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "journal/source.h"

namespace ringfence::cli {

/// The present, as precise as the journal's times.
journal::Time now();

/// Errors: a text that is none of the above, with a hint.
Result<journal::Time> parse_time(const std::string& text, journal::Time now);

}  // namespace ringfence::cli
