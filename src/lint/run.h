// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks the policies and the fenced units of a machine: what `ringfence check` reports.
#pragma once

#include <string>
#include <vector>

#include "base/root.h"
#include "dropin/plan.h"
#include "lint/check.h"
#include "policy/resolve.h"
#include "unit/load_path.h"

namespace ringfence::lint {

struct Machine {
    const Root& root;
    const unit::LoadPath& units;
    const policy::SearchPath& policies;
    const dropin::Plan& plan;  ///< what the generator would write
};

/// A policy that is no file of the search path.
struct PolicyText {
    std::string name;
    std::string file;
    std::string text;
    policy::SearchPath search;  ///< for what it extends
};

/// What to check; nothing selected means everything there is.
struct Selection {
    std::vector<std::string> policies;  ///< names
    std::vector<PolicyText> texts;
    std::vector<std::string> units;  ///< full names

    bool empty() const { return policies.empty() && texts.empty() && units.empty(); }
};

struct Report {
    std::vector<Finding> findings;   ///< by file and line
    std::vector<Finding> justified;  ///< an exception of the policy covers them
    std::size_t policies = 0;        ///< how many were checked
    std::size_t units = 0;

    /// The worst of the findings; nothing when there is none.
    std::optional<Severity> worst() const;
};

/// Every problem is a finding: a policy that cannot be used, a unit that is refused.
Report run(const Machine& machine, const Selection& selection);

/// Whether any file there is fences, or tries to fence, this unit.
bool is_fenced(const dropin::Plan& plan, const std::string& unit);

}  // namespace ringfence::lint
