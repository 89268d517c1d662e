// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds units whose files ringfence's generator cannot see, because other generators or
// systemd-run(1) make them. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "base/root.h"
#include "policy/resolve/resolve.h"
#include "unit/load_path.h"

namespace ringfence::lint {

struct UnseenUnit {
    std::string name;
    std::string file;
    std::string why;
};

/// Finds such units for which drop-ins for many units ("service.d", "app-.service.d") ask for a
/// fence. They run without it. (If a drop-in of the unit itself asks for a fence, the unit is
/// refused.)
std::vector<UnseenUnit> find_unseen_units(const Root& root, const unit::LoadPath& path,
                                          const policy::SearchPath& policies);

}  // namespace ringfence::lint
