// SPDX-License-Identifier: LGPL-2.1-or-later
// Exit statuses of ringfence(1).
#pragma once

namespace ringfence::cli {

inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;  ///< what was asked for could not be done
inline constexpr int exit_usage = 2;    ///< the arguments make no sense
inline constexpr int exit_warning = 3;  ///< done, and there is something to look at

// ringfence check
inline constexpr int exit_errors = 1;
inline constexpr int exit_warnings = 3;

// ringfence diff
inline constexpr int exit_widens = 3;
inline constexpr int exit_narrows = 4;
inline constexpr int exit_both = 5;

}  // namespace ringfence::cli
