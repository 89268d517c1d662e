// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/filter.h"

#include <algorithm>
#include <fnmatch.h>

#include "base/path.h"
#include "policy/model/name.h"

namespace ringfence::journal {

namespace {

bool is_pattern(const std::string& text) {
    return text.find_first_of("*?[") != std::string::npos;
}

bool matches_name(const std::string& pattern, const std::string& name) {
    return !name.empty() && ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE) == 0;
}

bool matches_unit(const std::vector<std::string>& patterns, const Unit& unit) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches_name(pattern, unit.name) || matches_name(pattern, unit.user_name);
    });
}

// Whether `name` is one of the policies: "nginx" is one of "nginx+site".
bool names_policy(const std::string& all, const std::string& name) {
    const auto names = policy::names_in(all);
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool matches_path(const std::string& asked, const std::string& path) {
    if (is_pattern(asked)) return ::fnmatch(asked.c_str(), path.c_str(), FNM_NOESCAPE) == 0;
    return covers(simplify_path(asked), path);
}

}  // namespace

bool Filter::concerns(const Attribution& whose) const {
    const bool of_unit = units.empty() || matches_unit(units, whose.unit) ||
                         std::any_of(whose.claimed.begin(), whose.claimed.end(),
                                     [&](const Unit& unit) { return matches_unit(units, unit); });
    const bool of_policy =
        policies.empty() ||
        std::any_of(policies.begin(), policies.end(),
                    [&](const std::string& name) { return names_policy(whose.policy, name); });
    return of_unit && of_policy;
}

bool Filter::concerns(const DenialKey& what) const {
    const bool of_right = rights.empty() || rights.overlaps(what.blockers);
    const bool has_path = what.type == ObjectType::path || what.type == ObjectType::unix_socket;
    const bool of_path =
        paths.empty() ||
        (has_path && std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
             return matches_path(path, what.path);
         }));
    return of_right && of_path;
}

}  // namespace ringfence::journal
