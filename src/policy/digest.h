// SPDX-License-Identifier: LGPL-2.1-or-later
// A short name for what a fence enforces, the same on every machine for the same rules.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/rules.h"

namespace ringfence::policy {

/// SHA-256 (FIPS 180-4).
std::array<std::uint8_t, 32> sha256(std::string_view data);

/// `bytes` as lower-case hex digits.
std::string hex(const std::uint8_t* bytes, std::size_t length);

/// One text for each set of rules: equal exactly when the rules are, origins, `name` and `digest`
/// aside. Lines of "KEY VALUE…", strings with their length before them.
std::string canonical(const Layer& layer);
std::string canonical(const Rules& rules);

/// 16 hex digits: the first 8 bytes of SHA-256 over canonical(). It names rules in
/// reports; it protects nothing.
std::string digest(const Rules& rules);

}  // namespace ringfence::policy
