// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes rules as options of the wrapper. The command line of the unit is the compiled policy: at
// the start of a service no file has to be read and parsed.
#pragma once

#include <string>
#include <vector>

#include "dropin/covered.h"
#include "policy/model/rules.h"

namespace ringfence::dropin {

/// The options, one in each element, in the order that the wrapper expects; not quoted. Paths are
/// as in the policy: systemd expands specifiers, "${VARIABLE}", "%%" and "$$".
/// `covered`: rules of any layer that get no option.
std::vector<std::string> render_options(const policy::Rules& rules,
                                        const std::vector<CoveredRule>& covered = {});

}  // namespace ringfence::dropin
