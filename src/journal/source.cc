// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/source.h"

namespace ringfence::journal {

std::string to_string(const Id& id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : id) {
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

}  // namespace ringfence::journal
