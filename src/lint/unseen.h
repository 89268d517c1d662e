// SPDX-License-Identifier: LGPL-2.1-or-later
// Units whose files ringfence's generator cannot see, because other generators or systemd-run(1)
// made them. Private to this folder.
#pragma once

#include <string>
#include <vector>

#include "base/root.h"
#include "policy/resolve.h"
#include "unit/load_path.h"

namespace ringfence::lint {

struct UnseenUnit {
    std::string name;
    std::string file;
    std::string why;
};

/// Those that settings for all units ("service.d", "app-.service.d") ask a fence for, without
/// effect: they run unfenced. (One that its own drop-in asks a fence for is refused.)
std::vector<UnseenUnit> find_unseen_units(const Root& root, const unit::LoadPath& path,
                                          const policy::SearchPath& policies);

}  // namespace ringfence::lint
