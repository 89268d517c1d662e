// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status/output.h"
#include "cli/terminal/table.h"
#include "cli/terminal/words.h"

namespace ringfence::cli {

namespace {

TableRow row_of(const Status& unit) {
    const auto or_dash = [](const std::string& text) {
        return text.empty() ? "-" : printable(text);
    };
    const StateRow& state = state_row(unit.state);
    return {printable(unit.unit),
            {state.name, state.exit_status == 0 ? Style::plain : Style::red},
            or_dash(unit.policy),
            or_dash(unit.active)};
}

std::string notes_of(const Status& unit) {
    std::string text;
    for (const std::string& reason : unit.reasons)
        text += "    " + visible(reason) + "\n";
    if (!unit.unenforced.empty())
        text += "    this kernel does not enforce " + printable(joined(unit.unenforced)) + "\n";
    if (!unit.stood_in.empty())
        text += "    systemd stands in for " + printable(joined(unit.stood_in)) + "\n";
    return text;
}

}  // namespace

std::string status_text(const std::vector<Status>& units, const Terminal& terminal) {
    if (units.empty()) return "No unit asks for a fence.\n";
    Table table({{"UNIT"}, {"STATE"}, {"POLICY"}, {"ACTIVE"}});
    for (const Status& unit : units)
        table.add(row_of(unit));
    std::string text = table.head(terminal);
    for (std::size_t i = 0; i < units.size(); ++i)
        text += table.line(table.rows()[i], terminal) + notes_of(units[i]);
    return text;
}

}  // namespace ringfence::cli
