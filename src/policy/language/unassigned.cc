// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/unassigned.h"

#include "base/utf8.h"

namespace ringfence::policy {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// In UTF-8: 110aaaaa 10bbbbbb       ↔ 11110001 10000000 100aaaaa 10bbbbbb
//           1110aaaa 10bbbbbb 10cccccc ↔ 11110001 1000aaaa 10bbbbbb 10cccccc
constexpr char lead = '\xf1';
constexpr std::size_t moved_length = 4;

bool is_moved(std::string_view text) {
    return text.size() >= moved_length && text[0] == lead && (text[1] & 0xf0) == 0x80;
}

void move(std::string_view character, std::string* text) {
    *text += lead;
    if (character.size() == 2) {
        *text += '\x80';
        *text += static_cast<char>(0x80 | (character[0] & 0x1f));
    } else {
        *text += static_cast<char>(0x80 | (character[0] & 0x0f));
        *text += character[1];
    }
    *text += character.back();
}

void restore(std::string_view moved, std::string* text) {
    const bool two_bytes = moved[1] == '\x80' && (moved[2] & 0x20) == 0;
    if (two_bytes) {
        *text += static_cast<char>(0xc0 | (moved[2] & 0x1f));
    } else {
        *text += static_cast<char>(0xe0 | (moved[1] & 0x0f));
        *text += moved[2];
    }
    *text += moved[3];
}

}  // namespace

std::string move_to_unassigned(std::string_view text) {
    std::string moved;
    moved.reserve(text.size() + text.size() / 4);
    if (text.starts_with(byte_order_mark)) {
        moved = byte_order_mark;
        text.remove_prefix(byte_order_mark.size());
    }
    while (!text.empty()) {
        const std::size_t length = first_character(text).length;
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        if (length == 2 || length == 3)
            move(character, &moved);
        else
            moved += character;
        text.remove_prefix(character.size());
    }
    return moved;
}

std::string move_back(std::string_view text) {
    std::string restored;
    restored.reserve(text.size());
    while (!text.empty()) {
        if (is_moved(text))
            restore(text.substr(0, moved_length), &restored);
        else
            restored += text[0];
        text.remove_prefix(is_moved(text) ? moved_length : 1);
    }
    return restored;
}

bool begins_with_unassigned(std::string_view text) {
    return is_moved(text);
}

bool escapes_unassigned(std::string_view text) {
    return text.starts_with("\\U0004");
}

}  // namespace ringfence::policy
