// SPDX-License-Identifier: LGPL-2.1-or-later
// UTF-8 (RFC 3629). File names and process names are bytes, but TOML, JSON and terminals need
// characters.
#pragma once

#include <cstdint>
#include <string_view>

namespace ringfence {

struct Character {
    char32_t code = 0;
    std::size_t length = 0;  ///< bytes; 0: `text` is empty or does not begin with a character
};

/// The character that `text` begins with. Overlong forms, surrogates and codes above U+10FFFF are
/// not characters.
Character first_character(std::string_view text);

bool is_utf8(std::string_view text);

/// Whether a character must not be shown as it is: controls, bidirectional and zero-width
/// characters, separators.
bool is_hidden(char32_t code);

}  // namespace ringfence
