// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the program, and executes it behind the fence.
#pragma once

#include "exec/environment.h"
#include "exec/plan.h"

namespace ringfence::exec {

/// Room for a path that execve(2) takes.
using ProgramPath = Buffer<4096>;

/// `name` itself, if it has a slash. Otherwise the first regular file of this name that this user
/// may execute in the directories of --search-path=; without that option, in systemd's default
/// list. $PATH is never used. This is what systemd does (systemd.service(5)). Must be called before
/// the fence is up, so that the fence cannot change which file is found. The result may point into
/// `buffer`; nullptr on failure (status 203).
const char* find_program(const Plan& plan, const char* name, ProgramPath* buffer, Failure* failure);

/// Executes the program at `path`. Returns only on failure (status 203).
void execute(const Arguments& arguments, const Plan& plan, const char* path,
             Environment* environment, Failure* failure);

}  // namespace ringfence::exec
