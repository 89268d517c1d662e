// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the report of `ringfence check`, for people and for programs.
#pragma once

#include <string>

#include "cli/terminal/diagnostic_text.h"
#include "cli/terminal/terminal.h"
#include "lint/run.h"

namespace ringfence::cli {

/// Whether a finding is shown although the policy has an exception for it.
enum class Justified { counted, shown };

/// Each finding with its source line, and at the end the numbers of findings.
std::string to_text(const lint::Report& report, Justified justified, DiagnosticText& renderer,
                    const Terminal& terminal);

/// One document; ringfence-check(1) documents it.
std::string to_json(const lint::Report& report);

/// The table of checks.
std::string checks_text(const Terminal& terminal);
std::string checks_json();

}  // namespace ringfence::cli
