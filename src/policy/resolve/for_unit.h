// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the policies that are written for a unit.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/resolve/search_path.h"

namespace ringfence::policy {

struct WrittenFor {
    std::string policy;  ///< its name
    std::string file;    ///< its path
};

/// The policies whose `units` have one of these names. A policy that cannot be read is left out:
/// resolve() says what is wrong with it when a unit names it.
std::vector<WrittenFor> policies_for(const Root& root, const SearchPath& path,
                                     const std::vector<std::string>& unit_names);

/// The path of a policy's file; empty when the policy is missing, masked or cannot be read.
std::string file_of(const Root& root, const SearchPath& path, const std::string& policy);

}  // namespace ringfence::policy
