// SPDX-License-Identifier: LGPL-2.1-or-later
// What `ringfence status` prints.
#pragma once

#include <string>
#include <vector>

#include "cli/status_state.h"
#include "cli/terminal.h"

namespace ringfence::cli {

/// A table, with what is to be said about a unit below its row.
std::string status_text(const std::vector<Status>& units, const Terminal& terminal);

/// ringfence-status(1), --json.
std::string status_json(const std::vector<Status>& units, int exit_status);

}  // namespace ringfence::cli
