// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights as the groups that a policy and the wrapper's line name them by.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "landlock/access.h"
#include "landlock/groups.h"

namespace ringfence::policy {

/// The group of an option of the wrapper, "read" for --read=; the table's first for what is none.
constexpr const landlock::PathGroup& path_group(std::string_view option) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (option == group.option) return group;
    return landlock::path_groups[0];
}

/// Some of landlock::path_groups.
class PathGroups {
  public:
    void add(const landlock::PathGroup& group) { groups_[count_++] = &group; }
    void clear() { count_ = 0; }
    bool empty() const { return count_ == 0; }
    std::size_t size() const { return count_; }
    const landlock::PathGroup* const* begin() const { return groups_.data(); }
    const landlock::PathGroup* const* end() const { return groups_.data() + count_; }

  private:
    std::array<const landlock::PathGroup*, std::size(landlock::path_groups)> groups_{};
    std::size_t count_ = 0;
};

/// The groups that make up exactly `access`, as far as the ruleset handles their rights; none when
/// no groups do, and the rights must be given by name. "read" is left out beside the groups that it
/// is part of.
PathGroups groups_of(const landlock::Access& access, const landlock::Access& handled);

}  // namespace ringfence::policy
