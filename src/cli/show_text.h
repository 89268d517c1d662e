// SPDX-License-Identifier: LGPL-2.1-or-later
// Resolved rules for people.
#pragma once

#include <optional>
#include <string>

#include "cli/show_subject.h"
#include "cli/terminal.h"

namespace ringfence::cli {

struct Kernel {
    int abi = 0;
    bool running = false;  ///< this machine's own, not one that was asked about
};

/// Nothing from a file gets into the text unescaped. `kernel`: what it would enforce is shown.
/// Lines that do not fit the terminal are cut where that does no harm, never a path or a right.
std::string subject_text(const Subject& subject, const Terminal& terminal,
                         const std::optional<Kernel>& kernel);

}  // namespace ringfence::cli
