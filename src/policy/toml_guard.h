// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps from the TOML library (toml++ 3.3, as in Debian 12) what it does not survive:
//  - a character beyond ASCII outside strings and comments, which is no TOML, but which the library
//    compares with __builtin_unreachable() behind it (is_non_ascii_horizontal_whitespace());
//  - the same in a multi-line string after a backslash at the end of a line;
//  - dotted keys of thousands of parts: each is a level of a tree that is walked recursively.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace ringfence::policy {

/// The first such place; its message is empty when there is none.
Diagnostic guard_toml(std::string_view text, const std::string& file);

}  // namespace ringfence::policy
