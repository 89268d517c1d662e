// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/unfenced.h"

#include <algorithm>

#include "unit/command.h"
#include "unit/lines.h"

namespace ringfence::dropin {

std::vector<UnfencedCommand> unfenced_commands(const unit::Unit& unit,
                                               const std::vector<std::string>& wrap) {
    std::vector<UnfencedCommand> found;
    for (const std::string& key : unit::command_keys()) {
        if (std::find(wrap.begin(), wrap.end(), key) != wrap.end()) continue;
        for (const unit::CommandLine& line : unit::command_lines(unit, key))
            for (const unit::Command& command : line.list.commands) {
                UnfencedCommand one{key, command.path, "", command.where};
                for (const unit::Argument& argument : command.arguments)
                    one.arguments += (one.arguments.empty() ? "" : " ") + argument.raw;
                found.push_back(std::move(one));
            }
    }
    return found;
}

}  // namespace ringfence::dropin
