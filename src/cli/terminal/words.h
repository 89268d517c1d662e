// SPDX-License-Identifier: LGPL-2.1-or-later
// Words and lines of texts for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

/// "a, b, c".
std::string joined(const std::vector<std::string>& words, std::string_view between = ", ");

/// "1 policy", "2 policies".
std::string counted(std::size_t count, const char* one, const char* many);

/// Breaks a text into lines of at most `width` columns. A longer word gets a line of its own.
std::vector<std::string> wrapped(const std::string& text, std::size_t width);

/// The text, filled with spaces up to `width` columns.
std::string padded(const std::string& text, std::size_t width);

}  // namespace ringfence::cli
