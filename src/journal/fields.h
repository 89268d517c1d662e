// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the key=value pairs of an audit record.
//
// Source: audit_log_untrustedstring() in kernel/audit.c: a string that holds a quote, a space, a
// control character or a byte above 0x7e is written as upper-case hex digits without quotes, every
// other string in quotes. So a space always separates pairs and a quote always ends a string.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::journal {

/// The bytes that hex digits stand for. Nothing for an odd number of digits or another character.
std::optional<std::string> decode_hex(std::string_view digits);

/// The object refers to the text that it was made from. The text must outlive it.
class Fields {
  public:
    explicit Fields(std::string_view text);

    /// The value of the first pair with this key, with quotes and hex digits as they are.
    std::optional<std::string_view> raw(std::string_view key) const;

    /// The decoded value of a string from user space. Empty if there is none or if it is "(null)".
    /// A value without quotes that is not hex is returned as it is.
    std::string text(std::string_view key) const;

    std::optional<std::uint64_t> number(std::string_view key, int base = 10) const;

  private:
    struct Pair {
        std::string_view key, value;
    };
    std::vector<Pair> pairs_;
};

}  // namespace ringfence::journal
