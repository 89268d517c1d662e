// SPDX-License-Identifier: LGPL-2.1-or-later
// What `ringfence show` is asked about: a policy, several merged, or a unit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site.h"
#include "dropin/plan.h"
#include "policy/rules.h"

namespace ringfence::cli {

struct Subject {
    std::string name;  ///< "nginx", "nginx+site", "nginx.service"
    /// Of a unit: what the generator makes for it; of a template's instance maybe the template's.
    std::optional<dropin::PlannedFile> unit;
    std::optional<policy::Rules> rules;  ///< nothing: a unit that is not fenced

    bool is_unit() const { return unit.has_value(); }
};

/// Finds subjects; the plan for all units is made once, when a unit is asked for.
class SubjectFinder {
  public:
    explicit SubjectFinder(const Site& site) : site_(site) {}

    /// `operand`: a policy's name, several joined with "+", or a unit's name (with its suffix, or
    /// without where no policy has that name). Errors: those of the policy; no such policy or unit;
    /// a unit that asks for no fence.
    Result<Subject> find(const std::string& operand);

  private:
    bool is_policy(const std::string& name);
    Diagnostic missing(const std::string& name) const;
    Result<Subject> find_policy(const std::string& operand);
    Result<Subject> find_unit(const std::string& name);
    Diagnostic no_fence(const unit::NameMap& map, const unit::ServiceName& name) const;

    const Site& site_;
    std::optional<dropin::Plan> plan_;
    std::optional<std::vector<std::string>> names_;
};

}  // namespace ringfence::cli
