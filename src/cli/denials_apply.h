// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials --suggest`, --apply and --undo: suggestions with what is known of the units
// and policies of a site, and the drop-in that they are written to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site.h"
#include "journal/review.h"
#include "journal/suggest.h"

namespace ringfence::cli {

/// Suggestions for the denials of a review. Without a site (the journal of another machine) nothing
/// is known of units and policies.
std::vector<journal::Suggestion> suggestions_for(const journal::Review& review, const Site* site,
                                                 bool force);

/// Prints a text before something is done that it tells of.
using Announce = std::function<void(const std::string& text)>;

/// Writes a suggestion to NAME.toml.d/50-review.toml of the site's first directory, after showing
/// what changes; the text before is kept beside it as 50-review.toml~.
/// Errors: there is no such policy, or it would not resolve with the change: nothing is written.
Result<void> apply_suggestion(const Site& site, const journal::Suggestion& suggestion,
                              const Announce& announce);

/// Puts back what the last apply_suggestion() for this policy replaced. Errors: there is none.
Result<void> undo_suggestion(const Site& site, const std::string& policy, const Announce& announce);

}  // namespace ringfence::cli
