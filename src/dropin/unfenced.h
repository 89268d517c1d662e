// SPDX-License-Identifier: LGPL-2.1-or-later
// The commands of a fenced unit that run outside of the fence.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/unit.h"

namespace ringfence::dropin {

struct UnfencedCommand {
    std::string setting;    ///< "ExecStop"
    std::string program;    ///< its path, as written
    std::string arguments;  ///< as written, with blanks between
    Location where;
};

/// In the order in which systemd runs them. `wrap`: the settings whose commands are fenced.
std::vector<UnfencedCommand> unfenced_commands(const unit::Unit& unit,
                                               const std::vector<std::string>& wrap);

}  // namespace ringfence::dropin
