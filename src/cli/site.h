// SPDX-License-Identifier: LGPL-2.1-or-later
// The units and policies of one machine, as --root and --user choose it: what `check`, `show`,
// `enable`, `status` and their kin start from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "dropin/plan.h"
#include "policy/resolve.h"
#include "unit/load_path.h"

namespace ringfence::cli {

struct Site {
    Root root;
    unit::LoadPath units;
    policy::SearchPath policies;
    Result<policy::Defaults> defaults;  ///< the machine's defaults: ringfence.conf(5)

    bool is_user() const { return units.scope == unit::Scope::user; }

    /// Errors: those of the policies, and then those of ringfence.conf.
    Result<std::optional<policy::Rules>> resolve(const std::vector<policy::Name>& names) const;

    dropin::Policies policy_access() const;

    /// What the generator would write now.
    dropin::Plan plan() const;
};

/// `root`: a directory, "/" for this machine. Errors: it cannot be opened.
Result<Site> open_site(const std::string& root, unit::Scope scope);

}  // namespace ringfence::cli
