// SPDX-License-Identifier: LGPL-2.1-or-later
// What a unit's own settings say about its fence: X-LandlockPolicy= and its siblings.
// ringfence.unit(5) is the manual; DESIGN.md §4.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "dropin/inline_rules.h"
#include "policy/resolve.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Every setting of this module contains it; a unit whose files do not is not looked at further.
inline constexpr char key_marker[] = "Landlock";

/// A policy's name that depends on the instance, in a template.
struct OpenName {
    std::string written;  ///< with its specifiers
    bool optional = false;
    Location where;
};

struct Attachment {
    std::vector<policy::Name> policies;  ///< merged in this order
    std::vector<OpenName> open_names;    ///< only the instances can tell
    InlineRules rules;                   ///< the unit's own
    std::vector<std::string> wrap;       ///< the Exec settings to run through the wrapper
    bool own_request = false;  ///< a file of the unit itself asks, not only "service.d" or a prefix

    /// Something asks for a fence, and these are the reasons why it cannot be given.
    Diagnostics problems;

    bool asks() const {
        return !policies.empty() || !open_names.empty() || rules.any || !problems.empty();
    }
};

Attachment read_attachment(const unit::Unit& unit);

}  // namespace ringfence::dropin
