// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/document.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

// This file uses only what toml++ 3.3 and 3.4 document. It alone includes the library, header-only
// and without exceptions: the shared library exports the throwing parser only, and its pkg-config
// file asks for it with the first two of these macros.
//
// Two things in the library are undefined for some files. TOML_ASSERT states what the parser then
// checks and reports as a syntax error ("[=" at the start of parse_key()), so here it is defined as
// nothing; with NDEBUG it would promise the same to the compiler. And its test for blanks that are
// not ASCII ends in __builtin_unreachable() for most letters of Europe, in `4"\u00e9"` or behind a
// backslash that ends a line. So the text that the library gets has no such characters
// (policy/language/unassigned.h).
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

#include "policy/language/syntax_error.h"
#include "policy/language/toml_guard.h"
#include "policy/language/unassigned.h"

namespace ringfence::policy {

namespace {

// A policy is four tables deep; the tree is walked recursively.
constexpr int max_depth = 16;

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

class Lines {
  public:
    explicit Lines(std::string_view text) : ascii_(is_ascii(text)) {
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            lines_.push_back(text.substr(0, end));
            if (end == std::string_view::npos) break;
            text.remove_prefix(end + 1);
        }
    }

    const std::vector<std::string_view>& all() const { return lines_; }
    bool ascii() const { return ascii_; }

    /// A text of the library as the file has it.
    std::string original(std::string_view text) const {
        return ascii_ ? std::string(text) : move_back(text);
    }

    /// The library counts code points; a Location counts bytes.
    Location locate(const SharedText& file, const toml::source_position& position) const {
        const auto line = static_cast<unsigned>(position.line);
        const auto column = static_cast<unsigned>(position.column);
        if (line == 0) return {file, 1, 1};
        if (line > lines_.size()) return {file, line, 1};
        if (ascii_) return {file, line, std::clamp<unsigned>(column, 1, end_of(line))};
        return {file, line, byte_column(line, std::max(column, 1u))};
    }

  private:
    // A line may be a megabyte with a hundred thousand values: every so many characters, where they
    // are in bytes.
    static constexpr unsigned step = 64;

    const std::vector<unsigned>& steps_of(unsigned line) const {
        const auto known = steps_.find(line);
        if (known != steps_.end()) return known->second;
        std::vector<unsigned> steps;
        unsigned characters = 0;
        for (unsigned byte = 0; byte < lines_[line - 1].size(); ++byte)
            if (is_first(lines_[line - 1][byte]) && characters++ % step == 0) steps.push_back(byte);
        return steps_.emplace(line, std::move(steps)).first->second;
    }

    unsigned byte_column(unsigned line, unsigned column) const {
        const std::string_view text = lines_[line - 1];
        const auto& steps = steps_of(line);
        const unsigned index =
            std::min<unsigned>((column - 1) / step, steps.empty() ? 0 : unsigned(steps.size()) - 1);
        unsigned bytes = steps.empty() ? 0 : steps[index];
        for (unsigned seen = index * step + 1; seen < column && bytes < text.size(); ++seen) {
            ++bytes;
            while (bytes < text.size() && !is_first(text[bytes]))
                ++bytes;
        }
        return bytes + 1;
    }

    unsigned end_of(unsigned line) const {
        return static_cast<unsigned>(lines_[line - 1].size()) + 1;
    }

    static bool is_first(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

    bool ascii_;  // characters are bytes

    mutable std::map<unsigned, std::vector<unsigned>> steps_;
    std::vector<std::string_view> lines_;
};

class Converter {
  public:
    Converter(const Lines& lines, SharedText file) : lines_(lines), file_(std::move(file)) {}

    Value convert(const toml::node& node, int depth) {
        Value value;
        value.where = lines_.locate(file_, node.source().begin);
        if (const auto* string = node.as_string()) {
            value.kind = Kind::string;
            value.string = lines_.original(string->get());
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
        } else if (node.is_floating_point()) {
            value.kind = Kind::number;
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
            all.push_back({lines_.original(key.str()), lines_.locate(file_, key.source().begin),
                           convert(node, depth)});
        std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
            return std::pair(a.where.line, a.where.column) <
                   std::pair(b.where.line, b.where.column);
        });
        return all;
    }

    const Lines& lines_;
    SharedText file_;
};

}  // namespace

const char* describe(Kind kind) {
    static constexpr std::array names = {"a string",       "an integer", "true or false",
                                         "an array",       "a table",    "a number with a point",
                                         "a date or time", "null"};
    return names.at(static_cast<std::size_t>(kind));
}

Result<Value> parse_toml(std::string_view text, const SharedText& file) {
    const Lines lines(text);
    const Diagnostic refused = guard_toml(text, file);
    if (!refused.message.empty()) return fail(refused);
    const toml::parse_result parsed =
        lines.ascii() ? toml::parse(text) : toml::parse(move_to_unassigned(text));
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        const Location where = lines.locate(file, error.source().begin);
        const std::string_view line =
            where.line <= lines.all().size() ? lines.all()[where.line - 1] : std::string_view();
        return fail(explain_syntax_error(where, lines.original(error.description()), line));
    }
    Converter converter(lines, file);
    Value root = converter.convert(parsed.table(), 0);
    if (!converter.problems.empty()) return tl::unexpected(std::move(converter.problems));
    return root;
}

}  // namespace ringfence::policy
