// SPDX-License-Identifier: LGPL-2.1-or-later
// Collects the facts from which `ringfence status` finds the states of fences.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/workspace.h"
#include "cli/status/state.h"

namespace ringfence::cli {

/// Collects the evidence of the units that `operands` name, or of all units that ask for a fence,
/// sorted by name. A template is replaced by its loaded instances, if there are any. Errors: the
/// manager does not answer, or an operand is not the name of a service.
Result<std::vector<FenceEvidence>> collect_evidence(const Workspace& workspace,
                                                    const std::vector<std::string>& operands);

}  // namespace ringfence::cli
