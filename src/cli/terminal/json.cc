// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/json.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace ringfence::cli {

namespace {

constexpr int compact = -1;
constexpr int indented = 2;

// JSON escapes a code point above U+FFFF as two surrogates (RFC 8259, section 7).
std::string json_escape(char32_t code) {
    const auto value = static_cast<std::uint32_t>(code);
    if (value <= 0xffff) return fmt::format("\\u{:04x}", value);
    return fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((value - 0x10000) >> 10),
                       0xdc00 + ((value - 0x10000) & 0x3ff));
}

// The library escapes only the control characters of ASCII. All other characters outside of ASCII
// are in strings, so they can be escaped in the finished text.
std::string without_hidden(std::string_view text) {
    std::string clean;
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t length = std::max<std::size_t>(character.length, 1);
        const bool escape = character.code >= 0x7f && is_hidden(character.code);
        clean += escape ? json_escape(character.code) : std::string(text.substr(0, length));
        text.remove_prefix(length);
    }
    return clean;
}

std::string dumped(const Json& json, int indent) {
    return without_hidden(json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string json_document(const Json& json) {
    return dumped(json, indented) + "\n";
}

std::string json_line(const Json& json) {
    return dumped(json, compact);
}

}  // namespace ringfence::cli
