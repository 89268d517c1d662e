// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials --suggest`, --apply and --undo. The suggestions take the site's units and
// policies into account, and are written to a drop-in of the policy.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/site.h"
#include "journal/review.h"
#include "journal/suggest.h"

namespace ringfence::cli {

/// Suggestions for the denials of a review. `site` is nullptr if the journal is of another machine,
/// whose units and policies are not known. `forced`: SuggestOptions.
std::vector<journal::Suggestion> suggestions_for(const journal::Review& review, const Site* site,
                                                 const std::set<std::string>& forced);

/// Prints what is about to be done.
using Announce = std::function<void(const std::string& text)>;

/// Announces the change, then writes the suggestion to NAME.toml.d/50-review.toml in the site's
/// first directory of policies. The previous text is kept beside it in 50-review.toml~.
/// Errors: there is no such policy, or the policy could not be used with the change. Nothing is
/// written then.
Result<void> apply_suggestion(const Site& site, const journal::Suggestion& suggestion,
                              const Announce& announce);

/// Puts back what the last apply_suggestion() for this policy replaced. Errors: there is no such
/// change.
Result<void> undo_suggestion(const Site& site, const std::string& policy, const Announce& announce);

}  // namespace ringfence::cli
