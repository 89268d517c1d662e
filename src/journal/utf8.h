// SPDX-License-Identifier: LGPL-2.1-or-later
// UTF-8 as RFC 3629 has it. File names and comms are bytes; TOML, JSON and terminals want
// characters.
#pragma once

#include <cstdint>
#include <string_view>

namespace ringfence::journal {

struct Character {
    char32_t code = 0;
    std::size_t length = 0;  ///< bytes; 0: `text` is empty or does not begin with a character
};

/// The character that `text` begins with. Overlong forms, surrogates and what is above U+10FFFF are
/// none.
Character first_character(std::string_view text);

bool is_utf8(std::string_view text);

/// Controls, bidirectional and zero-width characters, separators: what must not be shown as it is.
bool is_hidden(char32_t code);

}  // namespace ringfence::journal
