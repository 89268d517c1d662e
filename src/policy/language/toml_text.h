// SPDX-License-Identifier: LGPL-2.1-or-later
// Pieces of TOML text, for code that writes TOML files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

/// `text` as a basic string, with its quotes. Hidden characters (base/utf8.h) are written as
/// escapes, and bytes that are not UTF-8 become U+FFFD.
std::string toml_string(std::string_view text);

/// `texts` as an array of basic strings in one line.
std::string toml_array(const std::vector<std::string>& texts);

/// `text` as a comment: one line, with its line feed. Hidden characters become blanks.
std::string toml_comment(std::string_view text);

/// `text` with blanks for hidden characters and for bytes that are not UTF-8, so that it is one
/// line and shows as what it is.
std::string one_line_of(std::string_view text);

}  // namespace ringfence::policy
