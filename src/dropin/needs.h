// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the directives that the wrapper needs in a unit which restricts itself already.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "policy/model/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// A directive for the drop-in, and the comment that explains it.
struct NeededDirective {
    std::string comment;    ///< one line, without "#"; may be empty
    std::string directive;  ///< "KEY=VALUE"; may be empty, then there is only the comment
};

struct WrapperNeeds {
    std::string wrapper;  ///< the path to execute: where the wrapper is in the unit's root
    std::vector<NeededDirective> directives;
    std::vector<std::string> options;  ///< of the wrapper, not quoted
};

/// Where the wrapper is in a root of the unit's own (RootDirectory=, RootImage=): in the tmpfs on
/// /run that MountAPIVFS= makes there. The root itself may be read-only, and nothing is left behind
/// in it.
std::string wrapper_in_root(const std::string& wrapper);

/// `policy_lines`: the directives of the policy, which come behind those of the unit.
/// `wrap`: the settings whose commands run through the wrapper.
/// `reports`: the reports that are switched on for this machine.
/// Errors: the unit forbids something that the wrapper cannot do without.
Result<WrapperNeeds> find_needs(const unit::Unit& unit,
                                const std::vector<policy::Directive>& policy_lines,
                                const std::string& wrapper, const std::vector<std::string>& wrap,
                                const policy::Reports& reports = {});

}  // namespace ringfence::dropin
