// SPDX-License-Identifier: LGPL-2.1-or-later
// The subject of `ringfence show`: a policy, several merged policies, or a unit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/operand.h"
#include "cli/site/site.h"
#include "dropin/plan.h"
#include "policy/model/rules.h"

namespace ringfence::cli {

struct ShownSubject {
    std::string name;  ///< "nginx", "nginx+site", "nginx.service"
    /// If the subject is a unit: what the generator makes for it. For an instance, this may be what
    /// the generator makes for the template.
    std::optional<dropin::PlannedFile> unit;
    std::optional<policy::Rules> rules;       ///< nothing: a unit that is not fenced
    unit::Scope scope = unit::Scope::system;  ///< of the unit's service manager

    bool is_unit() const { return unit.has_value(); }
};

/// Finds subjects. The first unit makes the plan of all units, which is then kept.
class SubjectFinder {
  public:
    explicit SubjectFinder(const Site& site) : site_(site) {}

    /// Finds a policy (operand.h) or a unit. A name without a suffix means a unit if no policy has
    /// that name.
    /// Errors: the policy has errors, there is no such policy or unit, or the unit does not ask for
    /// a fence.
    Result<ShownSubject> find(const std::string& word);

  private:
    bool is_policy(const std::string& name);
    Diagnostic missing(const std::string& name) const;
    bool is_unit(const std::string& word) const;
    Result<ShownSubject> find_policy(const Operand& operand);
    Result<ShownSubject> find_unit(const std::string& word);
    Diagnostic no_fence(const unit::NameMap& map, const unit::ServiceName& name) const;

    const Site& site_;
    std::optional<dropin::Plan> plan_;
    std::optional<std::vector<std::string>> names_;
};

}  // namespace ringfence::cli
