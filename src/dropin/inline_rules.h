// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that a unit has in its own settings: X-LandlockReadPaths= and its siblings.
// ringfence.unit(5) is the manual; DESIGN.md §4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "policy/defaults.h"
#include "policy/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The settings of this kind; all follow systemd's rule for lists: append, empty resets.
const std::vector<std::string>& inline_keys();
bool is_inline_key(std::string_view key);

struct InlineRules {
    std::vector<policy::PathRule> paths;  ///< not masked yet; one row a word
    std::vector<policy::PortRule> ports;
    std::optional<landlock::Access> scopes;  ///< X-LandlockScope=; "none" is the empty set
    std::optional<int> abi;
    Location abi_where;
    std::optional<int> minimum_abi;
    Location minimum_abi_where;
    Location where;  ///< of the first setting

    /// Whether there is any setting of this kind.
    bool any = false;
};

/// Reads them. Errors: every word that is none of what the setting takes.
Result<InlineRules> read_inline_rules(const unit::Unit& unit);

/// The rules of policies with these on top: their union, and the stricter of both minimums.
/// Errors: a right that the policy's ABI has not; an ABI other than the policy's.
Result<policy::Rules> add_inline_rules(const InlineRules& own, policy::Rules rules);

/// Rules of these alone. Errors: no X-LandlockABI=, without which nobody knows what may be denied.
/// `defaults` gives the minimum that the unit has not.
Result<policy::Rules> make_rules(const InlineRules& own, const policy::Defaults& defaults = {});

}  // namespace ringfence::dropin
