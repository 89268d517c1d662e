// SPDX-License-Identifier: LGPL-2.1-or-later
// ASCII letters, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace ringfence {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_alphanumeric(char c) {
    return is_digit(c) || is_upper(c) || is_lower(c);
}

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = lower(c);
    return out;
}

/// Whether `text` has `word` in it, in capital letters or not. `word` has no capital letters.
inline bool contains_in_any_case(std::string_view text, std::string_view word) {
    return std::search(text.begin(), text.end(), word.begin(), word.end(),
                       [](char a, char b) { return lower(a) == b; }) != text.end();
}

}  // namespace ringfence
