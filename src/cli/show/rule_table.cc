// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/show/rule_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/terminal/words.h"

namespace ringfence::cli {

namespace {

// The width of lines if the terminal's width is not known.
constexpr std::size_t usual_columns = 100;
// A wider cell moves the other cells of its row to the right.
constexpr std::size_t widest_what = 44;
constexpr std::size_t widest_which = 34;

constexpr std::size_t from_indent = 8;
constexpr std::size_t note_indent = 6;

struct RuleWidths {
    std::size_t what = 0, which = 0;
};

RuleWidths widths_of(const std::vector<RuleRow>& rows) {
    RuleWidths widths;
    for (const RuleRow& row : rows) {
        widths.what = std::max(widths.what, columns_of(row.cells[0]));
        widths.which = std::max(widths.which, columns_of(row.cells[1]));
    }
    return {std::min(widths.what, widest_what), std::min(widths.which, widest_which)};
}

std::string without_trailing_spaces(const std::string& line) {
    return line.substr(0, line.find_last_not_of(' ') + 1);
}

std::string row_text(const RuleRow& row, const RuleWidths& widths, const Terminal& terminal) {
    const std::size_t columns = terminal.columns.value_or(usual_columns);
    const auto& [what, which, from] = row.cells;
    const auto rights = wrapped(which, widths.which);
    const std::string line =
        "  " + padded(what, widths.what) + "  " + padded(rights.front(), widths.which);
    const bool fits = !terminal.columns || columns_of(line) + 2 + columns_of(from) <= columns;
    std::string text =
        !from.empty() && fits ? line + "  " + terminal.dim(from) : without_trailing_spaces(line);
    text += "\n";
    if (!from.empty() && !fits)
        for (const std::string& part : wrapped(from, columns - from_indent))
            text += std::string(from_indent, ' ') + terminal.dim(part) + "\n";
    for (std::size_t i = 1; i < rights.size(); ++i)
        text += std::string(widths.what + 4, ' ') + rights[i] + "\n";
    for (const std::string& note : row.notes)
        for (const std::string& part : wrapped(note, columns - from_indent))
            text += std::string(note_indent, ' ') + terminal.dim("# " + part) + "\n";
    return text;
}

}  // namespace

std::string from_text(const SourceLabels& labels, const policy::Origin& origin) {
    std::string text = visible(labels.place(origin.where));
    if (origin.policy.empty() && !origin.reason.empty())
        text += fmt::format("{}({})", text.empty() ? "" : " ", visible(origin.reason));
    return text;
}

RuleRow rule_row(const SourceLabels& labels, std::string what, std::string which,
                 const std::vector<policy::Origin>& origins) {
    RuleRow row{{std::move(what), std::move(which), ""}, {}};
    for (const policy::Origin& origin : origins) {
        const std::string from = from_text(labels, origin);
        if (!from.empty()) row.cells[2] += (row.cells[2].empty() ? "" : ", ") + from;
        if (!origin.policy.empty() && !origin.reason.empty())
            row.notes.push_back(visible(origin.reason));
    }
    return row;
}

std::string section_title(const std::string& text, const Terminal& terminal) {
    return "\n" + terminal.bold(text) + "\n";
}

std::string rule_table(const char* title, const std::vector<RuleRow>& rows,
                       const Terminal& terminal) {
    if (rows.empty()) return "";
    std::string text = section_title(title, terminal);
    const RuleWidths widths = widths_of(rows);
    for (const RuleRow& row : rows)
        text += row_text(row, widths, terminal);
    return text;
}

}  // namespace ringfence::cli
