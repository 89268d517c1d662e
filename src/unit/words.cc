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

// The number that the first `count` digits of `text` are in this base.
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
// "\s" is an escape of XDG desktop files.
constexpr SimpleEscape simple_escapes[] = {
    {'a', '\a'}, {'b', '\b'},  {'f', '\f'}, {'n', '\n'},  {'r', '\r'}, {'t', '\t'},
    {'v', '\v'}, {'\\', '\\'}, {'"', '"'},  {'\'', '\''}, {'s', ' '},
};

std::optional<Escape> byte_escape(std::optional<std::uint32_t> number, std::size_t length) {
    if (!number || *number == 0 || *number > 255) return std::nullopt;
    return Escape{std::string(1, static_cast<char>(*number)), length};
}

// systemd checks only in the long form whether the number is a character. systemd 257 decodes the
// escape of a surrogate, \ud800 to \udfff; systemd 262 does not know it.
std::optional<Escape> unicode_escape(std::string_view text, std::size_t digits) {
    const auto number = read_number(text.substr(1), digits, 16);
    if (!number || *number == 0) return std::nullopt;
    const bool long_form = digits == 8;
    if (long_form && (*number >= 0x110000 || !is_text_for_systemd(encode_utf8(*number))))
        return std::nullopt;
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

// Reads from the character behind a backslash. False if the escape is an error.
bool WordReader::read_escape(std::string& value, Unknown unknown) {
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
    if (unknown == Unknown::is_error) return false;
    value += '\\';
    value += text_[at_++];
    return true;
}

// Reads one word and stops behind it. Nothing if it has an error.
std::optional<std::string> WordReader::read(Unknown unknown) {
    std::string value;
    char quote = '\0';
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '\\') {
            ++at_;
            if (at_ >= text_.size() && unknown == Unknown::is_kept && quote == '\0') {
                value += '\\';  // systemd keeps a backslash at the end of the text
                return value;
            }
            if (!read_escape(value, unknown)) return std::nullopt;
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
    auto value = read(Unknown::is_error);
    if (!value) {
        // systemd reads the whole word again, keeps unknown escapes and warns.
        at_ = begin;
        relaxed = true;
        value = read(Unknown::is_kept);
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
