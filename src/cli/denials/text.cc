// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/text.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "cli/denials/words.h"
#include "cli/terminal/table.h"
#include "cli/terminal/time_text.h"
#include "landlock/rights.h"

namespace ringfence::cli {

using journal::Attribution;
using journal::Denial;
using journal::Reason;

namespace {

// The path is that of another object on this machine, or any user can have written the line.
std::string marked_object(const Denial& denial) {
    const bool wrong = denial.tally.path == journal::PathCheck::mismatch;
    return object_of(denial) + (wrong ? " (another object)" : "") +
           (denial.proved ? "" : " (not proved)");
}

struct DenialTexts {
    std::string count, first, last, unit, rights, object, program;
};

DenialTexts texts_of(const Denial& denial, Time now, HostNames names) {
    return {std::to_string(denial.tally.count),
            local_text(denial.tally.first, now),
            local_text(denial.tally.last, now),
            with_host(names, denial.host, unit_of(denial.attribution)),
            words_of(denial.what.blockers),
            marked_object(denial),
            program_of(denial)};
}

Table table_of(const std::vector<DenialTexts>& rows) {
    Table table({{"COUNT", TableColumn::Align::right},
                 {"FIRST"},
                 {"LAST"},
                 {"UNIT"},
                 {"DENIED"},
                 {"OBJECT"},
                 {"PROGRAM"}});
    for (const DenialTexts& row : rows)
        table.add({row.count, row.first, row.last, row.unit, row.rights, row.object, row.program});
    return table;
}

// For narrow terminals: each unit once, and below it two short lines for each denial.
std::string stacked(const std::vector<DenialTexts>& rows, const Terminal& terminal) {
    std::string text, unit;
    for (const DenialTexts& row : rows) {
        if (row.unit != unit) text += terminal.bold(row.unit) + "\n";
        unit = row.unit;
        const std::string until = row.first == row.last ? "" : " – " + row.last;
        text += fmt::format("  {} × {}: {}\n      {}\n", row.count, row.rights,
                            terminal.red(row.object),
                            terminal.dim(fmt::format("{}, {}{}", row.program, row.first, until)));
    }
    return text;
}

std::string rows_text(const std::vector<DenialTexts>& rows, const Terminal& terminal) {
    const Table table = table_of(rows);
    const bool fits = !terminal.columns || table.width() <= *terminal.columns;
    return fits ? table.text(terminal) : stacked(rows, terminal);
}

// Explains each right that appears, once.
std::string legend(const journal::Review& review, const Terminal& terminal) {
    landlock::Access seen;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list)
            seen |= denial.what.blockers.rights;
    std::string text;
    for (const landlock::Right& right : landlock::rights)
        if (seen.contains(right.access()))
            text += terminal.dim(fmt::format("{} ({}): {}", words_of({right.access(), {}}),
                                             right.name, right.help)) +
                    "\n";
    return text.empty() ? text : "\n" + text;
}

std::string unattributed_text(const journal::Review& review, const Terminal& terminal, Time now) {
    const HostNames names = host_names_of(review);
    std::string text;
    const std::vector<Denial>& all = review.unattributed;
    for (auto first = all.begin(); first != all.end();) {
        const Reason reason = first->attribution.reason;
        const auto last = std::find_if(first, all.end(), [&](const Denial& denial) {
            return denial.attribution.reason != reason;
        });
        std::vector<DenialTexts> rows;
        for (; first != last; ++first)
            rows.push_back(texts_of(*first, now, names));
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

HostNames host_names_of(const journal::Review& review) {
    std::set<std::string> machines;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list)
            machines.insert(denial.machine.empty() ? denial.host : denial.machine);
    for (const journal::UnitCount& unit : review.units)
        machines.insert(unit.machine.empty() ? unit.host : unit.machine);
    return machines.size() > 1 ? HostNames::shown : HostNames::left_out;
}

std::string with_host(HostNames names, const std::string& host, const std::string& unit) {
    return names == HostNames::shown ? printable(host) + ":" + unit : unit;
}

std::string to_line(const Denial& denial, const Terminal& terminal, Time now) {
    const bool attributed = denial.attribution.reason == Reason::attributed;
    const std::string unit = unit_of(denial.attribution);
    const std::string why =
        attributed ? "" : fmt::format(" [{}]", text_of(denial.attribution.reason).name);
    return fmt::format("{} {}{}: {}: {}, {}\n", terminal.dim(local_text(denial.tally.last, now)),
                       terminal.bold(unit), why, words_of(denial.what.blockers),
                       terminal.red(object_of(denial)), program_of(denial));
}

std::string to_text(const journal::Review& review, const Terminal& terminal, Time now) {
    const HostNames names = host_names_of(review);
    std::vector<DenialTexts> rows;
    for (const Denial& denial : review.denials)
        rows.push_back(texts_of(denial, now, names));
    std::string text = rows.empty() ? "" : rows_text(rows, terminal);
    text += unattributed_text(review, terminal, now);
    text += legend(review, terminal);
    return text.starts_with('\n') ? text.substr(1) : text;
}

}  // namespace ringfence::cli
