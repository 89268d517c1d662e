// SPDX-License-Identifier: LGPL-2.1-or-later
// The text of a policy drop-in with a suggestion added to it.
#pragma once

#include <string>

#include "base/diagnostic.h"
#include "journal/suggest.h"

namespace ringfence::cli {

/// Adds to `text` what the suggestion proposes and it does not have yet: into its lists, and as
/// [[filesystem.rule]] at its end. Everything that is there stays as it is, comments too; an empty
/// text becomes a whole drop-in. `file` is for messages.
/// Errors: the text is no TOML; it has the tables in a form that cannot be added to.
Result<std::string> add_to_review(const std::string& text, const std::string& file,
                                  const journal::Suggestion& suggestion);

/// What changed from one text to the other, line by line: " same", "-old", "+new" with three lines
/// around each change and "@@" between them; empty when nothing did.
std::string line_diff(const std::string& before, const std::string& after);

}  // namespace ringfence::cli
