// SPDX-License-Identifier: LGPL-2.1-or-later
// The directories in which policies are looked for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ringfence::policy {

/// Directories with policies, highest priority first.
using SearchPath = std::vector<std::string>;

/// A policy's file may have this many bytes. No real policy comes near it, so a larger file is not
/// read but is an error.
inline constexpr std::size_t largest_file = std::size_t{1} << 20;

/// /etc/ringfence/policies, /run/…, /usr/local/lib/…, /usr/lib/…, in this order.
SearchPath system_search_path();

/// ringfence/policies below $XDG_CONFIG_HOME, $XDG_RUNTIME_DIR and $XDG_DATA_HOME (with the
/// defaults of the XDG Base Directory Specification), then the directories of the system.
/// `environment` gives the value of a variable, as getenv(3) does.
SearchPath user_search_path(
    const std::function<std::optional<std::string>(const std::string&)>& environment);

/// The directories above those of a search path. They have ringfence.conf.
SearchPath configuration_search_path(const SearchPath& policies);

}  // namespace ringfence::policy
