// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <climits>
#include <set>

#include "dropin/plan.h"
#include "unit/specifier.h"

namespace ringfence::dropin {

using unit::NameKind;
using unit::ServiceName;

std::vector<std::string> policy_names(const Root& root, const policy::SearchPath& path) {
    constexpr std::string_view suffixes[] = {".toml", ".json"};
    std::set<std::string> names;
    for (const std::string& directory : path) {
        const auto entries = root.list(directory);
        if (!entries) continue;  // resolve() reports the error when a unit names a policy
        for (const DirectoryEntry& entry : *entries) {
            const std::string& name = entry.name;
            for (const std::string_view suffix : suffixes)
                if (name.size() > suffix.size() && entry.type != DT_DIR && name.ends_with(suffix))
                    names.insert(name.substr(0, name.size() - suffix.size()));
        }
    }
    return {names.begin(), names.end()};
}

std::optional<std::string> last_file_name(const std::vector<std::string>& others) {
    const auto last = std::max_element(others.begin(), others.end());
    if (last == others.end() || *last < usual_file_name) return std::string(usual_file_name);
    const std::string later = *last + "-ringfence.conf";
    if (later.size() > NAME_MAX) return std::nullopt;
    return later;
}

std::vector<std::string> instances_with_policy(const std::string& written,
                                               const unit::ServiceName& name,
                                               const std::vector<std::string>& policies) {
    // The name is expanded with an instance that cannot exist, to find where the instance goes.
    ServiceName probe = name;
    probe.kind = NameKind::instance;
    probe.instance.assign(1, '\1');
    probe.full = name.with_instance(probe.instance);
    std::vector<std::string> found;
    const auto pattern = unit::expand_specifiers(written, probe);
    if (!pattern) return found;
    const std::size_t hole = pattern->find('\1');
    const auto holes = static_cast<std::size_t>(std::count(pattern->begin(), pattern->end(), '\1'));
    if (holes == 0) return found;
    for (const std::string& policy : policies) {
        if (policy.size() < pattern->size()) continue;
        const std::size_t extra = policy.size() - (pattern->size() - holes);
        if (extra % holes != 0) continue;
        const auto candidate =
            unit::parse_service_name(name.with_instance(policy.substr(hole, extra / holes)));
        if (!candidate || candidate->kind != NameKind::instance) continue;
        const auto expanded = unit::expand_specifiers(written, *candidate);
        if (expanded && *expanded == policy) found.push_back(candidate->instance);
    }
    return found;
}

}  // namespace ringfence::dropin
