// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes the rules of one fence of the policies that a unit names. Private to this folder.
#pragma once

#include <vector>

#include "policy/model/rules.h"
#include "policy/resolve/defaults.h"
#include "policy/resolve/load.h"

namespace ringfence::policy {

/// Merges at least one policy by the rules that resolve() documents.
/// Errors: more layers than the kernel can stack.
Result<Rules> combine(std::vector<LoadedPolicy> policies, const Defaults& defaults);

}  // namespace ringfence::policy
