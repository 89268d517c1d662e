// SPDX-License-Identifier: LGPL-2.1-or-later
// Errors and notes on standard error.
#pragma once

#include "base/diagnostic.h"

namespace ringfence::cli {

/// "ringfence: FILE:LINE:COLUMN: MESSAGE; HINT", a line each, safe for a terminal. Returns
/// `status`.
int print_problems(const Diagnostics& problems, int status);

}  // namespace ringfence::cli
