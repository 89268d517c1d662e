// SPDX-License-Identifier: LGPL-2.1-or-later
// Text without a heap: fixed buffers that are cut rather than overrun, and strict numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence::exec {

/// Collects text; what does not fit is dropped and remembered.
template <std::size_t N>
class Buffer {
  public:
    Buffer& add(std::string_view text) {
        for (const char c : text)
            put(c);
        return *this;
    }
    Buffer& add(std::uint64_t number, unsigned base = 10) {
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
    void put(char c) {
        if (size_ < N)
            data_[size_++] = c;
        else
            cut_ = true;
    }
    void clear() {
        size_ = 0;
        cut_ = false;
    }
    bool cut() const { return cut_; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {data_, size_}; }
    /// The text as a C string; cut by one byte when the buffer is full.
    const char* c_str() {
        if (size_ == N) {
            --size_;
            cut_ = true;
        }
        data_[size_] = '\0';
        return data_;
    }

  private:
    // The text last: the untouched rest of a large buffer then costs no page of the stack.
    std::size_t size_ = 0;
    bool cut_ = false;
    char data_[N];
};

/// A decimal number without sign, blanks or leading zeros, at most `limit`.
constexpr std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t limit) {
    if (text.empty() || (text.size() > 1 && text[0] == '0')) return {};
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return {};
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > limit) return {};
    }
    return static_cast<std::uint32_t>(value);
}

/// Takes the part before the first `separator` off the front of `*rest`.
constexpr std::string_view take_until(std::string_view* rest, char separator) {
    std::size_t end = 0;
    while (end < rest->size() && (*rest)[end] != separator)
        ++end;
    const std::string_view part(rest->data(), end);
    rest->remove_prefix(end < rest->size() ? end + 1 : end);
    return part;
}

/// string_view::find() would call memchr(), which there is not.
constexpr bool contains(std::string_view text, char wanted) {
    for (const char c : text)
        if (c == wanted) return true;
    return false;
}

}  // namespace ringfence::exec
