// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/status_output.h"

namespace ringfence::cli {

namespace {

using StatusRow = std::array<std::string, 4>;

StatusRow cells_of(const Status& unit) {
    const auto or_dash = [](const std::string& text) {
        return text.empty() ? "-" : printable(text);
    };
    return {printable(unit.unit), state_row(unit.state).name, or_dash(unit.policy),
            or_dash(unit.active)};
}

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width - std::min(width, columns_of(text)), ' ');
}

std::string notes_of(const Status& unit) {
    std::string text;
    for (const std::string& reason : unit.reasons)
        text += "    " + printable(reason) + "\n";
    std::string rights;
    for (const std::string& right : unit.unenforced)
        rights += (rights.empty() ? "" : ", ") + printable(right);
    if (!rights.empty()) text += "    this kernel does not enforce " + rights + "\n";
    return text;
}

}  // namespace

std::string status_text(const std::vector<Status>& units, const Terminal& terminal) {
    if (units.empty()) return "No unit asks for a fence.\n";
    std::vector<StatusRow> rows = {{"UNIT", "STATE", "POLICY", "ACTIVE"}};
    for (const Status& unit : units)
        rows.push_back(cells_of(unit));
    std::array<std::size_t, 4> widths = {};
    for (const StatusRow& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], columns_of(row[i]));
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const StatusRow& row = rows[i];
        const bool bad = i > 0 && state_row(units[i - 1].state).exit_status != 0;
        const std::string state = padded(row[1], widths[1]);
        const std::string line = padded(row[0], widths[0]) + "  " +
                                 (bad ? terminal.red(state) : state) + "  " +
                                 padded(row[2], widths[2]) + "  " + row[3];
        text += (i == 0 ? terminal.bold(line) : line) + "\n";
        if (i > 0) text += notes_of(units[i - 1]);
    }
    return text;
}

}  // namespace ringfence::cli
