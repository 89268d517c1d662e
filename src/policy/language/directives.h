// SPDX-License-Identifier: LGPL-2.1-or-later
// The directives that [systemd] of a policy may set: those of the [Service] section of a unit that
// do not decide what is fenced, or how.
#pragma once

#include <string>
#include <vector>

namespace ringfence::policy {

/// Whether [systemd] may have `key`. systemd only warns of a directive that it does not know, so a
/// misspelt NoNewPrivileges= would have no effect. For that reason unknown names are refused.
bool is_directive(const std::string& key);

/// Why [systemd] must not have a directive that systemd knows, for a message; empty for a name that
/// systemd does not know either.
std::string refusal(const std::string& key);

/// The directives that [systemd] may have, sorted.
std::vector<std::string> directive_names();

/// The one of them whose name is nearest to `key`; empty when none is near.
std::string nearest_directive(const std::string& key);

}  // namespace ringfence::policy
