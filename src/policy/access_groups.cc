// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/access_groups.h"

#include <array>
#include <string_view>

namespace ringfence::policy {

namespace {

constexpr std::size_t index_of(std::string_view option) {
    for (std::size_t i = 0; i < std::size(landlock::path_groups); ++i)
        if (option == landlock::path_groups[i].option) return i;
    return std::size(landlock::path_groups);
}

// "read" is part of others, so it comes behind them.
constexpr std::array order = {index_of("execute"), index_of("write"), index_of("connect-unix"),
                              index_of("read")};
static_assert(order.size() == std::size(landlock::path_groups));

}  // namespace

PathGroups groups_of(const landlock::Access& access, const landlock::Access& handled) {
    PathGroups groups;
    landlock::Access covered;
    for (const std::size_t index : order) {
        const landlock::PathGroup& group = landlock::path_groups[index];
        const landlock::Access masked = group.access & handled;
        if (masked.empty() || !access.contains(masked) || covered.contains(masked)) continue;
        covered |= masked;
        groups.add(group);
    }
    if (!(covered == access)) groups.clear();
    return groups;
}

}  // namespace ringfence::policy
