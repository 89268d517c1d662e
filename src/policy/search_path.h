// SPDX-License-Identifier: LGPL-2.1-or-later
// Where policies are looked for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ringfence::policy {

/// Directories with policies, highest priority first.
using SearchPath = std::vector<std::string>;

/// /etc/ringfence/policies, /run/…, /usr/local/lib/…, /usr/lib/… (DESIGN.md §5).
SearchPath system_search_path();

/// $XDG_CONFIG_HOME, $XDG_RUNTIME_DIR, $XDG_DATA_HOME and their defaults, then the system's.
/// `environment` looks a variable up, as getenv(3) does.
SearchPath user_search_path(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

/// The directories above those of a search path, which hold ringfence.conf.
SearchPath configuration_search_path(const SearchPath& policies);

}  // namespace ringfence::policy
