// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/review_file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/site/config.h"
#include "policy/language/document.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

using journal::PathProposal;
using journal::PortProposal;
using journal::Suggestion;

namespace {

constexpr char head[] = RINGFENCE_SCHEMA_LINE("drop-in")
    "# Made by \"ringfence denials --apply\" from what was denied. Review it, and keep it in\n"
    "# version control; \"ringfence denials --undo\" takes the last change back.\n"
    "version = 1\n";

// Skips the TOML string or comment that begins at `at`. If none begins there, it skips one
// character.
std::size_t skip_token(const std::string& text, std::size_t at) {
    const char c = text[at];
    if (c == '#') return std::min(text.find('\n', at), text.size());
    if (c != '"' && c != '\'') return at + 1;
    const std::string quote(text.compare(at, 3, std::string(3, c)) == 0 ? 3 : 1, c);
    for (at += quote.size(); at < text.size(); ++at) {
        if (c == '"' && text[at] == '\\')
            ++at;
        else if (text.compare(at, quote.size(), quote) == 0)
            return at + quote.size();
    }
    return text.size();
}

struct ArrayEnd {
    std::size_t last;     // behind the last element or comma
    std::size_t bracket;  // the position of "]"
    bool comma;           // whether one must be added behind `last`
};

// `text` is valid TOML, and an array begins at `begin`.
ArrayEnd end_of_array(const std::string& text, std::size_t begin) {
    int depth = 0;
    ArrayEnd end{begin + 1, begin, false};
    for (std::size_t at = begin; at < text.size();) {
        const std::size_t next = skip_token(text, at);
        const char c = text[at];
        if (c == ']' && --depth == 0) {
            end.bracket = at;
            return end;
        }
        if (c == '[') ++depth;
        const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#';
        if (!space) {
            end.last = next;
            end.comma = c != ',' && at != begin;
        }
        at = next;
    }
    return end;
}

class TomlText {
  public:
    TomlText(std::string text, std::string file) : text_(std::move(text)), file_(std::move(file)) {}

    Result<void> parse() {
        auto root = policy::parse_toml(text_, file_);
        if (!root) return tl::unexpected(root.error());
        root_ = *std::move(root);
        return {};
    }

    const policy::Value* table(const std::string& name) const { return member(root_, name); }

    static const policy::Value* member(const policy::Value& table, const std::string& name) {
        for (const policy::Entry& entry : table.table)
            if (entry.key == name) return &entry.value;
        return nullptr;
    }

    std::size_t offset_of(const Location& where) const {
        std::size_t at = 0;
        for (unsigned line = 1; line < where.line; ++line)
            at = std::min(text_.find('\n', at), text_.size() - 1) + 1;
        return at + where.column - 1;
    }

    // The position of the line after "[name]". Nothing if the table has no header of its own.
    std::optional<std::size_t> behind_header(const std::string& name) const {
        std::size_t at = 0;
        while (at < text_.size()) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            std::string line = text_.substr(at, end - at);
            line.resize(std::min(line.find('#'), line.size()));
            std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
            if (line == "[" + name + "]" && in_tables(at)) return std::min(end + 1, text_.size());
            at = end + 1;
        }
        return std::nullopt;
    }

    void insert(std::size_t at, const std::string& text) { insertions_.emplace(at, text); }
    void append(const std::string& text) { tail_ += text; }

    std::string result() const {
        std::string out;
        std::size_t at = 0;
        for (const auto& [position, inserted] : insertions_) {
            out += text_.substr(at, position - at) + inserted;
            at = position;
        }
        out += text_.substr(at);
        if (!tail_.empty() && !out.empty() && out.back() != '\n') out += '\n';
        return out + tail_;
    }

    const std::string& text() const { return text_; }
    const std::string& file() const { return file_; }

  private:
    // Whether a position is outside of all strings and comments.
    bool in_tables(std::size_t position) const {
        std::size_t at = 0;
        while (at < position)
            at = skip_token(text_, at);
        return at == position;
    }

    std::string text_, file_, tail_;
    policy::Value root_;
    std::multimap<std::size_t, std::string> insertions_;
};

struct ListLine {
    std::string comment, value;  // the value as TOML
};

bool has(const policy::Value& array, const ListLine& line) {
    return std::any_of(array.array.begin(), array.array.end(), [&](const policy::Value& value) {
        if (value.kind == policy::Kind::integer) return std::to_string(value.integer) == line.value;
        return '"' + journal::toml_text(value.string) + '"' == line.value;
    });
}

