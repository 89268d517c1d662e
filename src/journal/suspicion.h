// SPDX-License-Identifier: LGPL-2.1-or-later
// Denials that no policy should be loosened for without somebody thinking about it.
#pragma once

#include <string>
#include <string_view>

#include "landlock/access.h"

namespace ringfence::journal {

/// Why an access to this path looks like an attack; empty when it does not.
std::string suspicion(std::string_view path, const landlock::Access& denied);

}  // namespace ringfence::journal
