// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/syntax_error.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

constexpr std::string_view twice = "cannot redefine existing ";

/// Of "… existing integer 'abi'" or "… existing array 'filesystem.rule' as table". The library
/// points behind the key; the message points at the key.
Diagnostic set_twice(Location where, std::string_view what, std::string_view line) {
    const std::size_t open = std::min(what.find('\''), what.size());
    std::string_view name = what.substr(std::min(open + 1, what.size()));
    name = name.substr(0, name.rfind('\''));
    const std::size_t at = line.substr(0, where.column).rfind(name);
    if (at != std::string_view::npos) where.column = static_cast<unsigned>(at + 1);
    // The file has both "[[x]]" and "[x]".
    if (what.find("' as ") != std::string_view::npos)
        return {where,
                fmt::format("`{}` is a list of tables above, and one table here", plain(name)),
                fmt::format("write [[{}]]", plain(name))};
    const bool table = what.starts_with("table");
    return {where, fmt::format("`{}` is set twice in this file", plain(name)),
            table ? "put what both say into one table" : "keep one of the two"};
}

/// The word that begins at a column.
std::string_view word_at(std::string_view line, unsigned column) {
    line.remove_prefix(std::min<std::size_t>(column - 1, line.size()));
    return line.substr(0, line.find_first_of(" \t,]}#\r"));
}

std::string hint_for_value(std::string_view word) {
    for (const char* yes : {"yes", "on", "True", "TRUE", "enable", "enabled"})
        if (word == yes) return "write true";
    for (const char* no : {"no", "off", "False", "FALSE", "disable", "disabled"})
        if (word == no) return "write false";
    if (word.empty()) return "write a value behind the =";
    return fmt::format("text stands in quotes: {}", quote(word));
}

struct Explanation {
    std::string_view part;     ///< of the library's description
    std::string_view context;  ///< of what follows "Error while parsing"; empty: any
    std::string_view message;
    std::string_view hint;
};

// The first row that fits is taken.
constexpr Explanation explanations[] = {
    {"expected comma or closing ']'", "", "expected a comma, or the ] that closes the list",
     "a list is [\"one\", \"two\"]"},
    {"expected ']'", "table", "the ] of this table is missing", "write [name]"},
    {"expected '='", "", "expected = behind the key", "write key = value"},
    {"leading zeroes", "", "a number must not begin with 0", ""},
    {"unknown escape sequence", "string", "a backslash begins an escape in a text in double quotes",
     "write two backslashes, or the text in single quotes"},
    {"nvalid utf-8", "", "this is not UTF-8", "save the file in UTF-8"},
    {"encountered end-of-file", "string", "the file ends within a text in quotes",
     "close it: \", or three of them where it began so"},
    {"encountered end-of-file", "array", "the file ends within a list", "close it with ]"},
    {"encountered end-of-file", "", "the file ends too early", ""},
    {"maximum nested value depth", "", "lists and tables are nested too deeply here", ""},
    {"expected a comment or whitespace", "", "expected the end of the line",
     "one key stands in one line"},
    {"expected '\\n' after '\\r'", "", "a carriage return that ends no line",
     "save the file with lines ending in a line feed"},
};

/// CONTEXT and TEXT of "Error while parsing CONTEXT: TEXT".
std::pair<std::string_view, std::string_view> parts_of(std::string_view description) {
    constexpr std::string_view prefix = "Error while parsing ";
    if (!description.starts_with(prefix)) return {"", description};
    description.remove_prefix(prefix.size());
    const std::size_t colon = description.find(": ");
    if (colon == std::string_view::npos) return {"", description};
    return {description.substr(0, colon), description.substr(colon + 2)};
}

Diagnostic in_a_string(const Location& where, std::string_view line) {
    if (where.column > line.size())
        return {where, "not valid TOML: this text is not closed", "end it with a quote"};
    return {where, "not valid TOML: a control character in a text",
            "leave it out; a tab is the only one that may stand there"};
}

Diagnostic no_value(const Location& where, std::string_view line) {
    const std::string_view word = word_at(line, where.column);
    return {where,
            word.empty() ? std::string("not valid TOML: a value is missing")
                         : fmt::format("not valid TOML: {} is no value", quote(word)),
            hint_for_value(word)};
}

}  // namespace

Diagnostic explain_syntax_error(const Location& where, std::string_view description,
                                std::string_view line) {
    if (const std::size_t at = description.find(twice); at != std::string_view::npos)
        return set_twice(where, description.substr(at + twice.size()), line);
    const auto [context, text] = parts_of(description);
    const bool value = text.starts_with("could not determine value type") ||
                       text.starts_with("expected value, saw");
    if (value) return no_value(where, line);
    if (text.starts_with("unescaped control characters")) return in_a_string(where, line);
    if (text.starts_with("expected keys, tables") && line.starts_with('{'))
        return {where, "not valid TOML: this looks like JSON",
                "a policy has lines such as: read = [\"/etc/app\"]"};
    for (const Explanation& row : explanations)
        if (text.find(row.part) != std::string_view::npos &&
            context.find(row.context) != std::string_view::npos)
            return {where, fmt::format("not valid TOML: {}", row.message), std::string(row.hint)};
    return {where,
            context.empty() ? fmt::format("not valid TOML: {}", plain(text))
                            : fmt::format("not valid TOML: {} (while reading: {})", plain(text),
                                          plain(context)),
            ""};
}

}  // namespace ringfence::policy
