// SPDX-License-Identifier: LGPL-2.1-or-later
// The program behind the fence: where it is and how it is executed.
#pragma once

#include "exec/environment.h"
#include "exec/plan.h"

namespace ringfence::exec {

/// Room for a path that execve(2) takes.
using ProgramPath = Buffer<4096>;

/// `name` itself when it has a slash. Otherwise finds it in --search-path= (systemd's default list
/// without one) as systemd does: the first regular file that this user may execute. To be called
/// before the fence is up, so that the fence cannot change which one is found. $PATH is never used
/// (systemd.service(5)).
/// The result may point into `buffer`; nullptr on failure (status 203).
const char* find_program(const Plan& plan, const char* name, ProgramPath* buffer, Failure* failure);

/// Executes it; returns only on failure (status 203).
void execute(const Arguments& arguments, const Plan& plan, const char* path,
             Environment* environment, Failure* failure);

}  // namespace ringfence::exec
