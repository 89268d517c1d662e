// SPDX-License-Identifier: LGPL-2.1-or-later
// What a unit and a machine make of a rule. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/check.h"

namespace ringfence::lint {

struct Value {
    std::string text;
    Location where;
};

/// The assignments of a setting in the unit, and behind them those of the policy's [systemd].
std::vector<Value> values(const Subject& subject, const std::vector<std::string>& keys);

/// The last one; an empty text when there is none or it is a reset.
Value last_value(const Subject& subject, const std::string& key);

/// The words of a list setting that are left at the end, unquoted.
std::vector<Value> words(const Subject& subject, const std::vector<std::string>& keys);

/// systemd's yes or no; `otherwise` when it is not set.
bool is_on(const Subject& subject, const std::string& key, bool otherwise);

/// A rule's path without specifiers and variables; nothing when only the running system can tell.
std::optional<std::string> expand(const Subject& subject, std::string_view path);

/// The rules with expanded paths; those that cannot be are as they are written.
policy::Rules with_expanded_paths(const Subject& subject, policy::Rules rules);

/// The same, and with links followed on the machine.
policy::Rules with_real_paths(const Subject& subject, policy::Rules rules);

/// Where the unit asks for its fence.
Location request_of(const Subject& subject);

/// Whether the unit's processes see another file tree than the machine's.
bool has_own_root(const Subject& subject);

/// Whether set-user-ID programs have no effect in the unit: it says so itself, or the wrapper must
/// set no_new_privs because it has no CAP_SYS_ADMIN (landlock(7)).
bool sets_no_new_privs(const Subject& subject);

/// What systemd makes before the service starts: StateDirectory= and its siblings.
std::vector<std::string> made_directories(const Subject& subject);

}  // namespace ringfence::lint
