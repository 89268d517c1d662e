// SPDX-License-Identifier: LGPL-2.1-or-later
// A review as JSON; ringfence-denials(1) documents the schema.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "journal/review.h"

namespace ringfence::cli {

/// Takes the parts of a text in their order.
using Sink = std::function<void(std::string_view)>;

/// Writes one document with a line for each denial. It is written in parts, since a review can be
/// large.
void write_json(const journal::Review& review, const Sink& sink);

/// The same document as one text.
std::string to_json(const journal::Review& review);

/// One denial in one line, as in the document's lists.
std::string to_json_line(const journal::Denial& denial);

}  // namespace ringfence::cli
