// SPDX-License-Identifier: LGPL-2.1-or-later
// A review as JSON; ringfence-denials(1) documents the schema.
#pragma once

#include <string>

#include "journal/review.h"

namespace ringfence::cli {

/// One document, pretty-printed, with a newline at its end.
std::string to_json(const journal::Review& review);

/// One denial as one line: an element of the document's lists.
std::string to_json_line(const journal::Denial& denial);

}  // namespace ringfence::cli
