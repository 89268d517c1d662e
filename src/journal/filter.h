// SPDX-License-Identifier: LGPL-2.1-or-later
// Selects the denials of a review.
#pragma once

#include <string>
#include <vector>

#include "journal/attribution.h"
#include "journal/denial.h"

namespace ringfence::journal {

struct Filter {
    std::vector<std::string> units;     ///< one of these names or patterns (fnmatch(3))
    std::vector<std::string> policies;  ///< one of these names, also in "a+b"
    Blockers rights;                    ///< one of these
    std::vector<std::string> paths;     ///< on or beneath one of these paths, or matching a pattern

    /// A denial whose tag names the unit without proof is part of the unit's review. Otherwise a
    /// forged tag could hide it.
    bool concerns(const Attribution& whose) const;
    bool concerns(const DenialKey& what) const;
    bool any_unit() const { return !units.empty() || !policies.empty(); }
};

}  // namespace ringfence::journal
