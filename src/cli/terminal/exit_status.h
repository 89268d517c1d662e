// SPDX-License-Identifier: LGPL-2.1-or-later
// The exit statuses of ringfence(1). 0, 1 and 2 mean the same for all verbs, and a mistake has the
// same status with all verbs. With a status from 3 on, the verb did its work, and the status says
// what it found. ringfence(1) and the manual of the verb list these.
#pragma once

namespace ringfence::cli {

inline constexpr int exit_success = 0;
/// The verb could not do its work: a root directory, policy, unit, journal or file does not exist,
/// cannot be read or is not valid, or systemd does not answer.
inline constexpr int exit_failure = 1;
/// The command line makes no sense: an unknown verb or option, a value that the option cannot have,
/// options that exclude each other, too few or too many operands.
inline constexpr int exit_usage = 2;
/// The verb did its work and found something that needs a look.
inline constexpr int exit_attention = 3;

// ringfence status: worse than `exit_attention`, which says that a reload or restart is due.
inline constexpr int exit_not_fenced = 4;  ///< a unit has no fence, or does not start

// ringfence diff: what the change does. `exit_attention` says that it widens.
inline constexpr int exit_narrows = 4;
inline constexpr int exit_both = 5;

/// An exit status of a verb, as --help and the manual list it.
struct ExitStatus {
    int status;
    const char* meaning;
};

/// The same row for all verbs.
inline constexpr ExitStatus usage_status = {exit_usage, "the arguments make no sense"};

}  // namespace ringfence::cli
