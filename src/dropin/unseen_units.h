// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds units whose files ringfence's generator cannot see, because other generators or
// systemd-run(1) make them.
#pragma once

#include <vector>

#include "base/root.h"
#include "dropin/plan.h"
#include "unit/load_path.h"
#include "unit/name_map.h"

namespace ringfence::dropin {

/// Finds such units that run without the fence that they ask for: in the file that the other
/// generator made, or in drop-ins for many units ("service.d", "app-.service.d"). (If a drop-in of
/// the unit itself asks for a fence, the unit is refused.) Those with a static fence, and those
/// whose fence is switched off, are left out.
std::vector<UnseenUnit> find_unseen_units(const Root& root, const unit::LoadPath& path,
                                          const unit::NameMap& map, const Resolve& resolve);

}  // namespace ringfence::dropin
