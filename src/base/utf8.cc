// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/utf8.h"

#include <algorithm>
#include <iterator>

namespace ringfence {

namespace {

struct Form {
    unsigned char mask, lead;
    std::size_t length;
    char32_t smallest;
};

constexpr Form forms[] = {
    {0x80, 0x00, 1, 0x0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};

bool is_scalar(char32_t code) {
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

Character decode(std::string_view text, const Form& form) {
    if (text.size() < form.length) return {};
    char32_t code = static_cast<unsigned char>(text[0]) & static_cast<unsigned char>(~form.mask);
    for (std::size_t i = 1; i < form.length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xc0) != 0x80) return {};
        code = (code << 6) | (byte & 0x3f);
    }
    if (code < form.smallest || !is_scalar(code)) return {};
    return {code, form.length};
}

struct Range {
    char32_t first, last;
};

// Unicode: C0 and C1 controls, soft hyphen, zero-width and bidirectional controls, separators, BOM,
// interlinear annotation, tags. Text with characters that cannot be seen could deceive its readers.
constexpr Range hidden[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x61c, 0x61c},
    {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f},
    {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
};

}  // namespace

Character first_character(std::string_view text) {
    if (text.empty()) return {};
    for (const Form& form : forms)
        if ((static_cast<unsigned char>(text[0]) & form.mask) == form.lead)
            return decode(text, form);
    return {};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.length == 0) return false;
        text.remove_prefix(character.length);
    }
    return true;
}

bool is_hidden(char32_t code) {
    return std::any_of(std::begin(hidden), std::end(hidden), [&](const Range& range) {
        return code >= range.first && code <= range.last;
    });
}

}  // namespace ringfence
