// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the settings by which a unit asks for a fence: X-LandlockPolicy= and its siblings. See
// ringfence.unit(5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "dropin/inline_rules.h"
#include "policy/resolve/resolve.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// In a template: the name of a policy that depends on the instance.
struct OpenName {
    std::string written;  ///< its specifiers are not expanded
    bool optional = false;
    Location where;
};

struct Attachment {
    std::vector<policy::Name> policies;  ///< merged in this order
    std::vector<OpenName> open_names;    ///< of a template
    std::optional<InlineRules> rules;    ///< of the unit's own settings
    std::vector<std::string> wrap;       ///< the Exec settings to run through the wrapper
    bool own_request = false;  ///< the request is not only in "service.d" or in "a-.service.d"

    /// Errors in the request. If there are any, the unit asks for a fence and cannot get it.
    Diagnostics problems;

    /// Lines that look like requests and have no effect, in files that are not the unit's own or
    /// with names that may be somebody else's.
    Diagnostics lost;

    bool asks() const {
        return !policies.empty() || !open_names.empty() || rules || !problems.empty();
    }
};

Attachment read_attachment(const unit::Unit& unit);

}  // namespace ringfence::dropin
