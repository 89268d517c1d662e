// SPDX-License-Identifier: LGPL-2.1-or-later
// Describes what one layer of a fence allows: files, ports, scopes.
#pragma once

#include <optional>
#include <string>

#include "cli/show/source_labels.h"
#include "cli/show/text.h"
#include "cli/terminal/terminal.h"
#include "policy/model/rules.h"

namespace ringfence::cli {

/// Describes the layer `index` of `rules`. Rights that `kernel` does not know are left out. The
/// kernel of this machine is an exception: the rights that it lacks have a section of their own.
std::string layer_text(const policy::Rules& rules, std::size_t index, const SourceLabels& labels,
                       const Terminal& terminal, const std::optional<ShownKernel>& kernel);

}  // namespace ringfence::cli
