// SPDX-License-Identifier: LGPL-2.1-or-later
// What a unit's SystemCallFilter= lines mean for the few system calls that matter to the wrapper.
//
// Source: config_parse_syscall_filter() in systemd's src/core/load-fragment.c (the first line
// decides between an allow-list and a deny-list) and the groups in src/shared/seccomp-util.c.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/file.h"

namespace ringfence::dropin {

struct FilterLine {
    std::string value;
    Location where;
};

struct FilterVerdict {
    bool is_allow_list = false;
    bool allows_sockets = true;  ///< what the reports use
    /// A line that takes Landlock's own system calls away.
    std::optional<Location> denies_landlock;
};

FilterVerdict judge_filter(const std::vector<FilterLine>& lines);

}  // namespace ringfence::dropin
