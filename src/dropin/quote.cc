// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/quote.h"

#include "unit/lines.h"

namespace ringfence::dropin {

namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    // Alone a ";" separates commands, and at a line's start it makes a comment, as "#" does.
    if (text.front() == ';' || text.front() == '#') return true;
    for (const char c : text)
        if (is_control(c) || c == ' ' || c == '"' || c == '\'' || c == '\\') return true;
    return !unit::is_utf8(text);
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
    if (!needs_quotes(text)) return std::string(text);
    const bool utf8 = unit::is_utf8(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\0') continue;  // no word can hold one
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
    return out + "\"";
}

std::string escape_expansions(std::string_view text, bool expansion) {
    std::string out;
    for (const char c : text) {
        out += c;
        if (c == '%' || (c == '$' && expansion)) out += c;
    }
    return out;
}

std::string literal_word(std::string_view text, bool expansion) {
    return quote_word(escape_expansions(text, expansion));
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
