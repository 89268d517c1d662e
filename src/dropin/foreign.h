// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the drop-ins of other generators that do not go together with a fence. ringfence's
// generator cannot see them: all generators run at the same time.
#pragma once

#include <string>
#include <vector>

#include "base/root.h"
#include "dropin/planned_file.h"
#include "unit/load_path.h"

namespace ringfence::dropin {

struct ForeignDropin {
    enum class Effect {
        replaces,    ///< it sorts behind the fence's drop-in and sets a fenced command
        shadows,     ///< it has the name of the fence's drop-in and takes its place
        overridden,  ///< the fence's drop-in puts a command back that this file changes
    };
    std::string path;
    Effect effect = Effect::replaces;
};

/// "PATH replaces the command".
std::string describe(const ForeignDropin& dropin);

/// What of `loaded` is foreign. `own`: the path of the fence's drop-in. `loaded`: the drop-ins of
/// the unit in systemd, or those of generators; `own` may be among them.
std::vector<ForeignDropin> foreign_dropins(const Root& root, const unit::ServiceName& unit,
                                           const std::string& own,
                                           const std::vector<std::string>& loaded);

/// The same from the directories that generators write, without systemd. `runtime`: the directory
/// that has them, such as /run/systemd.
std::vector<ForeignDropin> foreign_dropins(const Root& root, const PlannedFile& file,
                                           const std::string& runtime);

}  // namespace ringfence::dropin
