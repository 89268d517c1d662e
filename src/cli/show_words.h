// SPDX-License-Identifier: LGPL-2.1-or-later
// Words that `show` uses in text and JSON alike.
#pragma once

#include <string>
#include <vector>

#include "cli/right_names.h"
#include "landlock/access.h"
#include "policy/enforcement.h"
#include "policy/rules.h"

namespace ringfence::cli {

/// The kernel's names, in the order of the table.

/// The keys of a policy for this access ("read", "execute" …); none when it has to be given by
/// right.
std::vector<std::string> group_keys(const landlock::Access& access,
                                    const landlock::Access& handled);

/// "nginx > tls" → "nginx", "tls"; nothing for what comes from no policy.
std::vector<std::string> chain_of(const std::string& text);

/// "enforced", "degraded" or "refused".
const char* word_of(const policy::Enforcement& enforcement);

/// Why the wrapper refuses, one sentence; empty when it starts.
std::string refusal_of(const policy::Enforcement& enforcement, const policy::Rules& rules);

}  // namespace ringfence::cli
