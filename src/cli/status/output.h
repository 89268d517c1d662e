// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the output of `ringfence status`.
#pragma once

#include <string>
#include <vector>

#include "cli/status/state.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

/// A table. Below the row of a unit are the reasons for its state. The last line is about the
/// kernel, if it is too old for something.
std::string status_text(const std::vector<Status>& units, const KernelStatus& kernel,
                        const Terminal& terminal);

/// The document of --json, see ringfence-status(1).
std::string status_json(const std::vector<Status>& units, const KernelStatus& kernel,
                        int exit_status);

}  // namespace ringfence::cli
