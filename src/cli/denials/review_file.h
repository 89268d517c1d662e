// SPDX-License-Identifier: LGPL-2.1-or-later
// Adds a suggestion to the text of a policy drop-in.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "journal/suggest.h"

namespace ringfence::cli {

/// Adds what the suggestion proposes and `text` does not have yet: entries of lists, and each
/// [[filesystem.rule]] at the end. Everything else stays as it is, including comments. An empty
/// text becomes a whole drop-in. `file` is for messages.
/// Errors: the text is not TOML, or it writes the tables in a form that nothing can be added to.
Result<std::string> add_to_review(const std::string& text, const std::string& file,
                                  const journal::Suggestion& suggestion);

}  // namespace ringfence::cli
