// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/access_groups.h"

namespace ringfence::policy {

namespace {

// Other groups contain "read", so it comes last.
constexpr std::array order = {&path_group("execute"), &path_group("write"),
                              &path_group("connect-unix"), &path_group("read")};
static_assert(order.size() == std::size(landlock::path_groups));

}  // namespace

PathGroups groups_of(const landlock::Access& access, const landlock::Access& handled) {
    PathGroups groups;
    landlock::Access covered;
    for (const landlock::PathGroup* group : order) {
        const landlock::Access masked = group->access & handled;
        if (masked.empty() || !access.contains(masked) || covered.contains(masked)) continue;
        covered |= masked;
        groups.add(*group);
    }
    if (!(covered == access)) groups.clear();
    return groups;
}

}  // namespace ringfence::policy
