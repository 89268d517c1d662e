// SPDX-License-Identifier: LGPL-2.1-or-later
// The long forms of a review: each group in detail, and the count by unit.
#include <algorithm>

#include <fmt/format.h>

#include "cli/denials/text.h"
#include "cli/denials/words.h"
#include "cli/terminal/table.h"
#include "cli/terminal/time_text.h"
#include "landlock/rights.h"

namespace ringfence::cli {

using journal::Denial;
using journal::Reason;
using journal::UnitCount;

namespace {

constexpr std::size_t detail_width = 12;

std::string detail(const char* name, const std::string& text, const Terminal& terminal) {
    if (text.empty()) return {};
    return fmt::format("{}{}  {}\n", std::string(detail_width - std::string_view(name).size(), ' '),
                       terminal.dim(name), text);
}

std::string rights_of(const Denial& denial) {
    std::string text;
    for (const std::string& name : denial.what.blockers.names()) {
        const landlock::Right* right = landlock::find_right(name.data(), name.size());
        text += (text.empty() ? "" : "; ") + printable(name);
        if (right != nullptr) text += fmt::format(" ({}, ABI {})", right->help, right->abi);
    }
    return text;
}

std::string object_details(const Denial& denial) {
    std::string text = object_of(denial);
    const journal::Object& object = denial.tally.object;
    if (!object.device.empty()) text += ", device " + printable(object.device);
    if (object.inode != 0) text += fmt::format(", inode {}", object.inode);
    return text;
}

std::string path_details(const Denial& denial) {
    if (denial.what.type != journal::ObjectType::path) return {};
    switch (denial.tally.path) {
        case journal::PathCheck::verified:
            return "verified: it leads to the denied object";
        case journal::PathCheck::mismatch:
            return "mismatch: another object was denied. The process had a root directory of its "
                   "own";
        case journal::PathCheck::unverified:
            break;
    }
    return "unverified: the process may have had a root directory of its own";
}

std::string program_details(const Denial& denial) {
    std::string text = program_of(denial);
    if (!denial.what.process_comm.empty())
        text += fmt::format(", comm {}", printable(denial.what.process_comm));
    if (denial.tally.pid) text += fmt::format(", pid {}", *denial.tally.pid);
    return text;
}

std::string command_of(const Denial& denial) {
    std::string words = denial.tally.command_line;
    std::replace(words.begin(), words.end(), '\0', ' ');
    return printable(words);
}

std::string fence_of(const Denial& denial) {
    const journal::Attribution& whose = denial.attribution;
    if (whose.reason != Reason::attributed)
        return fmt::format("made by {} with the name {}", printable(whose.exe),
                           printable(whose.tag));
    std::string text = whose.policy.empty() ? "(no name)" : printable(whose.policy);
    if (!whose.digest.empty()) text += fmt::format(", digest {}", printable(whose.digest));
    return text + fmt::format("; attributed by {}", name_of(whose.confidence));
}

std::string records_of(const Denial& denial, const Terminal& terminal) {
    std::string text;
    for (const std::string& record : denial.tally.records)
        text += detail(text.empty() ? "last event" : "", printable(record), terminal);
    return text;
}

std::string details_of(const Denial& denial, const Terminal& terminal, Time now) {
    const std::string first = local_text(denial.tally.first, now);
    const std::string last = local_text(denial.tally.last, now);
    const std::string times = first == last ? first : first + " – " + last;
    const bool attributed = denial.attribution.reason == Reason::attributed;
    return fmt::format("{}: {}: {}\n", terminal.bold(unit_of(denial.attribution)),
                       words_of(denial.what.blockers), terminal.red(object_of(denial))) +
           detail("why no unit", attributed ? "" : text_of(denial.attribution.reason).sentence,
                  terminal) +
           detail("proof", denial.proved ? "" : "none: any user can write such a line to the log",
                  terminal) +
           detail("denied", fmt::format("{} ×, {}", denial.tally.count, times), terminal) +
           detail("machine", printable(denial.host), terminal) +
           detail("right", rights_of(denial), terminal) +
           detail("object", object_details(denial), terminal) +
           detail("path", path_details(denial), terminal) +
           detail("program", program_details(denial), terminal) +
           detail("command", command_of(denial), terminal) +
           detail("policy", fence_of(denial), terminal) + records_of(denial, terminal);
}

// All columns of numbers are as wide as the longest title, so that they look alike.
constexpr std::size_t number_width = 7;

TableRow summary_row(const UnitCount& unit, HostNames names) {
    TableRow row = {with_host(names, unit.host, printable(unit.unit.shown()))};
    for (const std::uint64_t number :
         {unit.logged, unit.starts, unit.ended, unit.counted, unit.read, unit.missing()})
        row.emplace_back(std::to_string(number));
    if (unit.missing() != 0)
        for (TableCell& cell : row)
            cell.style = Style::red;
    return row;
}

}  // namespace

std::string to_details(const journal::Review& review, const Terminal& terminal, Time now) {
    std::string text;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list)
            text += (text.empty() ? "" : "\n") + details_of(denial, terminal, now);
    return text;
}

std::string to_summary(const journal::Review& review, const Terminal& terminal) {
    if (review.units.empty()) return {};
    std::vector<TableColumn> columns = {{"UNIT"}};
    for (const char* title : {"DENIALS", "FENCES", "ENDED", "COUNTED", "LOGGED", "MISSING"})
        columns.push_back({title, TableColumn::Align::right, number_width});
    Table table(std::move(columns));
    const HostNames names = host_names_of(review);
    for (const UnitCount& unit : review.units)
        table.add(summary_row(unit, names));
    return table.text(terminal) + "\n" +
           terminal.dim(
               "FENCES announced in this time, and of those that ENDED in it: denials COUNTED by "
               "the kernel,\nthose LOGGED, and the MISSING ones: not logged, or their records "
               "lost.") +
           "\n";
}

}  // namespace ringfence::cli
