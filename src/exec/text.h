// SPDX-License-Identifier: LGPL-2.1-or-later
// Text without a heap: buffers of fixed size, which drop what does not fit, and parsing of numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ringfence::exec {

/// Collects text in memory that a derived class owns. Text that does not fit is dropped, and cut()
/// says so. Buffers of all sizes share this code, because every page of code costs time at each
/// start.
class Text {
  public:
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;

    Text& add(std::string_view text);
    Text& add(std::uint64_t number, unsigned base = 10);
    void put(char c);
    /// Makes a blank of each control character, so that the text stays in one line of a log and
    /// does nothing to a terminal.
    void blank_controls();
    void clear() {
        size_ = 0;
        cut_ = false;
    }
    bool cut() const { return cut_; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {data_, size_}; }
    /// The text as a C string. If the buffer is full, the last byte is dropped.
    const char* c_str();

  protected:
    Text(char* data, std::size_t capacity) : data_(data), capacity_(capacity) {}

  private:
    char* data_;
    std::size_t capacity_;
    std::size_t size_ = 0;
    bool cut_ = false;
};

/// A Text with memory of its own.
template <std::size_t N>
class Buffer : public Text {
  public:
    Buffer() : Text(memory_, N) {}

  private:
    // The last member, so that the unused end of a large buffer costs no page of the stack.
    char memory_[N];
};

/// A decimal number of at most `limit`. Signs, blanks and leading zeros are errors.
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

/// Returns the part of `*rest` before the first `separator`, and removes both from `*rest`.
constexpr std::string_view take_until(std::string_view* rest, char separator) {
    std::size_t end = 0;
    while (end < rest->size() && (*rest)[end] != separator)
        ++end;
    const std::string_view part(rest->data(), end);
    rest->remove_prefix(end < rest->size() ? end + 1 : end);
    return part;
}

/// Used instead of string_view::find(), which calls memchr(); the wrapper has no such function.
constexpr bool contains(std::string_view text, char wanted) {
    for (const char c : text)
        if (c == wanted) return true;
    return false;
}

/// Whether one of the path's names is "..".
constexpr bool climbs(const char* path) {
    bool begins = true;  // a name begins here
    for (; *path != '\0'; ++path) {
        if (begins && path[0] == '.' && path[1] == '.' && (path[2] == '/' || path[2] == '\0'))
            return true;
        begins = *path == '/';
    }
    return false;
}

/// Whether `path` is `directory` or is beneath it.
constexpr bool is_at_or_beneath(std::string_view path, std::string_view directory) {
    return path.starts_with(directory) &&
           (path.size() == directory.size() || path[directory.size()] == '/' || directory == "/");
}

/// Whether a path that is not "/" has an empty name or ".", so that it leads to what is named
/// before.
constexpr bool lacks_a_name(const char* path) {
    if (path[0] == '/' && path[1] == '\0') return false;
    for (; *path != '\0'; ++path) {
        if (*path != '/') continue;
        const char* const name = path[1] == '.' ? path + 2 : path + 1;
        if (*name == '/' || *name == '\0') return true;
    }
    return false;
}

}  // namespace ringfence::exec
