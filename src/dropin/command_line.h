// SPDX-License-Identifier: LGPL-2.1-or-later
// One command of a unit, run through the wrapper.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/command.h"

namespace ringfence::dropin {

struct WrapperLine {
    std::string wrapper;                    ///< its path
    std::vector<std::string> options;       ///< not quoted, as render_options() makes them
    std::string search_path;                ///< for a program without a path
    std::vector<std::string> more_options;  ///< not about rules; behind the others
};

/// "PREFIXES WRAPPER OPTIONS -- ORIGINAL WORDS", one option a line. Errors: what cannot be said in
/// this way. `own_option`: one for commands of this kind alone; may be empty.
Result<std::string> wrap_command(const unit::Command& command, const WrapperLine& line,
                                 const std::string& own_option = {});

}  // namespace ringfence::dropin
