// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks the policies and the fenced units of a machine, for `ringfence check`.
#pragma once

#include <string>
#include <vector>

#include "base/root.h"
#include "dropin/plan.h"
#include "lint/check.h"
#include "policy/resolve/resolve.h"
#include "unit/load_path.h"

namespace ringfence::lint {

struct Machine {
    const Root& root;
    const unit::LoadPath& units;
    const policy::SearchPath& policies;
    const dropin::Plan& plan;  ///< what the generator would write
    const Result<policy::Defaults>& defaults;
    /// The directory that has those of generators: "/run/systemd".
    std::string runtime = "/run/systemd";
};

/// A policy that is not a file of the search path.
struct PolicyText {
    std::string name;
    std::string file;
    std::string text;
    policy::SearchPath search;  ///< for what it extends
};

/// What to check. If nothing is selected, everything is checked.
struct Selection {
    std::vector<std::string> policies;  ///< names
    std::vector<PolicyText> texts;
    std::vector<std::string> units;  ///< full names

    bool empty() const { return policies.empty() && texts.empty() && units.empty(); }
};

struct Report {
    std::vector<Finding> findings;   ///< by file and line
    std::vector<Finding> justified;  ///< justified by an exception of the policy
    std::size_t policies = 0;        ///< how many were checked
    std::size_t units = 0;

    /// The highest severity of the findings. Nothing if there are none.
    std::optional<Severity> worst() const;
};

/// Makes all checks. Errors are findings, too: a policy that cannot be used, a unit that is
/// refused.
Report run(const Machine& machine, const Selection& selection);

/// Whether any file fences this unit or tries to.
bool is_fenced(const dropin::Plan& plan, const std::string& unit);

}  // namespace ringfence::lint
