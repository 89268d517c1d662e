// SPDX-License-Identifier: LGPL-2.1-or-later
// Which denials were asked for.
#pragma once

#include <string>
#include <vector>

#include "journal/attribution.h"
#include "journal/denial.h"

namespace ringfence::journal {

struct Filter {
    std::vector<std::string> units;     ///< names or patterns of fnmatch(3); any of them
    std::vector<std::string> policies;  ///< names; any of them, also as a part of "a+b"
    std::vector<std::string> rights;    ///< as the kernel names them; any of them
    std::vector<std::string> paths;     ///< a path and all beneath it, or a pattern; any of them

    /// A denial whose tag only claims to be of the unit is part of the unit's review: it must not
    /// hide.
    bool concerns(const Attribution& whose) const;
    bool concerns(const DenialKey& what) const;
    bool any_unit() const { return !units.empty() || !policies.empty(); }
};

}  // namespace ringfence::journal
