// SPDX-License-Identifier: LGPL-2.1-or-later
// Opens the paths of rules. A service must not choose what the rules of its next start lead to, so
// a symbolic link is followed only if the service could not have put it there.
//
// Nearly all paths have no link in them, and one openat2(2) finds that out. The others are resolved
// name by name. Each step holds handles, so a process that exchanges files meanwhile gains nothing.
#pragma once

#include "exec/reach.h"

namespace ringfence::exec {

class RulePaths {
  public:
    /// open() returns it after it has filled in the failure. No errno has this value.
    static constexpr long refused = -4096;

    RulePaths(const Arguments& arguments, const Plan& plan) : reach_(arguments, plan) {}

    /// A handle of the path (O_PATH, close-on-exec), -errno, or `refused`.
    long open(const char* path, Failure* failure);

  private:
    // Its frame is large, and most starts never touch those pages of the stack.
    [[gnu::noinline]] long walk(const char* path, Failure* failure);

    Reach reach_;
    bool gathered_ = false;
};

}  // namespace ringfence::exec
