// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/json.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

// Configurations of landlockconfig are four levels deep.
constexpr std::size_t deepest_value = 16;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Counts the characters that the library takes: it gives no positions with its events.
class CountingIterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    CountingIterator(const char* at, std::size_t* taken) : at_(at), taken_(taken) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        ++at_;
        ++*taken_;
        return *this;
    }
    CountingIterator operator++(int) {
        CountingIterator old = *this;
        ++*this;
        return old;
    }
    bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
    bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

  private:
    const char* at_;
    std::size_t* taken_;
};

/// Lines and columns of offsets in a text. Each is counted from the offset before it, since offsets
/// nearly always grow. Counting each from the beginning takes minutes for a file of a megabyte.
class Positions {
  public:
    Positions(std::string_view text, SharedText file) : text_(text), file_(std::move(file)) {}

    Location at(std::size_t offset) {
        if (offset < offset_) {
            offset_ = line_begin_ = 0;
            line_ = 1;
        }
        while (offset_ < offset)
            if (text_[offset_++] == '\n') {
                ++line_;
                line_begin_ = offset_;
            }
        return {file_, line_, static_cast<unsigned>(offset_ - line_begin_ + 1)};
    }

  private:
    std::string_view text_;
    SharedText file_;
    std::size_t offset_ = 0;
    std::size_t line_begin_ = 0;
    unsigned line_ = 1;
};

/// Builds the tree of the library's events. The library gives the names of the member functions.
class TreeBuilder {
  public:
    TreeBuilder(std::string_view text, SharedText file)
        : text_(text), positions_(text, std::move(file)) {}

    std::size_t taken = 0;  ///< characters that the library has read
    Value root;
    Diagnostics problems;

    bool null() { return add(Kind::null, scalar_start()); }
    bool boolean(bool value) {
        Value* made = put(Kind::boolean, scalar_start());
        if (made != nullptr) made->boolean = value;
        return made != nullptr;
    }
    bool number_integer(std::int64_t value) {
        // The library reads "-0" as a signed number. No key accepts it.
        return value < 0 ? integer(value) : add(Kind::number, scalar_start());
    }
    bool number_unsigned(std::uint64_t value) {
        constexpr auto largest =
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        return value <= largest ? integer(static_cast<std::int64_t>(value))
                                : add(Kind::number, scalar_start());
    }
    bool number_float(double, const std::string&) { return add(Kind::number, scalar_start()); }
    bool string(std::string& value) {
        Value* made = put(Kind::string, string_start());
        if (made != nullptr) made->string = value;
        return made != nullptr;
    }
    bool binary(std::vector<std::uint8_t>&) { return false; }  // no JSON text has it
    bool start_object(std::size_t) { return open(Kind::table); }
    bool start_array(std::size_t) { return open(Kind::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& name) {
        OpenValue& object = stack_.back();
        const Location where = positions_.at(string_start());
        const bool is_new = object.keys.insert(name).second;
        if (!is_new)
            problems.push_back(
                {where, fmt::format("{} is set twice", quote(name)), "keep one of the two"});
        object.value->table.push_back({name, where, {}});
        return is_new;
    }

    template <class Exception>
    bool parse_error(std::size_t position, const std::string& token, const Exception&) {
        const std::size_t at = std::min(position == 0 ? 0 : position - 1, text_.size());
        problems.push_back(
            {positions_.at(at),
             token.empty() ? "not valid JSON: it ends here"
                           : fmt::format("not valid JSON: {} is not expected here", quote(token)),
             ""});
        return false;
    }

  private:
    /// An object or array that is not closed yet.
    struct OpenValue {
        Value* value;
        std::set<std::string> keys;
    };

    bool integer(std::int64_t value) {
        Value* made = put(Kind::integer, scalar_start());
        if (made != nullptr) made->integer = value;
        return made != nullptr;
    }
    bool add(Kind kind, std::size_t offset) { return put(kind, offset) != nullptr; }

    /// The place for the next value: the root, an array's next element, or the last key's value.
    Value* put(Kind kind, std::size_t offset) {
        Value* place = &root;
        if (!stack_.empty()) {
            Value& parent = *stack_.back().value;
            if (parent.kind == Kind::array) parent.array.emplace_back();
            place = parent.kind == Kind::array ? &parent.array.back() : &parent.table.back().value;
        }
        place->kind = kind;
        place->where = positions_.at(offset);
        return place;
    }
    bool open(Kind kind) {
        Value* made = put(kind, taken == 0 ? 0 : taken - 1);
        if (stack_.size() == deepest_value) {
            problems.push_back({made->where, "objects and arrays are nested too deeply here", ""});
            return false;
        }
        stack_.push_back({made, {}});
        return true;
    }
    bool close() {
        stack_.pop_back();
        return true;
    }

    /// Where the string begins whose closing quote was read last. All quotes within it are escaped.
    std::size_t string_start() const {
        std::size_t at = taken < 2 ? 0 : taken - 2;
        while (at > 0 && !(text_[at] == '"' && escapes_before(at) % 2 == 0))
            --at;
        return at;
    }
    std::size_t escapes_before(std::size_t at) const {
        std::size_t count = 0;
        while (count < at && text_[at - 1 - count] == '\\')
            ++count;
        return count;
    }
    /// Where the number or word begins that was read last. The library may have read one character
    /// behind it.
    std::size_t scalar_start() const {
        const auto part = [](char c) {
            return !is_blank(c) && c != ',' && c != ':' && c != '[' && c != '{' && c != ']' &&
                   c != '}';
        };
        std::size_t end = std::min(taken, text_.size());
        if (end > 0 && !part(text_[end - 1])) --end;
        while (end > 0 && part(text_[end - 1]))
            --end;
        return end;
    }

    std::string_view text_;
    Positions positions_;
    std::vector<OpenValue> stack_;
};

}  // namespace

bool looks_like_json(std::string_view text) {
    const auto* const first = std::find_if_not(text.begin(), text.end(), is_blank);
    return first != text.end() && *first == '{';
}

Result<Value> parse_json(std::string_view text, const SharedText& file) {
    TreeBuilder builder(text, file);
    const char* const end = text.data() + text.size();
    const bool read = nlohmann::json::sax_parse(CountingIterator(text.data(), &builder.taken),
                                                CountingIterator(end, nullptr), &builder);
    if (!read && builder.problems.empty())
        builder.problems.push_back({{file, 1, 1}, "not valid JSON", ""});
    if (builder.problems.empty() && builder.root.kind != Kind::table)
        builder.problems.push_back({{file, 1, 1}, "the file must be one JSON object", ""});
    if (!builder.problems.empty()) return tl::unexpected(std::move(builder.problems));
    return std::move(builder.root);
}

}  // namespace ringfence::policy
