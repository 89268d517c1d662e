// SPDX-License-Identifier: LGPL-2.1-or-later
// What becomes of one unit: fenced, refused, or nothing to do. Private to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dropin/candidates.h"
#include "dropin/plan.h"

namespace ringfence::dropin {

class Decider {
  public:
    Decider(const Root& root, const Policies& policies, const Wrapper& wrapper, Detail detail)
        : root_(root),
          policies_(policies),
          resolve_policies_(policies.resolver()),
          wrapper_(wrapper),
          detail_(detail) {}

    /// Without a path yet; nothing when the unit does not ask for a fence. `candidates` gets the
    /// instances that must be looked at because of it.
    /// `uncertainty`: why it is not certain which files make the unit.
    std::optional<PlannedFile> decide(const unit::Unit& unit,
                                      const std::optional<Diagnostic>& uncertainty,
                                      Candidates& candidates);

    PlannedFile refuse(const unit::Unit& unit, const Diagnostics& reasons,
                       const std::vector<std::string>& wrap) const;

  private:
    std::optional<PlannedFile> judge(const unit::Unit& unit, const Attachment& attachment,
                                     const std::optional<Diagnostic>& uncertainty,
                                     Candidates& candidates, std::optional<policy::Rules>& written);
    std::optional<PlannedFile> fence(const unit::Unit& unit, const Attachment& attachment,
                                     std::optional<policy::Rules>& written);
    std::optional<PlannedFile> refuse_unseen(const unit::Unit& unit,
                                             const Attachment& attachment) const;
    std::optional<PlannedFile> refuse_open_names(const unit::Unit& unit,
                                                 const Attachment& attachment,
                                                 Candidates& candidates) const;
    std::vector<std::string> interpreters(const unit::Unit& unit,
                                          const std::vector<std::string>& wrap);
    Result<std::optional<policy::Rules>> all_rules(const Attachment& attachment);
    Result<std::optional<policy::Rules>> resolve(const std::vector<policy::Name>& names);

    const Root& root_;
    const Policies& policies_;
    Resolve resolve_policies_;
    const Wrapper& wrapper_;
    Detail detail_;
    std::map<std::string, std::vector<std::string>> interpreters_;
    std::set<std::string> seen_;  // names that some unit had already
    std::map<std::string, std::optional<policy::Rules>> resolved_;
};

}  // namespace ringfence::dropin