std::string lines_text(const std::vector<ListLine>& lines) {
    std::string text;
    for (const ListLine& line : lines)
        text += fmt::format("    # {}\n    {},\n", line.comment, line.value);
    return text;
}

void add_to_array(TomlText& toml, const policy::Value& array, std::vector<ListLine> lines) {
    std::erase_if(lines, [&](const ListLine& line) { return has(array, line); });
    if (lines.empty()) return;
    const std::size_t begin = toml.offset_of(array.where);
    const ArrayEnd end = end_of_array(toml.text(), begin);
    if (end.comma) toml.insert(end.last, ",");
    // A comment after the last element stays in that element's line.
    const std::size_t line_end = toml.text().find('\n', end.last);
    const bool multi_line = line_end != std::string::npos && line_end < end.bracket;
    toml.insert(multi_line ? line_end + 1 : end.bracket,
                (multi_line ? "" : "\n") + lines_text(lines));
}

Result<void> add_list(TomlText& toml, const std::string& table, const std::string& key,
                      const std::vector<ListLine>& lines) {
    const policy::Value* there = toml.table(table);
    const policy::Value* array = there == nullptr ? nullptr : TomlText::member(*there, key);
    if (array != nullptr) {
        add_to_array(toml, *array, lines);
        return {};
    }
    const std::string text = fmt::format("{} = [\n{}]\n", key, lines_text(lines));
    if (const auto at = toml.behind_header(table)) {
        toml.insert(*at, text);
        return {};
    }
    return fail(toml.file(), fmt::format("has [{}] in a form that cannot be added to", table),
                fmt::format("write a line \"[{}]\" there, or add the change by hand", table));
}

using Lists = std::map<std::string, std::vector<ListLine>>;

Result<void> add_lists(TomlText& toml, const std::string& table, const Lists& lists) {
    if (lists.empty()) return {};
    if (toml.table(table) == nullptr) {
        toml.append(fmt::format("\n[{}]\n", table));
        for (const auto& [key, lines] : lists)
            toml.append(fmt::format("{} = [\n{}]\n", key, lines_text(lines)));
        return {};
    }
    for (const auto& [key, lines] : lists)
        if (auto done = add_list(toml, table, key, lines); !done) return done;
    return {};
}

bool has_rule(const TomlText& toml, const std::string& path, const landlock::Access& grants) {
    const policy::Value* table = toml.table("filesystem");
    const policy::Value* rules = table == nullptr ? nullptr : TomlText::member(*table, "rule");
    if (rules == nullptr) return false;
    const std::string wanted = policy::joined_right_names(grants, ",");
    return std::any_of(rules->array.begin(), rules->array.end(), [&](const policy::Value& rule) {
        const policy::Value* there = TomlText::member(rule, "path");
        const policy::Value* allow = TomlText::member(rule, "allow");
        std::string names;
        if (allow != nullptr)
            for (const policy::Value& name : allow->array)
                names += (names.empty() ? "" : ",") + name.string;
        return there != nullptr && there->string == path && names == wanted;
    });
}

void add_rules(TomlText& toml, const Suggestion& suggestion) {
    for (const PathProposal& proposal : suggestion.paths) {
        if (!proposal.key.empty() || has_rule(toml, proposal.written, proposal.grants)) continue;
        toml.append(fmt::format("\n[[filesystem.rule]]\n# {}\npath = \"{}\"\nallow = [\"{}\"]\n",
                                journal::comment_of(proposal), journal::toml_text(proposal.written),
                                policy::joined_right_names(proposal.grants, "\", \"")));
    }
}

}  // namespace

Result<std::string> add_to_review(const std::string& text, const std::string& file,
                                  const Suggestion& suggestion) {
    if (suggestion.empty()) return text;
    TomlText toml(text.empty() ? head : text, file);
    if (auto done = toml.parse(); !done) return tl::unexpected(done.error());
    Lists paths, ports;
    for (const PathProposal& proposal : suggestion.paths)
        if (!proposal.key.empty())
            paths[proposal.key].push_back(
                {comment_of(proposal), '"' + journal::toml_text(proposal.written) + '"'});
    for (const PortProposal& proposal : suggestion.ports)
        ports[proposal.key].push_back({comment_of(proposal), std::to_string(proposal.port)});
    if (auto done = add_lists(toml, "filesystem", paths); !done)
        return tl::unexpected(done.error());
    if (auto done = add_lists(toml, "network", ports); !done) return tl::unexpected(done.error());
    add_rules(toml, suggestion);
    return toml.result();
}

}  // namespace ringfence::cli
