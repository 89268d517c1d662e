// SPDX-License-Identifier: LGPL-2.1-or-later
// The path of a rule cannot be opened.
#pragma once

#include "exec/arguments.h"
#include "exec/options.h"

namespace ringfence::exec {

/// Whether the rule is left out because its path is optional and not there. `result`: -errno.
bool is_left_out(const Arguments& arguments, const PathRule& rule, long result);

/// Says that the path cannot be opened, and what to do. A setting of the unit that hides it
/// (--hidden=) is named.
void refuse_path(const Arguments& arguments, const PathRule& rule, long result, Failure* failure);

}  // namespace ringfence::exec
