// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the SystemCallFilter= lines of a unit allow the system calls that the wrapper makes.
//
// Source: config_parse_syscall_filter() in systemd's src/core/load-fragment.c (the first line
// decides between an allow-list and a deny-list) and the groups in src/shared/seccomp-util.c.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "unit/file.h"

namespace ringfence::dropin {

struct FilterLine {
    std::string value;
    Location where;
};

inline constexpr std::string_view capset_call = "capset";

struct FilterVerdict {
    bool is_allow_list = false;
    bool allows_sockets = true;  ///< those that the reports need
    /// capset(2) is denied, by which the wrapper drops capabilities. @privileged has it.
    bool denies_capset = false;
    /// The line that denies the system calls of Landlock; nothing if they are allowed.
    std::optional<Location> denies_landlock;
};

/// The system calls that the fence's drop-in adds to an allow-list: those of Landlock, those that
/// the wrapper needs for paths with a symbolic link in them, such as the loader's /lib64, and those
/// by which it drops capabilities.
inline constexpr std::string_view added_calls[] = {
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
    "openat2",
    "statx",
    "readlinkat",
    "faccessat",
    "capget",
    capset_call,
};

FilterVerdict judge_filter(const std::vector<FilterLine>& lines);

}  // namespace ringfence::dropin
