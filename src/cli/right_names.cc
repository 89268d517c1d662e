// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/right_names.h"

#include "landlock/rights.h"

namespace ringfence::cli {

std::vector<std::string> right_names(const landlock::Access& access) {
    std::vector<std::string> names;
    for (const landlock::Right& right : landlock::rights)
        if (access.contains(right.access())) names.emplace_back(right.name);
    return names;
}

}  // namespace ringfence::cli
