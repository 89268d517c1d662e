// SPDX-License-Identifier: LGPL-2.1-or-later
// What the reader of a review should know besides the denials: what is lost, left out or not
// proved.
#pragma once

#include "cli/denials/request.h"
#include "journal/review.h"

namespace ringfence::cli {

/// Writes the notes to standard error.
void print_notes(const journal::Review& review, DenialsForm form);

}  // namespace ringfence::cli
