// SPDX-License-Identifier: LGPL-2.1-or-later
// Defaults for all policies of a machine: ringfence.conf(5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/rules.h"
#include "policy/search_path.h"

namespace ringfence::policy {

struct Defaults {
    /// For policies that have none of their own; 1…newest_abi, or minimum_abi_all.
    std::optional<int> minimum_abi;
    Location minimum_abi_where;
    Reports reports;
    Location reports_where;          ///< no file: nobody says so
    std::vector<std::string> files;  ///< those read, in order: the last one to say something wins
};

/// The minimum that a policy for `abi` without one of its own gets. A number is about what the
/// policy needs: it does not refuse a kernel that can enforce all of it.
int default_minimum(const Defaults& defaults, int abi);

/// Reads ringfence.conf from the first directory above `policies` that has it, and
/// ringfence.conf.d/*.conf of all of them, as systemd reads its own (systemd-system.conf(5)).
/// Errors: all that is wrong with them.
Result<Defaults> read_defaults(const Root& root, const SearchPath& policies);

}  // namespace ringfence::policy
