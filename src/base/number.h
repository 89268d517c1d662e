// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers in text.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace ringfence {

/// The number that `text` is, in this base: digits only, without sign, blanks and prefix. Nothing
/// for any other text, and for a number that does not fit.
inline std::optional<std::uint64_t> parse_number(std::string_view text, int base = 10) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
    return value;
}

/// The sum, or the largest number if it does not fit.
inline std::uint64_t add_saturated(std::uint64_t a, std::uint64_t b) {
    return a + std::min(b, std::numeric_limits<std::uint64_t>::max() - a);
}

}  // namespace ringfence
