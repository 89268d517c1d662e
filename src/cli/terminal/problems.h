// SPDX-License-Identifier: LGPL-2.1-or-later
// Prints errors and notes for people. Nothing else in ringfence(1) writes to standard error, so
// every text there is escaped.
#pragma once

#include <string_view>

#include "base/diagnostic.h"
#include "base/root.h"

namespace ringfence::cli {

/// Prints one line for each problem: "ringfence: FILE:LINE:COLUMN: MESSAGE; HINT".
void print_problems(const Diagnostics& problems);

/// The same, but a problem that is about a line of a file below `root` is shown with that line
/// (diagnostic_text.h).
void print_excerpts(const Root& root, const Diagnostics& problems);

/// Prints "ringfence: TEXT". Does not throw, whatever happens to the output.
void print_note(std::string_view text) noexcept;

/// Prints the problems and returns exit_failure.
int failed(const Diagnostics& problems);

/// Prints the problems and returns exit_usage.
int misused(const Diagnostics& problems);

}  // namespace ringfence::cli
