// SPDX-License-Identifier: LGPL-2.1-or-later
// A text that does not change and that many values share. A copy does not copy the characters.
#pragma once

#include <compare>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace ringfence {

/// Behaves as a `const std::string`. Every rule of a policy holds the name of its file. If each had
/// a string of its own, the generator would spend most of its time on copying them.
class SharedText {
  public:
    SharedText() = default;
    // NOLINTBEGIN(google-explicit-constructor): it is used in the place of a std::string
    SharedText(std::string text)
        : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}

    operator const std::string&() const { return str(); }
    operator std::string_view() const { return str(); }
    // NOLINTEND(google-explicit-constructor)
    SharedText(const SharedText&) = default;
    SharedText(SharedText&&) = default;
    SharedText& operator=(const SharedText&) = default;
    SharedText& operator=(SharedText&&) = default;
    ~SharedText();  // not inline: GCC 12 would warn of an uninitialised object

    const std::string& str() const {
        static const std::string nothing;
        return text_ ? *text_ : nothing;
    }
    bool empty() const { return !text_; }

    /// Whether one is a copy of the other. They are equal then, and no characters are compared.
    bool same_as(const SharedText& other) const { return text_ == other.text_; }

    bool operator==(const SharedText& other) const {
        return same_as(other) || str() == other.str();
    }
    std::strong_ordering operator<=>(const SharedText& other) const {
        return str() <=> other.str();
    }
    bool operator==(const std::string& other) const { return str() == other; }
    bool operator==(const char* other) const { return str() == other; }

  private:
    std::shared_ptr<const std::string> text_;  // nullptr: empty
};

inline std::ostream& operator<<(std::ostream& out, const SharedText& text) {
    return out << text.str();
}

/// For fmt, which does not convert an argument by itself any more from version 10 on.
inline std::string_view format_as(const SharedText& text) {
    return text;
}

}  // namespace ringfence
