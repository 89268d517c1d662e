// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/text.h"

namespace ringfence::exec {

Text& Text::add(std::string_view text) {
    for (const char c : text)
        put(c);
    return *this;
}

Text& Text::add(std::uint64_t number, unsigned base) {
    char digits[20];
    std::size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    while (count > 0)
        put(digits[--count]);
    return *this;
}

void Text::put(char c) {
    if (size_ < capacity_)
        data_[size_++] = c;
    else
        cut_ = true;
}

void Text::blank_controls() {
    for (std::size_t i = 0; i < size_; ++i) {
        const auto byte = static_cast<unsigned char>(data_[i]);
        if (byte < ' ' || byte == 0x7f) data_[i] = ' ';
        // U+0080 to U+009F in UTF-8.
        if (byte == 0xc2 && i + 1 < size_ && (data_[i + 1] & 0xe0) == 0x80)
            data_[i] = data_[i + 1] = ' ';
    }
}

const char* Text::c_str() {
    if (size_ == capacity_) {
        --size_;
        cut_ = true;
    }
    data_[size_] = '\0';
    return data_;
}

}  // namespace ringfence::exec
