// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/for_unit.h"

#include <algorithm>
#include <optional>

#include "policy/interop/parse_policy.h"
#include "policy/model/policy.h"
#include "policy/resolve/search.h"

namespace ringfence::policy {

namespace {

bool lists(const Policy& policy, const std::vector<std::string>& names) {
    return std::any_of(policy.units.begin(), policy.units.end(), [&](const auto& unit) {
        return std::find(names.begin(), names.end(), unit.value) != names.end();
    });
}

}  // namespace

std::vector<WrittenFor> policies_for(const Root& root, const SearchPath& path,
                                     const std::vector<std::string>& unit_names) {
    const Search search(root, path);
    std::vector<WrittenFor> found;
    for (const std::string& name : search.names("")) {
        const auto file = search.find("", name);
        if (!file || !*file || (*file)->masked) continue;
        const auto policy = parse_policy((*file)->text, (*file)->path, Role::policy);
        if (policy && lists(*policy, unit_names)) found.push_back({name, (*file)->path});
    }
    return found;
}

std::string file_of(const Root& root, const SearchPath& path, const std::string& policy) {
    const auto file = Search(root, path).find("", policy);
    return file && *file && !(*file)->masked ? (*file)->path : "";
}

}  // namespace ringfence::policy
