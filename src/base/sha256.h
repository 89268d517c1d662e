// SPDX-License-Identifier: LGPL-2.1-or-later
// SHA-256 (FIPS 180-4). Our own: it only names contents, and a library for it would be the
// generator's largest dependency.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence {

std::array<std::uint8_t, 32> sha256(std::string_view data);

/// Bytes as lower-case hexadecimal digits.
std::string hex(const std::uint8_t* bytes, std::size_t length);
std::string hex(std::string_view bytes);

}  // namespace ringfence
