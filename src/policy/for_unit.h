// SPDX-License-Identifier: LGPL-2.1-or-later
// Which policy was written for a unit.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/resolve.h"

namespace ringfence::policy {

struct WrittenFor {
    std::string policy;
    std::string file;  ///< of the policy
};

/// The policies whose `units` list one of these names. Policies that cannot be read have no list:
/// resolve() says what is wrong with them when they are asked for.
std::vector<WrittenFor> policies_for(const Root& root, const SearchPath& path,
                                     const std::vector<std::string>& unit_names);

/// The file of a policy; empty when there is none.
std::string file_of(const Root& root, const SearchPath& path, const std::string& policy);

}  // namespace ringfence::policy
