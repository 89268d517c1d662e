// SPDX-License-Identifier: LGPL-2.1-or-later
// What one machine decides for all policies: ringfence.conf(5), and its architecture.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/architecture.h"
#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/model/rules.h"
#include "policy/resolve/search_path.h"

namespace ringfence::policy {

struct Defaults {
    /// For policies that do not set it: 1…newest_abi, or minimum_abi_all.
    std::optional<int> minimum_abi;
    Location minimum_abi_where;
    std::optional<bool> stand_ins;  ///< for policies that do not set it
    Location stand_ins_where;
    int expected_abi = 0;  ///< the ABI that every kernel should have; 0: none is expected
    Location expected_abi_where;
    Reports reports;
    Location reports_where;          ///< an empty file name: no file sets `reports`
    std::vector<std::string> files;  ///< the files that were read; a later one overrules
    /// The machine's. nullptr: not known, so the rules for all architectures count.
    const Architecture* architecture = nullptr;
};

/// The `minimum_abi` of a policy for `abi` that does not set it. It is never above `abi`, because a
/// kernel of that ABI enforces all of the policy; "all" stays "all".
int default_minimum(const Defaults& defaults, int abi);

/// Reads ringfence.conf of the first directory above those of `policies` that has it, and
/// ringfence.conf.d/*.conf of all of these directories, as systemd reads its own configuration
/// (systemd-system.conf(5)). The architecture is that of the machine of `root`. Errors: everything
/// that is wrong with these files.
Result<Defaults> read_defaults(const Root& root, const SearchPath& policies);

}  // namespace ringfence::policy
