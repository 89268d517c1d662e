// SPDX-License-Identifier: LGPL-2.1-or-later
// From policy names to resolved rules: the only maker of Rules.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// A policy's name as a unit gives it.
struct Name {
    std::string name;
    bool optional = false;  ///< written "-name": nothing happens when there is no such policy
    Location where;         ///< of the assignment in the unit file
};

/// Directories with policies, highest priority first.
using SearchPath = std::vector<std::string>;

/// /etc/ringfence/policies, /run/…, /usr/local/lib/…, /usr/lib/… (DESIGN.md §5).
SearchPath system_search_path();

/// $XDG_CONFIG_HOME, $XDG_RUNTIME_DIR, $XDG_DATA_HOME and their defaults, then the system's.
/// `environment` looks a variable up, as getenv(3) does.
SearchPath user_search_path(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

/// Reads, checks and merges the policies `names` with all they extend and their drop-ins.
///
/// Nothing, when every name is optional and none exists or all are masked (linked to /dev/null).
/// Errors: every problem found, with positions; a missing policy points at the unit's assignment.
Result<std::optional<Rules>> resolve(const Root& root, const SearchPath& path,
                                     const std::vector<Name>& names);

}  // namespace ringfence::policy
