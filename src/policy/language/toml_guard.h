// SPDX-License-Identifier: LGPL-2.1-or-later
// Refuses, before the TOML library reads it, what it reports badly or does not survive:
//  - characters beyond ASCII outside strings and comments, mostly quotes and blanks that a word
//    processor made;
//  - dotted keys of thousands of parts: each is a level of a tree that is walked recursively;
//  - characters, in strings, of the plane that language/unassigned.h makes use of.
#pragma once

#include <string>
#include <string_view>

#include "base/diagnostic.h"

namespace ringfence::policy {

/// The first such place; its message is empty when there is none.
Diagnostic guard_toml(std::string_view text, const std::string& file);

}  // namespace ringfence::policy
