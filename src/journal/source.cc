// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/source.h"

#include <algorithm>

#include "journal/fields.h"

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

std::optional<Id> parse_id(std::string_view digits) {
    Id id = {};
    const auto bytes = decode_hex(digits);
    if (!bytes || bytes->size() != id.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), id.begin());
    return id;
}

}  // namespace ringfence::journal
