// SPDX-License-Identifier: LGPL-2.1-or-later
// A report of `ringfence check` for people and for programs.
#pragma once

#include <string>

#include "cli/diagnostic_text.h"
#include "cli/terminal.h"
#include "lint/run.h"

namespace ringfence::cli {

/// Each finding with its line, then how many there were. `justified`: those that a policy has an
/// exception for, too.
std::string to_text(const lint::Report& report, bool justified, DiagnosticText& renderer,
                    const Terminal& terminal);

/// One document; ringfence-check(1) documents it.
std::string to_json(const lint::Report& report);

/// The table of checks.
std::string checks_text(const Terminal& terminal);
std::string checks_json();

}  // namespace ringfence::cli
