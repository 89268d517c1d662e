// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/problems.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/terminal.h"

namespace ringfence::cli {

int print_problems(const Diagnostics& problems, int status) {
    for (const Diagnostic& problem : problems)
        fmt::print(stderr, "ringfence: {}\n", printable(to_string(problem)));
    return status;
}

}  // namespace ringfence::cli
