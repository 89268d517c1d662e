// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

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
    if (!unit.stood_in.empty())
        text += "    systemd stands in for " + printable(joined(unit.stood_in)) + "\n";
    return text;
}

// The same for all units, so it is said once.
std::string kernel_note(const KernelStatus& kernel, const Terminal& terminal) {
    std::string text;
    if (!kernel.unenforced.empty())
        text += fmt::format("too old for {}", joined(kernel.unenforced));
    if (kernel.is_below())
        text += (text.empty() ? "" : "; ") +
                terminal.red(fmt::format("degraded: expected_abi is {} ({})", kernel.expected_abi,
                                         visible(kernel.expected_by)));
    return text.empty() ? "" : fmt::format("\nKernel: Landlock ABI {}, {}\n", kernel.abi, text);
}

}  // namespace

std::string status_text(const std::vector<Status>& units, const KernelStatus& kernel,
                        const Terminal& terminal) {
    if (units.empty()) return "No unit asks for a fence.\n" + kernel_note(kernel, terminal);
    Table table({{"UNIT"}, {"STATE"}, {"POLICY"}, {"ACTIVE"}});
    for (const Status& unit : units)
        table.add(row_of(unit));
    std::string text = table.head(terminal);
    for (std::size_t i = 0; i < units.size(); ++i)
        text += table.line(table.rows()[i], terminal) + notes_of(units[i]);
    return text + kernel_note(kernel, terminal);
}

}  // namespace ringfence::cli
