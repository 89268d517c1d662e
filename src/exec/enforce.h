// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts the plan into force: makes the rulesets and restricts the process.
#pragma once

#include "exec/plan.h"
#include "exec/report.h"

namespace ringfence::exec {

/// The rulesets of all layers, complete and not yet in force.
struct Rulesets {
    int fds[landlock::max_layers];  ///< -1: this kernel can enforce nothing of this layer
    int count = 0;
    unsigned rules = 0;
};

/// Opens every path and adds every rule. Nothing is restricted yet, so a failure has no effect.
/// Errors (exit_refused): a path that cannot be opened and is not optional, a rule that has no
/// effect, or a rule that the kernel refuses.
bool build_rulesets(const Arguments& arguments, const Plan& plan, const landlock::Support& support,
                    Rulesets* ret, Failure* failure);

/// Sets comm to the tag, enters the rulesets in their order, and drops the plan's capabilities.
/// Sets no_new_privs only if the kernel says EPERM, because the process has neither that nor
/// CAP_SYS_ADMIN, or may not change its bounding set. Errors (exit_cannot_enforce): those of
/// landlock_restrict_self(2) and drop_capabilities(); the process must then exit, since it may be
/// restricted in part.
bool restrict_self(const Plan& plan, const landlock::Support& support, const Rulesets& rulesets,
                   const Tag& tag, Outcome* ret, Failure* failure);

/// Does the checks of all --stand-in= options. Adds a right to `outcome->stood_in` if all its
/// checks succeed, and to `outcome->unenforced` and `not_stood_in` if one fails.
void check_stand_ins(const Arguments& arguments, Outcome* outcome);

}  // namespace ringfence::exec
