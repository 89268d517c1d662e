// SPDX-License-Identifier: LGPL-2.1-or-later
// Describes resolved rules for people.
#pragma once

#include <optional>
#include <string>

#include "cli/show/subject.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

/// The kernel that the text describes.
struct ShownKernel {
    int abi = 0;
    bool running = false;  ///< it is this machine's own, not one that was asked about
    int expected_abi = 0;  ///< of ringfence.conf(5); 0: none
};

/// Texts from files are escaped. `kernel`: what this kernel would enforce is shown. Lines that do
/// not fit the terminal are cut, but paths and rights never are.
std::string subject_text(const ShownSubject& subject, const Terminal& terminal,
                         const std::optional<ShownKernel>& kernel);

}  // namespace ringfence::cli
