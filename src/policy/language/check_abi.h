// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks that a policy asks for nothing that its ABI does not have.
#pragma once

#include "base/diagnostic.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

/// A problem for each place that asks for a right newer than `abi`, and for a `minimum_abi` above
/// it. read_policy() has checked a file that has an `abi` of its own. A drop-in has none: for it,
/// `abi` is that of the policy that it changes.
Diagnostics check_abi(const Policy& policy, int abi);

}  // namespace ringfence::policy
