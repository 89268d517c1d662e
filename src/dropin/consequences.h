// SPDX-License-Identifier: LGPL-2.1-or-later
// Directives without which a service would not be what it was, because systemd executes the wrapper
// and not the program.
//
// Where a unit has no SyslogIdentifier=, systemd takes the file name of each command as the
// identifier of its output in the journal and in syslog (setup_output() in src/core/execute.c).
// Behind the wrapper all of them would be "ringfence-exec".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dropin/needs.h"
#include "dropin/settings.h"
#include "unit/command.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The value of SyslogIdentifier= that a drop-in needs: the file name of the first command of
/// ExecStart=, with its specifiers. Nothing if the unit sets one, if it has no such command, or if
/// the name cannot stand in a unit file or a specifier in it may contain a slash.
std::optional<std::string> needed_identifier(const unit::Unit& unit, const Settings& settings);

/// The commands that get another identifier with the drop-in than without it: all whose file name
/// is another one.
std::vector<unit::Command> renamed_commands(const unit::Unit& unit, const std::string& identifier);

/// The directives that a drop-in needs for this.
std::vector<NeededDirective> find_consequences(const unit::Unit& unit, const Settings& settings);

}  // namespace ringfence::dropin
