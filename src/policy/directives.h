// SPDX-License-Identifier: LGPL-2.1-or-later
// The directives that a policy's [systemd] may set: those of a unit's [Service] section that do not
// decide what is fenced or how.
#pragma once

#include <string>
#include <vector>

namespace ringfence::policy {

/// Whether `key` may stand in [systemd]. systemd ignores what it does not know with a warning, so a
/// misspelt NoNewPrivileges= would silently be missing: only known names pass.
bool is_directive(const std::string& key);

/// Why a real directive must not stand there, for a message; empty for one that systemd does not
/// know either.
std::string refusal(const std::string& key);

/// All that may, sorted.
std::vector<std::string> directive_names();

/// The nearest name that may; empty when none is near.
std::string nearest_directive(const std::string& key);

}  // namespace ringfence::policy
