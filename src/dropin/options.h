// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules as the wrapper's options: the compiled policy (DESIGN.md §1 and §7).
#pragma once

#include <string>
#include <vector>

#include "landlock/groups.h"
#include "policy/rules.h"

namespace ringfence::dropin {

/// The options in the order that the wrapper wants, one an element and not quoted. Paths are as the
/// policy has them: specifiers, "${VARIABLE}", "%%" and "$$" are for systemd to replace.
std::vector<std::string> render_options(const policy::Rules& rules);

/// The groups that make up exactly this access, as far as a layer of these rights handles it;
/// none when none do, and the rights have to be given by name.
std::vector<const landlock::PathGroup*> groups_of(const landlock::Access& access,
                                                  const landlock::Access& handled);

}  // namespace ringfence::dropin
