// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads a policy file of any language: ringfence's own TOML, or a landlockconfig file.
#pragma once

#include <string_view>

#include "base/diagnostic.h"
#include "base/shared_text.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

/// Reads one file; its keys show which language it is. Errors: everything that is wrong with it, up
/// to most_problems, or the place where the text is not TOML or JSON.
Result<Policy> parse_policy(std::string_view text, const SharedText& file, Role role);

}  // namespace ringfence::policy
