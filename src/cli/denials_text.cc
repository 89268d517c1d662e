// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials_text.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "cli/denials_words.h"
#include "landlock/rights.h"

namespace ringfence::cli {

using journal::Attribution;
using journal::Denial;
using journal::Reason;
using journal::Time;

namespace {

constexpr std::size_t column_count = 7;
using Row = std::array<std::string, column_count>;
constexpr const char* titles[column_count] = {"COUNT",  "FIRST",  "LAST",   "UNIT",
                                              "DENIED", "OBJECT", "PROGRAM"};

Row row_of(const Denial& denial, Time now, bool with_host) {
    std::string unit = unit_of(denial.attribution);
    if (with_host) unit = printable(denial.host) + ":" + unit;
    return {std::to_string(denial.tally.count),
            time_of(denial.tally.first, now),
            time_of(denial.tally.last, now),
            std::move(unit),
            words_of(denial.what.rights),
            object_of(denial),
            program_of(denial)};
}

std::array<std::size_t, column_count> widths_of(const std::vector<Row>& rows) {
    std::array<std::size_t, column_count> widths = {};
    for (std::size_t i = 0; i < column_count; ++i) {
        widths[i] = columns_of(titles[i]);
        for (const Row& row : rows)
            widths[i] = std::max(widths[i], columns_of(row[i]));
    }
    return widths;
}

std::string line_of(const Row& row, const std::array<std::size_t, column_count>& widths) {
    std::string line;
    for (std::size_t i = 0; i < column_count; ++i) {
        const std::string space(widths[i] - columns_of(row[i]), ' ');
        const bool right = i == 0, last = i + 1 == column_count;
        line += right ? space + row[i] : row[i] + (last ? "" : space);
        line += last ? "" : "  ";
    }
    return line;
}

std::string table(const std::vector<Row>& rows, const Terminal& terminal,
                  const std::array<std::size_t, column_count>& widths) {
    Row head;
    std::copy(std::begin(titles), std::end(titles), head.begin());
    std::string text = terminal.bold(line_of(head, widths)) + "\n";
    for (const Row& row : rows)
        text += line_of(row, widths) + "\n";
    return text;
}

// For narrow terminals: the unit once, then two short lines a denial.
std::string stacked(const std::vector<Row>& rows, const Terminal& terminal) {
    std::string text, unit;
    for (const Row& row : rows) {
        const auto& [count, first, last, whose, denied, object, program] = row;
        if (whose != unit) text += terminal.bold(whose) + "\n";
        unit = whose;
        const std::string until = first == last ? "" : " – " + last;
        text += fmt::format("  {} × {}: {}\n      {}\n", count, denied, terminal.red(object),
                            terminal.dim(fmt::format("{}, {}{}", program, first, until)));
    }
    return text;
}

std::string rows_text(const std::vector<Row>& rows, const Terminal& terminal) {
    const auto widths = widths_of(rows);
    std::size_t total = 2 * (column_count - 1);
    for (const std::size_t width : widths)
        total += width;
    const bool fits = !terminal.columns || total <= *terminal.columns;
    return fits ? table(rows, terminal, widths) : stacked(rows, terminal);
}

// The rights that appear, explained once.
std::string legend(const journal::Review& review, const Terminal& terminal) {
    std::set<std::string> seen;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list)
            seen.insert(denial.what.rights.begin(), denial.what.rights.end());
    std::string text;
    for (const landlock::Right& right : landlock::rights)
        if (seen.contains(right.name))
            text += terminal.dim(fmt::format("{} ({}): {}", words_of({right.name}), right.name,
                                             right.help)) +
                    "\n";
    return text.empty() ? text : "\n" + text;
}

std::string unattributed_text(const journal::Review& review, const Terminal& terminal, Time now,
                              bool with_host) {
    std::string text;
    const std::vector<Denial>& all = review.unattributed;
    for (auto first = all.begin(); first != all.end();) {
        const Reason reason = first->attribution.reason;
        const auto last = std::find_if(first, all.end(), [&](const Denial& denial) {
            return denial.attribution.reason != reason;
        });
        std::vector<Row> rows;
        for (; first != last; ++first)
            rows.push_back(row_of(*first, now, with_host));
        text += fmt::format("\n{}: {}\n",
                            reason == Reason::other_landlock_user
                                ? terminal.bold("Other users of Landlock")
                                : terminal.red(terminal.bold("Not attributed to a unit")),
                            text_of(reason).sentence);
        text += rows_text(rows, terminal);
    }
    return text;
}

}  // namespace

std::string unit_of(const Attribution& attribution) {
    if (attribution.reason == Reason::attributed) return printable(attribution.unit.shown());
    std::string names;
    for (const journal::Unit& unit : attribution.claimed)
        if (!unit.empty()) names += (names.empty() ? "" : ",") + printable(unit.shown()) + "?";
    return names.empty() ? fmt::format("({})", printable(attribution.tag)) : names;
}

bool several_machines(const journal::Review& review) {
    std::set<std::string> machines;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list)
            machines.insert(denial.machine.empty() ? denial.host : denial.machine);
    for (const journal::UnitCount& unit : review.units)
        machines.insert(unit.machine.empty() ? unit.host : unit.machine);
    return machines.size() > 1;
}

std::string to_line(const Denial& denial, const Terminal& terminal, Time now) {
    const bool attributed = denial.attribution.reason == Reason::attributed;
    const std::string unit = unit_of(denial.attribution);
    const std::string why =
        attributed ? "" : fmt::format(" [{}]", text_of(denial.attribution.reason).name);
    return fmt::format("{} {}{}: {}: {}, {}\n", terminal.dim(time_of(denial.tally.last, now)),
                       terminal.bold(unit), why, words_of(denial.what.rights),
                       terminal.red(object_of(denial)), program_of(denial));
}

std::string to_text(const journal::Review& review, const Terminal& terminal, Time now) {
    const bool with_host = several_machines(review);
    std::vector<Row> rows;
    for (const Denial& denial : review.denials)
        rows.push_back(row_of(denial, now, with_host));
    std::string text = rows.empty() ? "" : rows_text(rows, terminal);
    text += unattributed_text(review, terminal, now, with_host);
    text += legend(review, terminal);
    return text.starts_with('\n') ? text.substr(1) : text;
}

}  // namespace ringfence::cli
