// SPDX-License-Identifier: LGPL-2.1-or-later
// Text without a heap: fixed buffers that are cut rather than overrun, and strict numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence::exec {

/// Collects text in somebody else's memory; what does not fit is dropped and remembered. One piece
/// of code for buffers of all sizes: every page of the wrapper's code costs time at each start.
class Text {
  public:
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;

    Text& add(std::string_view text);
    Text& add(std::uint64_t number, unsigned base = 10);
    void put(char c);
    void clear() {
        size_ = 0;
        cut_ = false;
    }
    bool cut() const { return cut_; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {data_, size_}; }
    /// The text as a C string; cut by one byte when the buffer is full.
    const char* c_str();

  protected:
    Text(char* data, std::size_t capacity) : data_(data), capacity_(capacity) {}

  private:
    char* data_;
    std::size_t capacity_;
    std::size_t size_ = 0;
    bool cut_ = false;
};

/// The same with its own memory.
template <std::size_t N>
class Buffer : public Text {
  public:
    Buffer() : Text(memory_, N) {}

  private:
    // Behind the rest: what stays untouched of a large buffer then costs no page of the stack.
    char memory_[N];
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
