// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/unfenced.h"

#include <algorithm>

#include "unit/command.h"
#include "unit/lines.h"

namespace ringfence::dropin {

std::vector<UnfencedCommand> unfenced_commands(const unit::Unit& unit,
                                               const std::vector<std::string>& wrap) {
    std::vector<UnfencedCommand> found;
    for (const unit::UnitCommand& row : unit::commands_of(unit)) {
        if (std::find(wrap.begin(), wrap.end(), row.line.key) != wrap.end()) continue;
        UnfencedCommand one{row.line.key, row.command.path, "", row.command.where};
        for (const unit::Argument& argument : row.command.arguments)
            one.arguments += (one.arguments.empty() ? "" : " ") + argument.raw;
        found.push_back(std::move(one));
    }
    return found;
}

}  // namespace ringfence::dropin
