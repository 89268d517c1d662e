// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that follow from what the unit says already (`inherit = true`, DESIGN.md §5).
#pragma once

#include "policy/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Adds them to `rules` when its policy wants them: today the programs of ExecStart=.
///
/// The programs go into every layer, since a layer without them could not start anything; all other
/// rules go into the first one only, because a further layer is there to narrow.
void add_inherited_rules(const unit::Unit& unit, policy::Rules& rules);

}  // namespace ringfence::dropin
