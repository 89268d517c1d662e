// SPDX-License-Identifier: LGPL-2.1-or-later
// Points in time as text.
#pragma once

#include <string>

#include "base/timestamp.h"

namespace ringfence::cli {

/// "2026-11-21 08:10:59", UTC.
std::string utc_text(Time time);

enum class Precision { seconds, microseconds };

/// RFC 3339, UTC: "2026-11-21T08:10:59Z", "2026-11-21T08:10:59.000001Z".
std::string rfc3339(Time time, Precision precision);

/// For people, in local time: "08:10:59" if the day is that of `now`, "Nov 21 08:10:59" if the year
/// is, and else with the year.
std::string local_text(Time time, Time now);

}  // namespace ringfence::cli
