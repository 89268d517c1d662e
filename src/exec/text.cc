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

const char* Text::c_str() {
    if (size_ == capacity_) {
        --size_;
        cut_ = true;
    }
    data_[size_] = '\0';
    return data_;
}

}  // namespace ringfence::exec
