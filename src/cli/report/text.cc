// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include <fmt/format.h>

#include "cli/report/data.h"
#include "cli/terminal/table.h"
#include "cli/terminal/time_text.h"
#include "cli/terminal/words.h"

namespace ringfence::cli {

namespace {

// In the report of a fleet, a unit's name needs its host.
std::string name_with_host(const ReportData& data, const std::string& host,
                           const std::string& unit) {
    return printable(data.fleet ? host + ":" + unit : unit);
}

// What the kernel is too old for is said once for the host.
std::string not_enforced(const ReportUnit& unit) {
    return unit.state == UnitState::degraded ? printable(joined(unit.unenforced)) : "";
}

TableRow row_of(const ReportData& data, const ReportUnit& unit) {
    return {name_with_host(data, unit.host, unit.unit),
            unit.policy.empty() ? "-" : printable(unit.policy),
            std::string(name_of(unit.state)),
            std::to_string(unit.denials),
            unit.time ? utc_text(*unit.time) : "-",
            unit.error.empty() ? not_enforced(unit) : visible(unit.error)};
}

std::string unit_rows(const ReportData& data, const Terminal& terminal) {
    if (data.units.empty()) return "No unit is fenced.\n";
    Table table({{"UNIT"},
                 {"POLICY"},
                 {"STATE"},
                 {"DENIALS", TableColumn::Align::right},
                 {"LAST START"},
                 {"NOT ENFORCED, OR WHY REFUSED"}});
    for (const ReportUnit& unit : data.units)
        table.add(row_of(data, unit));
    return table.text(terminal);
}

std::string kernel_rows(const ReportData& data) {
    std::string text;
    for (const ReportKernel& kernel : data.kernels) {
        if (kernel.unenforced.empty() && !kernel.degraded) continue;
        text += fmt::format("{}Landlock ABI {}", data.fleet ? printable(kernel.host) + ": " : "",
                            kernel.abi);
        if (kernel.degraded)
            text += fmt::format(", degraded: expected_abi is {}", data.expected_abi);
        if (!kernel.unenforced.empty()) text += ", too old for " + joined(kernel.unenforced);
        text += "\n";
    }
    return text.empty() ? "" : (data.fleet ? "\nKernels:\n" : "\nKernel: ") + text;
}

std::string most_denied(const ReportData& data) {
    auto series = data.series;
    std::stable_sort(series.begin(), series.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    std::string text;
    for (const auto& one : series)
        text += fmt::format("{:>8}  {}  {}\n", one.count, printable(one.right),
                            name_with_host(data, one.host, one.unit));
    return text;
}

}  // namespace

std::string report_text(const ReportData& data, const Terminal& terminal) {
    std::string text = fmt::format("{}, {} to {} UTC\n\n", printable(data.subject),
                                   utc_text(data.since), utc_text(data.until));
    text += unit_rows(data, terminal) + kernel_rows(data);
    if (!data.series.empty()) text += "\nDenials by right and unit:\n" + most_denied(data);
    if (data.unattributed != 0)
        text += fmt::format("\n{} denials have no unit; ringfence denials shows them.\n",
                            data.unattributed);
    if (data.dropped != 0)
        text += fmt::format(
            "\n{} reports or domains are left out, because a unit sent more than is kept.\n",
            data.dropped);
    if (data.unread != 0)
        text += fmt::format("\n{} records may be denials and could not be read.\n", data.unread);
    if (!data.proved)
        text += "\nThe denials are of a log that any user can write to, and are not proved.\n";
    if (data.lost != 0) text += fmt::format("\n{} audit records were lost.\n", data.lost);
    return text;
}

}  // namespace ringfence::cli
