// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/enforcement.h"

#include "landlock/rights.h"

namespace ringfence::policy {

using landlock::Access;

namespace {

constexpr Access refer = landlock::access_of("fs.refer");

bool grants_refer(const Rules& rules) {
    for (const Layer& layer : rules.layers)
        for (const PathRule& rule : layer.paths)
            if (!(rule.access & refer).empty()) return true;
    return false;
}

}  // namespace

Access handled_by(const Layer& layer) {
    const Access known = landlock::known_at(layer.abi);
    return (Access{known.fs, known.net, 0} - layer.unrestricted) | layer.scopes;
}

Enforcement enforcement_at(const Rules& rules, int abi) {
    Enforcement result;
    result.abi = abi;
    const Access known = landlock::known_at(abi);
    Access enforced;
    for (const Layer& layer : rules.layers) {
        enforced |= handled_by(layer) & known;
        result.unenforced |= handled_by(layer) - known;
    }
    // A kernel that does not know it denies it always.
    result.unenforced = result.unenforced - refer;
    result.denies_refer = !known.contains(refer) && grants_refer(rules);
    if (abi < rules.minimum_abi)
        result.outcome = Enforcement::Outcome::below_minimum;
    else if (enforced.empty())
        result.outcome = Enforcement::Outcome::nothing_enforced;
    else if (result.unenforced.empty())
        result.outcome = Enforcement::Outcome::enforced;
    else
        result.outcome = rules.minimum_abi == minimum_abi_all ? Enforcement::Outcome::not_all
                                                              : Enforcement::Outcome::degraded;
    return result;
}

Access waiting_rights(const Rules& rules) {
    return landlock::known_at(landlock::newest_abi) - landlock::known_at(rules.layers.front().abi);
}

}  // namespace ringfence::policy
