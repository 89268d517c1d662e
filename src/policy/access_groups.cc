// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/access_groups.h"

#include <string_view>

namespace ringfence::policy {

std::vector<const landlock::PathGroup*> groups_of(const landlock::Access& access,
                                                  const landlock::Access& handled) {
    std::vector<const landlock::PathGroup*> groups;
    landlock::Access covered;
    for (const std::string_view name : {"execute", "write", "connect-unix", "read"})
        for (const landlock::PathGroup& group : landlock::path_groups) {
            if (name != group.option) continue;
            const landlock::Access masked = group.access & handled;
            if (masked.empty() || !access.contains(masked) || covered.contains(masked)) continue;
            covered |= masked;
            groups.push_back(&group);
        }
    if (!(covered == access)) groups.clear();
    return groups;
}

}  // namespace ringfence::policy
