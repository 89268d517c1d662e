// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/words.h"

#include <cstdint>

#include "unit/lines.h"

namespace ringfence::unit {

namespace {

bool is_blank(char c) {
    return whitespace.find(c) != std::string_view::npos;
}

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

// `count` digits of the base at the start of `text`.
std::optional<std::uint32_t> read_number(std::string_view text, std::size_t count, int base) {
    if (text.size() < count) return std::nullopt;
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const int digit = digit_value(text[i]);
        if (digit >= base) return std::nullopt;
        number = number * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    }
    return number;
}

std::string encode_utf8(std::uint32_t c) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x80) return {static_cast<char>(c)};
    if (c < 0x800) return {static_cast<char>(0xc0 | c >> 6), tail(0)};
    if (c < 0x10000) return {static_cast<char>(0xe0 | c >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xf0 | c >> 18), tail(12), tail(6), tail(0)};
}

struct SimpleEscape {
    char letter;
    char byte;
};
constexpr SimpleEscape simple_escapes[] = {
    {'a', '\a'}, {'b', '\b'},  {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'},
    {'v', '\v'}, {'\\', '\\'}, {'"', '"'},  {'\'', '\''}, {'s', ' '},  // of the XDG desktop files
};

std::optional<Escape> byte_escape(std::optional<std::uint32_t> number, std::size_t length) {
    if (!number || *number == 0 || *number > 255) return std::nullopt;
    return Escape{std::string(1, static_cast<char>(*number)), length};
}

// Only the long form is checked for what is no character. systemd 262 does not know the escape of a
// surrogate, \ud800 to \udfff; 257 does.
std::optional<Escape> unicode_escape(std::string_view text, std::size_t digits) {
    const auto number = read_number(text.substr(1), digits, 16);
    if (!number || *number == 0) return std::nullopt;
    const bool long_form = digits == 8;
    if (long_form && (*number >= 0x110000 || !is_utf8(encode_utf8(*number)))) return std::nullopt;
    const bool surrogate = *number >= 0xd800 && *number <= 0xdfff;
    return Escape{encode_utf8(*number), digits + 1, surrogate};
}

}  // namespace

std::optional<Escape> decode_escape(std::string_view text) {
    if (text.empty()) return std::nullopt;
    for (const SimpleEscape& simple : simple_escapes)
        if (text[0] == simple.letter) return Escape{std::string(1, simple.byte), 1};
    switch (text[0]) {
        case 'x':
            return byte_escape(read_number(text.substr(1), 2, 16), 3);
        case 'u':
            return unicode_escape(text, 4);
        case 'U':
            return unicode_escape(text, 8);
        default:
            return byte_escape(read_number(text, 3, 8), 3);
    }
}

void WordReader::skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_]))
        ++at_;
}

bool WordReader::at_token(std::string_view token) const {
    if (text_.substr(at_, token.size()) != token) return false;
    const std::size_t behind = at_ + token.size();
    return behind >= text_.size() || is_blank(text_[behind]);
}

void WordReader::skip_token(std::string_view token) {
    at_ += token.size();
    skip_blanks();
}

// At the character behind a backslash. False: not decodable in this mode.
bool WordReader::read_escape(std::string& value, bool relax) {
    if (at_ >= text_.size()) return false;
    if (quoting_ == Quoting::plain) {
        value += text_[at_++];
        return true;
    }
    if (const auto escape = decode_escape(text_.substr(at_))) {
        value += escape->bytes;
        varies_ |= escape->varies;
        at_ += escape->length;
        return true;
    }
    if (!relax) return false;
    value += '\\';
    value += text_[at_++];
    return true;
}

// Reads from the word's first character; leaves at_ behind it. Nothing: not readable in this mode.
std::optional<std::string> WordReader::read(bool relax) {
    std::string value;
    char quote = '\0';
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '\\') {
            ++at_;
            if (at_ >= text_.size() && relax && quote == '\0') {
                value += '\\';  // a lone backslash at the very end is kept
                return value;
            }
            if (!read_escape(value, relax)) return std::nullopt;
            continue;
        }
        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
            else
                value += c;
        } else if (quoting_ == Quoting::unquote && (c == '\'' || c == '"')) {
            quote = c;
        } else if (is_blank(c)) {
            return value;
        } else {
            value += c;
        }
        ++at_;
    }
    if (quote != '\0') return std::nullopt;
    return value;
}

tl::expected<std::optional<Word>, Unbalanced> WordReader::next() {
    skip_blanks();
    if (at_end()) return std::optional<Word>();
    const std::size_t begin = at_;
    bool relaxed = false;
    varies_ = false;
    auto value = read(false);
    if (!value) {
        // systemd reads the whole word again and keeps what it does not know (and warns).
        at_ = begin;
        relaxed = true;
        value = read(true);
    }
    if (!value) {
        at_ = text_.size();
        return tl::unexpected(Unbalanced{begin});
    }
    Word word{std::move(*value), text_.substr(begin, at_ - begin), begin, relaxed, varies_};
    skip_blanks();
    return std::optional<Word>(std::move(word));
}

}  // namespace ringfence::unit
