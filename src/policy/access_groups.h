// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights as the groups that a policy and the wrapper's line name them by.
#pragma once

#include <vector>

#include "landlock/access.h"
#include "landlock/groups.h"

namespace ringfence::policy {

/// The groups that make up exactly `access`, as far as the ruleset handles their rights; none when
/// no groups do, and the rights must be given by name. "read" is left out beside the groups that it
/// is part of.
std::vector<const landlock::PathGroup*> groups_of(const landlock::Access& access,
                                                  const landlock::Access& handled);

}  // namespace ringfence::policy
