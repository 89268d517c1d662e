// SPDX-License-Identifier: LGPL-2.1-or-later
// Words that `ringfence show` uses in text and in JSON.
#pragma once

#include <string>
#include <vector>

#include "landlock/access.h"
#include "policy/judge/judge.h"
#include "policy/model/rules.h"

namespace ringfence::cli {

/// The keys of a policy that give exactly this access ("read", "execute" …). None if only a list of
/// rights can give it.
std::vector<std::string> group_keys(const landlock::Access& access,
                                    const landlock::Access& handled);

/// "nginx > tls" → "nginx", "tls". Empty for what comes from no policy.
std::vector<std::string> chain_of(const std::string& text);

/// "enforced", "degraded" or "refused".
const char* word_of(const policy::Enforcement& enforcement);

/// One sentence that says why the wrapper refuses. Empty if the service starts.
std::string refusal_of(const policy::Enforcement& enforcement, const policy::Rules& rules);

}  // namespace ringfence::cli
