// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/right_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace ringfence::policy {

std::vector<std::string> right_names(const landlock::Access& access) {
    std::vector<std::string> names;
    for (const landlock::Right& right : landlock::rights)
        if (access.contains(right.access())) names.emplace_back(right.name);
    return names;
}

landlock::Access access_of(const std::vector<std::string>& names) {
    landlock::Access access;
    for (const std::string& name : names)
        if (const auto* right = landlock::find_right(name.data(), name.size()))
            access |= right->access();
    return access;
}

std::vector<std::string> right_names(landlock::Family family, int abi) {
    return right_names(landlock::of_family(landlock::known_at(abi), family));
}

std::string joined_right_names(const landlock::Access& access, std::string_view separator) {
    return fmt::format("{}", fmt::join(right_names(access), separator));
}

}  // namespace ringfence::policy
