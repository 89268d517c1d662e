// SPDX-License-Identifier: LGPL-2.1-or-later
// The long forms of a review: each group in detail, and the count by unit.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/denials_text.h"
#include "cli/denials_words.h"
#include "landlock/rights.h"

namespace ringfence::cli {

using journal::Denial;
using journal::Reason;
using journal::Time;
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
    for (const std::string& name : denial.what.rights) {
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
    const std::string first = time_of(denial.tally.first, now);
    const std::string last = time_of(denial.tally.last, now);
    const std::string times = first == last ? first : first + " – " + last;
    const bool attributed = denial.attribution.reason == Reason::attributed;
    return fmt::format("{}: {}: {}\n", terminal.bold(unit_of(denial.attribution)),
                       words_of(denial.what.rights), terminal.red(object_of(denial))) +
           detail("why nobody's", attributed ? "" : text_of(denial.attribution.reason).sentence,
                  terminal) +
           detail("denied", fmt::format("{} ×, {}", denial.tally.count, times), terminal) +
           detail("machine", printable(denial.host), terminal) +
           detail("right", rights_of(denial), terminal) +
           detail("object", object_details(denial), terminal) +
           detail("program", program_details(denial), terminal) +
           detail("command", command_of(denial), terminal) +
           detail("policy", fence_of(denial), terminal) + records_of(denial, terminal);
}

using SummaryRow = std::array<std::string, 7>;
constexpr const char* summary_titles[] = {"UNIT",    "DENIALS", "FENCES", "ENDED",
                                          "COUNTED", "LOGGED",  "MISSING"};

std::string summary_line(const SummaryRow& row, std::size_t widest) {
    std::string line = row[0] + std::string(widest - columns_of(row[0]), ' ');
    for (std::size_t i = 1; i < row.size(); ++i)
        line += fmt::format("  {:>{}}", row[i],
                            std::max<std::size_t>(std::string_view(summary_titles[i]).size(), 7));
    return line + "\n";
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
    const bool with_host = several_machines(review);
    std::vector<SummaryRow> rows;
    SummaryRow head;
    std::copy(std::begin(summary_titles), std::end(summary_titles), head.begin());
    std::size_t widest = columns_of(head[0]);
    for (const UnitCount& unit : review.units) {
        const std::string host = with_host ? printable(unit.host) + ":" : "";
        rows.push_back({host + printable(unit.unit.shown()), std::to_string(unit.logged),
                        std::to_string(unit.starts), std::to_string(unit.ended),
                        std::to_string(unit.counted), std::to_string(unit.read),
                        std::to_string(unit.missing())});
        widest = std::max(widest, columns_of(rows.back()[0]));
    }
    std::string text = terminal.bold(summary_line(head, widest));
    for (const SummaryRow& row : rows)
        text +=
            row.back() == "0" ? summary_line(row, widest) : terminal.red(summary_line(row, widest));
    return text + "\n" +
           terminal.dim(
               "FENCES announced in this time, and of those that ENDED in it: denials COUNTED by "
               "the kernel,\nthose LOGGED, and the MISSING ones: not logged, or their records "
               "lost.") +
           "\n";
}

}  // namespace ringfence::cli
