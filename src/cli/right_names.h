// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "landlock/access.h"

namespace ringfence::cli {

/// The kernel's names of rights and scopes, in the table's order.
std::vector<std::string> right_names(const landlock::Access& access);

}  // namespace ringfence::cli
