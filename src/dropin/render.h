// SPDX-License-Identifier: LGPL-2.1-or-later
// A unit and its rules as the text of a drop-in. Pure: no file is read or written.
//
// DESIGN.md §6 is the contract. What is not certain is an error, and the caller then renders a
// refusal: the unit does not start.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "policy/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Where the wrapper is installed.
struct Wrapper {
    std::string path;
};

struct Request {
    const unit::Unit& unit;
    policy::Rules rules;
    std::vector<std::string> wrap = {"ExecStart"};  ///< the settings that run through the wrapper
    Wrapper wrapper;
    std::vector<std::string> interpreters = {};  ///< of the programs: scripts' and the loader
    policy::Reports reports = {};                ///< as far as the unit allows them
};

struct Rendered {
    std::string text;
    policy::Rules rules;  ///< with those that the unit inherits
};

/// The drop-in that fences the unit. Errors: a command, directive or setting that cannot be
/// rewritten with certainty, each with its position.
Result<Rendered> render_rules(Request request);
Result<std::string> render(Request request);

/// The drop-in that keeps the unit from starting and says why.
///
/// Nothing of the unit's start runs: not ExecCondition=, ExecStartPre= and ExecStartPost= either,
/// which may be meant to run fenced, or to prepare what is never started. ExecReload= and the
/// ExecStop settings stay, because the unit may be running when its policy breaks and must still be
/// stopped its own way; except those in `wrap`, which would run unfenced.
std::string render_refusal(const unit::Unit& unit, const Diagnostics& reasons,
                           const std::vector<std::string>& wrap, const Wrapper& wrapper);

/// A drop-in without any effect: it takes the place of a template's for one instance.
std::string render_nothing(const unit::Unit& unit, const std::string& why);

}  // namespace ringfence::dropin
