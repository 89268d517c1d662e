// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/rules.h"

#include <algorithm>
#include <iterator>

namespace ringfence::policy {

std::vector<Origin> origins_of(const PathRule& rule, const landlock::Access& access) {
    std::vector<Origin> found;
    std::copy_if(rule.origins.begin(), rule.origins.end(), std::back_inserter(found),
                 [&](const Origin& origin) { return !(origin.access & access).empty(); });
    return found;
}

landlock::CapabilitySet Rules::dropped_capabilities() const {
    landlock::CapabilitySet set = landlock::all_capabilities();
    for (const KeptCapability& kept : kept_capabilities)
        if (const auto* row = landlock::find_capability(kept.name.data(), kept.name.size()))
            set &= ~landlock::set_of(*row);
    return set;
}

}  // namespace ringfence::policy
