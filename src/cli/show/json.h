// SPDX-License-Identifier: LGPL-2.1-or-later
// Resolved rules as JSON; ringfence-show(1) documents the schema.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/show/subject.h"

namespace ringfence::cli {

/// One document, pretty-printed, with a newline at its end. `abi`: what a kernel with this ABI
/// enforces is shown.
std::string subjects_json(const std::vector<ShownSubject>& subjects, std::optional<int> abi);

}  // namespace ringfence::cli
