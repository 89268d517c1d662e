// SPDX-License-Identifier: LGPL-2.1-or-later
// Rewrites a command of a unit so that it runs through the wrapper.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/command.h"

namespace ringfence::dropin {

struct WrapperLine {
    std::string wrapper;                    ///< its path
    std::vector<std::string> options;       ///< from render_options(); not quoted
    std::string search_path;                ///< for a program that is named without a path
    std::vector<std::string> more_options;  ///< those that are not about rules; they come last
};

/// "PREFIXES WRAPPER OPTIONS -- ORIGINAL WORDS", with one option a line. `own_option`: an option
/// for this setting's commands only; may be empty. Errors: the command cannot be rewritten with
/// certainty.
Result<std::string> wrap_command(const unit::Command& command, const WrapperLine& line,
                                 const std::string& own_option = {});

}  // namespace ringfence::dropin
