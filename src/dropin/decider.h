// SPDX-License-Identifier: LGPL-2.1-or-later
// Decides what the generator writes for one unit. Private to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dropin/candidates.h"
#include "dropin/covered.h"
#include "dropin/interpreter.h"
#include "dropin/plan.h"

namespace ringfence::dropin {

class Decider {
  public:
    Decider(const Root& root, const Policies& policies, const Wrapper& wrapper, Detail detail)
        : links_(root),
          system_paths_(links_),
          policies_(policies),
          resolve_policies_(policies.resolver()),
          wrapper_(wrapper),
          detail_(detail) {}
    Decider(const Decider&) = delete;
    Decider& operator=(const Decider&) = delete;

    /// Nothing if the unit does not ask for a fence.
    /// `uncertainty`: why it is not certain which files systemd makes the unit of.
    /// `candidates`: gets the instances that must be planned because of this template.
    std::optional<PlannedFile> decide(const unit::Unit& unit,
                                      const std::optional<Diagnostic>& uncertainty,
                                      Candidates& candidates);

    PlannedFile refuse(const unit::Unit& unit, Diagnostics reasons,
                       const std::vector<std::string>& wrap) const;

    /// The lines of all decided units that look like requests and have no effect.
    Diagnostics take_lost() { return std::move(lost_); }

  private:
    std::optional<PlannedFile> fence(const unit::Unit& unit, const Attachment& attachment);
    std::optional<PlannedFile> refuse_unseen(const unit::Unit& unit,
                                             const Attachment& attachment) const;
    std::optional<PlannedFile> refuse_idle(const unit::Unit& unit,
                                           const Attachment& attachment) const;
    std::optional<PlannedFile> refuse_open_names(const unit::Unit& unit,
                                                 const Attachment& attachment,
                                                 Candidates& candidates) const;
    std::vector<std::string> interpreters(const unit::Unit& unit,
                                          const std::vector<std::string>& wrap,
                                          const policy::Rules& rules);
    const std::vector<ProgramFile>& program_files(const std::string& program);
    Result<std::optional<policy::Rules>> all_rules(const Attachment& attachment);
    Result<std::optional<policy::Rules>> resolve(const std::vector<policy::Name>& names);

    Links links_;
    SystemPaths system_paths_;
    const Policies& policies_;
    Resolve resolve_policies_;
    const Wrapper& wrapper_;
    Detail detail_;
    std::map<std::string, std::vector<ProgramFile>> program_files_;
    Diagnostics lost_;
    std::set<std::string> seen_;  // names that an earlier unit asked for
    std::map<std::string, std::optional<policy::Rules>> resolved_;
};

}  // namespace ringfence::dropin
