// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/quote.h"

#include <array>

#include "unit/lines.h"

namespace ringfence::dropin {

namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// What each byte requires of the word that has it.
enum : unsigned char { plain = 0, quotes = 1, beyond_ascii = 2 };
constexpr std::array<unsigned char, 256> classes = [] {
    std::array<unsigned char, 256> table{};
    for (std::size_t byte = 0; byte < table.size(); ++byte)
        table[byte] = byte >= 0x80 ? beyond_ascii : plain;
    for (std::size_t byte = 0; byte <= 0x20; ++byte)
        table[byte] = quotes;
    for (const unsigned char byte : {0x7f, '"' + 0, '\'' + 0, '\\' + 0})
        table[byte] = quotes;
    return table;
}();

bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    // A ";" alone separates commands. At the start of a line, ";" and "#" begin a comment.
    if (text.front() == ';' || text.front() == '#') return true;
    unsigned asked = plain;
    for (const char c : text)
        asked |= classes[static_cast<unsigned char>(c)];
    return (asked & quotes) != 0 ||
           ((asked & beyond_ascii) != 0 && !unit::is_text_for_systemd(text));
}

void append_hex(std::string& out, char c) {
    constexpr char digits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += digits[byte >> 4];
    out += digits[byte & 0xf];
}

}  // namespace

std::string quote_word(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

void append_quoted(std::string& out, std::string_view text) {
    if (!needs_quotes(text)) {
        out += text;
        return;
    }
    const bool utf8 = unit::is_text_for_systemd(text);
    out += '"';
    for (const char c : text) {
        if (c == '\0') continue;  // a word cannot contain NUL
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (is_control(c) || (!utf8 && static_cast<unsigned char>(c) >= 0x80)) {
            append_hex(out, c);
        } else {
            out += c;
        }
    }
    out += '"';
}

std::optional<std::string> without_variables(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '$' && at + 1 < text.size()) {
            if (text[at + 1] == '{') return std::nullopt;
            if (text[at + 1] == '$') ++at;
        }
        out += text[at];
    }
    return out;
}

}  // namespace ringfence::dropin
