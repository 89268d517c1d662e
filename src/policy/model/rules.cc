// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/rules.h"

namespace ringfence::policy {

landlock::CapabilitySet Rules::dropped_capabilities() const {
    landlock::CapabilitySet set = landlock::all_capabilities();
    for (const KeptCapability& kept : kept_capabilities)
        if (const auto* row = landlock::find_capability(kept.name.data(), kept.name.size()))
            set &= ~landlock::set_of(*row);
    return set;
}

}  // namespace ringfence::policy
