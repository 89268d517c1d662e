// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that follow from what the unit says already (`inherit = true`, DESIGN.md §5).
//
//   the programs of the commands, and their interpreters            execute
//   ExecPaths=                                                      execute
//   StateDirectory=, RuntimeDirectory=, CacheDirectory=,
//   LogsDirectory=, ReadWritePaths=, BindPaths=                     write
//   PIDFile=                                                        write on its directory
//   ConfigurationDirectory=, ReadOnlyPaths=, BindReadOnlyPaths=,
//   WorkingDirectory=, the credentials                              read
//
// "/" is never taken over: ReadOnlyPaths=/ takes away, it does not mean to give. Nor is a directory
// that all services share (/run, /tmp) for PIDFile=; there the rule is on the file itself. Paths
// are as the unit's processes see them, inside RootDirectory=, where the wrapper runs too.
#pragma once

#include <string>
#include <vector>

#include "policy/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Adds them to `rules` when its policy wants them. `wrap`: the settings that run through the
/// wrapper; `interpreters`: of their programs, found in the file tree.
///
/// The programs go into every layer, since a layer without them could not start anything; all other
/// rules go into the first one only, because a further layer is there to narrow.
/// All are optional ("-"): what is missing is for the service to find out, as without a fence.
void add_inherited_rules(const unit::Unit& unit, const std::vector<std::string>& wrap,
                         const std::vector<std::string>& interpreters, policy::Rules& rules);

/// Whether a rule comes from a program of the unit, which nothing could start without, and not from
/// a setting that somebody chose.
bool is_of_a_program(const policy::Origin& origin);

/// The programs of the commands as absolute paths; specifiers unexpanded. A mere name gives all
/// that it may turn out to be: which of them is there is known only inside the unit's own root and
/// when it starts.
std::vector<std::string> programs(const unit::Unit& unit, const std::vector<std::string>& wrap);

}  // namespace ringfence::dropin
