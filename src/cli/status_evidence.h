// SPDX-License-Identifier: LGPL-2.1-or-later
// Collects what `ringfence status` judges.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/scene.h"
#include "cli/status_state.h"

namespace ringfence::cli {

/// Of the units named by `operands`, or of every unit that asks for a fence; sorted by name. Of a
/// template its loaded instances, or itself when there is none. Errors: the manager does not
/// answer, or an operand is no service's name.
Result<std::vector<Evidence>> collect_evidence(const Place& place,
                                               const std::vector<std::string>& operands);

}  // namespace ringfence::cli
