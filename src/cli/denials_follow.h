// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials --follow`.
#pragma once

#include "base/diagnostic.h"
#include "cli/denials_request.h"

namespace ringfence::cli {

/// Prints denials as they happen; returns with an error only.
Result<void> follow_denials(const DenialsRequest& request);

}  // namespace ringfence::cli
