// SPDX-License-Identifier: LGPL-2.1-or-later
// Errors of the TOML library in plain words, for people who have not read TOML's grammar.
#pragma once

#include <string_view>

#include "base/diagnostic.h"

namespace ringfence::policy {

/// `description` is the library's text; `line` is the line of the file at `where`.
Diagnostic explain_syntax_error(const Location& where, std::string_view description,
                                std::string_view line);

}  // namespace ringfence::policy
