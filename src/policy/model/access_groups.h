// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights as the groups by which policies and the wrapper's options name them.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

#include "landlock/access.h"
#include "landlock/groups.h"

namespace ringfence::policy {

/// This function has no definition: a consteval function that calls it does not compile.
void there_is_no_such_group();

/// The group of an option of the wrapper: "read" for --read=, "bind-tcp" for --bind-tcp=. A name
/// that no row of the table has does not compile.
consteval const landlock::PathGroup& path_group(std::string_view option) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (option == group.option) return group;
    there_is_no_such_group();
    return landlock::path_groups[0];
}
consteval const landlock::PortGroup& port_group(std::string_view option) {
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (option == group.option) return group;
    there_is_no_such_group();
    return landlock::port_groups[0];
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

/// The groups whose rights, as far as the ruleset handles them, are together exactly `access`. The
/// result is empty when there are no such groups: then the rights must be given by name. "read" is
/// left out beside a group that contains it.
PathGroups groups_of(const landlock::Access& access, const landlock::Access& handled);

}  // namespace ringfence::policy
