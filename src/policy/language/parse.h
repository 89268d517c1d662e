// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes a Policy of the tree of a file (document.h), and finds all that is wrong with the file.
#pragma once

#include "base/diagnostic.h"
#include "base/shared_text.h"
#include "policy/language/document.h"
#include "policy/language/problems.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

/// Reads the tree of one file. Errors: everything that is wrong with it, up to most_problems, in
/// the order of the file.
Result<Policy> read_policy(const Value& root, const SharedText& file, Role role);

}  // namespace ringfence::policy
