// SPDX-License-Identifier: LGPL-2.1-or-later
// What the wrapper needs to work inside a unit that restricts itself already.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "policy/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Directives for the drop-in, each with the comment that explains it.
struct Need {
    std::string comment;    ///< one line, without "#"
    std::string directive;  ///< "KEY=VALUE"; empty: the comment only
};

struct Needs {
    std::vector<Need> directives;
    std::vector<std::string> options;  ///< for the wrapper, not quoted
};

/// `service_lines` are the policy's own directives, which come after the unit's.
/// `reports` are those that the machine wants.
/// `main_only`: nothing but ExecStart= runs through the wrapper.
/// Errors: the unit forbids what the wrapper cannot do without.
Result<Needs> find_needs(const unit::Unit& unit,
                         const std::vector<policy::Directive>& service_lines,
                         const std::string& wrapper, bool main_only,
                         const policy::Reports& reports = {});

}  // namespace ringfence::dropin
