// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials --follow`.
#pragma once

#include "base/diagnostic.h"
#include "cli/denials/request.h"

namespace ringfence::cli {

/// Prints denials as they happen. Returns only if there is an error.
Result<void> follow_denials(const DenialsRequest& request);

}  // namespace ringfence::cli
