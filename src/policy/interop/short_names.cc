// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/short_names.h"

namespace ringfence::policy {

std::string_view short_name(const landlock::Right& right) {
    const std::string_view name = right.name;
    return name.substr(name.find('.') + 1);
}

std::vector<std::string> short_names(landlock::Family family, int abi) {
    return short_names(of_family(landlock::known_at(abi), family));
}

std::vector<std::string> short_names(const landlock::Access& access) {
    std::vector<std::string> names;
    for (const landlock::Right& right : landlock::rights)
        if (access.contains(right.access())) names.emplace_back(short_name(right));
    return names;
}

std::optional<landlock::Access> access_by_short_name(std::string_view name, landlock::Family family,
                                                     int abi) {
    for (const landlock::Right& right : landlock::rights)
        if (right.family == family && right.abi <= abi && short_name(right) == name)
            return right.access();
    return {};
}

}  // namespace ringfence::policy
