// SPDX-License-Identifier: LGPL-2.1-or-later
// A review as a table, or as stacked lines where a table does not fit.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "journal/review.h"

namespace ringfence::cli {

/// Nothing from the journal gets into the text unescaped. Empty for a review without denials.
std::string to_text(const journal::Review& review, const Terminal& terminal, journal::Time now);

}  // namespace ringfence::cli
