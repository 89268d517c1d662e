// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/report_data.h"
#include "cli/terminal.h"

namespace ringfence::cli {

namespace {

constexpr std::size_t report_columns = 6;
using ReportRow = std::array<std::string, report_columns>;

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

ReportRow row_of(const ReportUnit& unit, bool fleet) {
    return {fleet ? unit.host + ":" + unit.unit : unit.unit,
            unit.policy.empty() ? "-" : unit.policy,
            name_of(unit.state),
            std::to_string(unit.denials),
            unit.time ? utc(*unit.time) : "-",
            unit.error.empty() ? joined(unit.unenforced) : unit.error};
}

constexpr std::size_t denials_column = 3;

std::string aligned(const std::string& text, std::size_t width, bool right) {
    const std::string space(width - columns_of(text), ' ');
    return right ? space + text : text + space;
}

std::string table(const std::vector<ReportRow>& rows) {
    std::array<std::size_t, report_columns> widths = {};
    for (const ReportRow& row : rows)
        for (std::size_t i = 0; i < report_columns; ++i)
            widths[i] = std::max(widths[i], columns_of(row[i]));
    std::string text;
    for (const ReportRow& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < report_columns; ++i)
            line += aligned(row[i], widths[i], i == denials_column) + "  ";
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string most_denied(const ReportData& data) {
    auto series = data.series;
    std::stable_sort(series.begin(), series.end(),
                     [](const auto& a, const auto& b) { return a.count > b.count; });
    std::string text;
    for (const auto& one : series)
        text += fmt::format("{:>8}  {}  {}\n", one.count, one.right,
                            printable(data.fleet ? one.host + ":" + one.unit : one.unit));
    return text;
}

}  // namespace

std::string report_text(const ReportData& data) {
    std::string text = fmt::format("{}, {} to {} UTC\n\n", printable(data.subject), utc(data.since),
                                   utc(data.until));
    std::vector<ReportRow> rows = {
        {"UNIT", "POLICY", "STATE", "DENIALS", "LAST START", "NOT ENFORCED, OR WHY REFUSED"}};
    for (const ReportUnit& unit : data.units) {
        ReportRow row = row_of(unit, data.fleet);
        for (std::string& cell : row)
            cell = printable(cell);
        rows.push_back(std::move(row));
    }
    text += data.units.empty() ? "No unit is fenced.\n" : table(rows);
    if (!data.series.empty()) text += "\nDenials by right and unit:\n" + most_denied(data);
    if (data.unattributed != 0)
        text += fmt::format("\n{} denials have no unit; ringfence denials shows them.\n",
                            data.unattributed);
    if (data.lost != 0) text += fmt::format("\n{} audit records were lost.\n", data.lost);
    return text;
}

}  // namespace ringfence::cli
