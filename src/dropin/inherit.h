// SPDX-License-Identifier: LGPL-2.1-or-later
// Adds the rules that a unit's own settings call for (`inherit = true` in a policy). So a policy
// need not repeat them and cannot disagree with them.
//
//   the programs of the commands, and their interpreters            execute
//   ExecPaths=                                                      execute
//   StateDirectory=, RuntimeDirectory=, CacheDirectory=,
//   LogsDirectory=, ReadWritePaths=, BindPaths=                     write
//   PIDFile=                                                        write on its directory
//   ConfigurationDirectory=, ReadOnlyPaths=, BindReadOnlyPaths=,
//   WorkingDirectory=, the credentials                              read
//
// There is never a rule on "/": ReadOnlyPaths=/ takes rights away and does not ask for any. If
// PIDFile= is in a directory that is not the service's own (/run, /tmp, /var/lib, a home:
// places::is_shared_directory()), the rule is on the file and not on the directory. Paths are those
// that the unit's processes see, inside RootDirectory=; the wrapper runs there, too.
#pragma once

#include <string>
#include <vector>

#include "policy/model/rules.h"
#include "unit/load_path.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Adds the rules to `rules`, unless its policy has `inherit = false`.
/// `wrap`: the settings whose commands run through the wrapper.
/// `interpreters`: of their programs; see find_interpreters().
///
/// Every layer gets the rules on programs, because a layer without them could not start anything.
/// The other rules are for the first layer only, because further layers are there to narrow it. All
/// rules are optional ("-"): when a file is missing, the service fails as it would without a fence.
/// `scope` decides what %S and its like stand for. A rule is left out if it is beneath a directory
/// in which another rule allows the same and the making of links.
void add_inherited_rules(const unit::Unit& unit, const std::vector<std::string>& wrap,
                         const std::vector<std::string>& interpreters, policy::Rules& rules,
                         unit::Scope scope = unit::Scope::system);

/// The rules that add_inherited_rules() adds to the first layer because of the unit's settings.
/// They do not include those on programs.
std::vector<policy::PathRule> inherited_rules(const unit::Unit& unit);

/// Whether the rule is on a program of the unit, without which nothing could start, and does not
/// come from a setting that somebody chose.
bool is_of_a_program(const policy::Origin& origin);

/// The programs of the commands as absolute paths; specifiers are not expanded. For a name without
/// a slash, these are all paths that systemd would try. Which of them exists is known only when the
/// unit starts, in its own root.
std::vector<std::string> programs(const unit::Unit& unit, const std::vector<std::string>& wrap);

}  // namespace ringfence::dropin
