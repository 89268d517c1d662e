// SPDX-License-Identifier: LGPL-2.1-or-later
// What a kernel of some ABI makes of rules: the wrapper's decision (src/exec/plan.h), known before.
#pragma once

#include "landlock/access.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// What a layer restricts, wherever the kernel can.
landlock::Access handled_by(const Layer& layer);

struct Enforcement {
    enum class Outcome {
        enforced,
        degraded,         ///< runs, and what is in `unenforced` is not restricted
        below_minimum,    ///< refuses: the ABI is below minimum_abi
        not_all,          ///< refuses: minimum_abi is "all", and `unenforced` is not empty
        nothing_enforced  ///< refuses: no right that the rules restrict is known
    };
    Outcome outcome = Outcome::enforced;
    int abi = 0;
    landlock::Access unenforced;

    bool starts() const { return outcome == Outcome::enforced || outcome == Outcome::degraded; }
    /// Renaming between directories is denied, whatever the rules say: ABI 1 cannot allow it.
    bool denies_refer = false;
};

/// `abi`: 1…newest_abi.
Enforcement enforcement_at(const Rules& rules, int abi);

/// Rights that this ringfence knows and the rules' ABI does not have: they are not restricted.
landlock::Access waiting_rights(const Rules& rules);

}  // namespace ringfence::policy
