// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/toml_text.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/utf8.h"

namespace ringfence::policy {

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const Character character = first_character(text);
        const auto code = static_cast<std::uint32_t>(character.code);
        if (character.length == 0)
            out += "\\uFFFD";
        else if (code == '"' || code == '\\')
            out += fmt::format("\\{}", text[0]);
        else if (is_hidden(character.code))
            out += code > 0xffff ? fmt::format("\\U{:08x}", code) : fmt::format("\\u{:04x}", code);
        else
            out += text.substr(0, character.length);
        text.remove_prefix(std::max<std::size_t>(character.length, 1));
    }
    return out + '"';
}

std::string toml_array(const std::vector<std::string>& texts) {
    std::string joined;
    for (const std::string& text : texts)
        joined += (joined.empty() ? "" : ", ") + toml_string(text);
    return "[" + joined + "]";
}

std::string toml_comment(std::string_view text) {
    return text.empty() ? "#\n" : "# " + one_line_of(text) + "\n";
}

std::string one_line_of(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        if (character.length == 0 || is_hidden(character.code))
            out += ' ';
        else
            out += text.substr(0, length);
        text.remove_prefix(length);
    }
    return out;
}

}  // namespace ringfence::policy
