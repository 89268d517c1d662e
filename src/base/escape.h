// SPDX-License-Identifier: LGPL-2.1-or-later
// Text that systemd expands: specifiers ("%i") when it loads a unit, then variables ("${NAME}")
// when it starts a command. A doubled "%" or "$" stands for the character itself.
#pragma once

#include <string>
#include <string_view>

namespace ringfence {

/// `text` with every character of `special` doubled.
inline std::string doubled(std::string_view text, std::string_view special) {
    std::string out;
    for (const char c : text)
        out.append(special.find(c) == std::string_view::npos ? 1 : 2, c);
    return out;
}

/// `text` for a place where only specifiers are expanded.
inline std::string escape_specifiers(std::string_view text) {
    return doubled(text, "%");
}

/// `text`, in which specifiers stay what they are, for a place where variables are expanded too.
inline std::string escape_variables(std::string_view text) {
    return doubled(text, "$");
}

/// `text` for a place where both are expanded: a path as a policy writes it, a word of a command.
inline std::string escape_expansions(std::string_view text) {
    return doubled(text, "%$");
}

}  // namespace ringfence
