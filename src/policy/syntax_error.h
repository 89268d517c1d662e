// SPDX-License-Identifier: LGPL-2.1-or-later
// What is not TOML, in words for people who do not read TOML's grammar.
#pragma once

#include <string_view>

#include "base/diagnostic.h"

namespace ringfence::policy {

/// `description` is the TOML library's; `line` the one that `where` is in.
Diagnostic explain_syntax_error(Location where, std::string_view description,
                                std::string_view line);

}  // namespace ringfence::policy
