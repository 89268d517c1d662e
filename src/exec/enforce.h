// SPDX-License-Identifier: LGPL-2.1-or-later
// From the plan to a restricted process.
#pragma once

#include "exec/plan.h"
#include "exec/report.h"

namespace ringfence::exec {

/// The rulesets of all layers, complete and not yet in force.
struct Rulesets {
    int fds[landlock::max_layers];  ///< -1: nothing of this layer can be enforced here
    int count = 0;
    unsigned rules = 0;
};

/// Opens every path and makes every rule. Nothing is restricted yet: a failure has no effect.
/// Errors (status 78): a path that cannot be opened and is not optional, a rule without effect,
/// the kernel's refusal of a rule.
bool build_rulesets(const Arguments& arguments, const Plan& plan, const landlock::Support& support,
                    Rulesets* ret, Failure* failure);

/// Puts the tag into comm and the rulesets into force, in order; sets no_new_privs only when the
/// kernel asks for it (EPERM: neither that nor CAP_SYS_ADMIN). Errors (status 77): what
/// landlock_restrict_self(2) says; the process is then of no use but to exit.
bool restrict_self(const Plan& plan, const landlock::Support& support, const Rulesets& rulesets,
                   const Tag& tag, Outcome* ret, Failure* failure);

}  // namespace ringfence::exec
