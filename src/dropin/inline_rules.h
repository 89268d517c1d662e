// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the rules in a unit's own settings: X-LandlockReadPaths= and its siblings. See
// ringfence.unit(5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "policy/model/policy.h"
#include "policy/model/rules.h"
#include "policy/resolve/defaults.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// These settings. All of them are lists, in which an empty assignment is a reset.
const std::vector<std::string>& inline_keys();
bool is_inline_key(std::string_view key);

struct InlineRules {
    Location where;                       ///< of the first setting
    std::vector<policy::PathRule> paths;  ///< one for each word; not masked to an ABI yet
    std::vector<policy::PortRule> ports;
    std::optional<landlock::Access> scopes;  ///< X-LandlockScope=; "none" is the empty set
    std::optional<policy::Located<int>> abi;
    std::optional<policy::Located<int>> minimum_abi;
};

/// Nothing if the unit has none of these settings. Errors: each word that is not valid in its
/// setting.
Result<std::optional<InlineRules>> read_inline_rules(const unit::Unit& unit);

/// Adds the unit's own rules to those of its policies. The stricter one of the two minimums counts.
/// Errors: a right that the policy's ABI does not have; an ABI that differs from the policy's.
Result<policy::Rules> add_inline_rules(const InlineRules& own, policy::Rules rules);

/// Makes rules of the unit's own settings alone. `defaults`: has the minimum for a unit without
/// one, and the stand-ins. Errors: X-LandlockABI= is missing. It says which rights the fence may
/// deny.
Result<policy::Rules> make_rules(const InlineRules& own, const policy::Defaults& defaults = {});

}  // namespace ringfence::dropin
