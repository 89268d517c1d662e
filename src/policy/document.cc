// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/document.h"

#include <algorithm>
#include <array>
#include <utility>

// Header-only and without exceptions, here alone: the shared library exports the throwing parser
// only, and its pkg-config file asks for it with these two macros.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
// Version 3.3 asserts, on the text of a file, what it then checks and reports as a syntax error
// ("[=" at the start of parse_key()). NDEBUG would turn the same into promises to the compiler.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <fmt/format.h>
#include <toml++/toml.h>

#include "policy/path_text.h"
#include "policy/toml_guard.h"

namespace ringfence::policy {

namespace {

// A policy is four tables deep; the tree is walked recursively.
constexpr int max_depth = 16;

class Lines {
  public:
    explicit Lines(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            lines_.push_back(text.substr(0, end));
            if (end == std::string_view::npos) break;
            text.remove_prefix(end + 1);
        }
    }

    const std::vector<std::string_view>& all() const { return lines_; }

    /// The library counts code points; a Location counts bytes.
    Location locate(const std::string& file, const toml::source_position& position) const {
        const auto line = static_cast<unsigned>(position.line);
        const auto column = static_cast<unsigned>(position.column);
        if (line == 0) return {file, 1, 1};
        if (line > lines_.size()) return {file, line, 1};
        return {file, line, byte_column(lines_[line - 1], std::max(column, 1u))};
    }

  private:
    static unsigned byte_column(std::string_view line, unsigned column) {
        unsigned bytes = 0;
        for (unsigned seen = 1; seen < column && bytes < line.size(); ++seen) {
            ++bytes;
            while (bytes < line.size() && (static_cast<unsigned char>(line[bytes]) & 0xc0) == 0x80)
                ++bytes;
        }
        return bytes + 1;
    }

    std::vector<std::string_view> lines_;
};

class Converter {
  public:
    Converter(const Lines& lines, const std::string& file) : lines_(lines), file_(file) {}

    Value convert(const toml::node& node, int depth) {
        Value value;
        value.where = lines_.locate(file_, node.source().begin);
        if (const auto* string = node.as_string()) {
            value.kind = Kind::string;
            value.string = string->get();
        } else if (const auto* integer = node.as_integer()) {
            value.kind = Kind::integer;
            value.integer = integer->get();
        } else if (const auto* boolean = node.as_boolean()) {
            value.kind = Kind::boolean;
            value.boolean = boolean->get();
        } else if (const auto* array = node.as_array()) {
            value.kind = Kind::array;
            if (fits(value.where, depth))
                for (const toml::node& item : *array)
                    value.array.push_back(convert(item, depth + 1));
        } else if (const auto* table = node.as_table()) {
            value.kind = Kind::table;
            if (fits(value.where, depth)) value.table = entries(*table, depth + 1);
        }
        return value;
    }

    Diagnostics problems;

  private:
    bool fits(const Location& where, int depth) {
        if (depth < max_depth) return true;
        problems.push_back({where, "tables and arrays are nested too deeply here", ""});
        return false;
    }

    // The library sorts by key; people read a file from the top.
    std::vector<Entry> entries(const toml::table& table, int depth) {
        std::vector<Entry> all;
        for (const auto& [key, node] : table)
            all.push_back({std::string(key.str()), lines_.locate(file_, key.source().begin),
                           convert(node, depth)});
        std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.where.line, a.where.column) <
                   std::pair(b.where.line, b.where.column);
        });
        return all;
    }

    const Lines& lines_;
    const std::string& file_;
};

constexpr std::string_view twice = "cannot redefine existing ";

/// "… existing integer 'abi'": the library points behind the key, people look for the key.
Diagnostic set_twice(Location where, std::string_view what, const Lines& lines) {
    const std::size_t quote_at = what.find('\'');
    const std::string_view key = what.substr(std::min(quote_at, what.size()));
    const std::string_view name = key.size() > 2 ? key.substr(1, key.size() - 2) : key;
    if (where.line <= lines.all().size()) {
        const std::string_view before = lines.all()[where.line - 1].substr(0, where.column);
        if (const std::size_t at = before.rfind(name); at != std::string_view::npos)
            where.column = static_cast<unsigned>(at + 1);
    }
    return {where, fmt::format("{} is set twice in this file", plain(key)), "keep one of the two"};
}

/// "Error while parsing key-value pair: expected …" → "not valid TOML: expected … (in …)".
Diagnostic syntax_error(const Location& where, std::string_view text, const Lines& lines) {
    if (const std::size_t at = text.find(twice); at != std::string_view::npos)
        return set_twice(where, text.substr(at + twice.size()), lines);
    constexpr std::string_view prefix = "Error while parsing ";
    std::string context;
    if (text.starts_with(prefix)) {
        text.remove_prefix(prefix.size());
        if (const std::size_t colon = text.find(": "); colon != std::string_view::npos) {
            const bool vowel = text.find_first_of("aeio") == 0;
            context = fmt::format(" (in {} {})", vowel ? "an" : "a", text.substr(0, colon));
            text.remove_prefix(colon + 2);
        }
    }
    return {where, fmt::format("not valid TOML: {}{}", plain(text), plain(context)), ""};
}

}  // namespace

const char* describe(Kind kind) {
    static constexpr std::array names = {"a string", "an integer", "true or false",
                                         "an array", "a table",    "a number or date"};
    return names.at(static_cast<std::size_t>(kind));
}

Result<Value> parse_toml(std::string_view text, const std::string& file) {
    const Lines lines(text);
    const Diagnostic refused = guard_toml(text, file);
    if (!refused.message.empty()) return fail(refused);
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return fail(
            syntax_error(lines.locate(file, error.source().begin), error.description(), lines));
    }
    Converter converter(lines, file);
    Value root = converter.convert(parsed.table(), 0);
    if (!converter.problems.empty()) return tl::unexpected(std::move(converter.problems));
    return root;
}

}  // namespace ringfence::policy
