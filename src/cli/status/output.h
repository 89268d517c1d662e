// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the output of `ringfence status`.
#pragma once

#include <string>
#include <vector>

#include "cli/status/state.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

/// A table. Below the row of a unit are the reasons for its state.
std::string status_text(const std::vector<Status>& units, const Terminal& terminal);

/// The document of --json, see ringfence-status(1).
std::string status_json(const std::vector<Status>& units, int exit_status);

}  // namespace ringfence::cli
