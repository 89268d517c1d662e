// SPDX-License-Identifier: LGPL-2.1-or-later
// Resolved rules as JSON; ringfence-show(1) documents the schema.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/show/subject.h"
#include "cli/show/text.h"

namespace ringfence::cli {

/// One document, pretty-printed, with a newline at its end. `kernel`: what this kernel
/// enforces is shown.
std::string subjects_json(const std::vector<ShownSubject>& subjects,
                          const std::optional<ShownKernel>& kernel);

}  // namespace ringfence::cli
