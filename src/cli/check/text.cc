// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/check/text.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/terminal/words.h"

namespace ringfence::cli {

namespace {

std::size_t count_of(const lint::Report& report, Severity severity) {
    return static_cast<std::size_t>(
        std::count_if(report.findings.begin(), report.findings.end(),
                      [&](const lint::Finding& finding) { return finding.severity == severity; }));
}

std::string one(const lint::Finding& finding, DiagnosticText& renderer, const Terminal& terminal) {
    std::string text = renderer.render(finding.problem, finding.severity, finding.id);
    const auto line = [&](const char* label, const std::string& value) {
        if (!value.empty())
            text += fmt::format("{} {}\n", terminal.dim(fmt::format("      = {}:", label)),
                                visible(value));
    };
    const lint::Check* row = lint::find_check(finding.id);
    line("why", row == nullptr ? "" : row->why);
    line("unit", finding.unit);
    line("justified", finding.reason);
    return text;
}

std::string summary(const lint::Report& report) {
    std::string text =
        fmt::format("{} and {} checked: {}, {}, {}", counted(report.policies, "policy", "policies"),
                    counted(report.units, "fenced unit", "fenced units"),
                    counted(count_of(report, Severity::error), "error", "errors"),
                    counted(count_of(report, Severity::warning), "warning", "warnings"),
                    counted(count_of(report, Severity::note), "note", "notes"));
    if (!report.justified.empty())
        text += fmt::format("; {} justified by the policies", report.justified.size());
    return text + "\n";
}

}  // namespace

std::string to_text(const lint::Report& report, Justified justified, DiagnosticText& renderer,
                    const Terminal& terminal) {
    std::string text;
    for (const lint::Finding& finding : report.findings)
        text += one(finding, renderer, terminal) + "\n";
    if (justified == Justified::shown)
        for (const lint::Finding& finding : report.justified)
            text += one(finding, renderer, terminal) + "\n";
    return text + summary(report);
}

std::string checks_text(const Terminal& terminal) {
    std::string text;
    for (const lint::Check& row : lint::checks())
        text += fmt::format("{} {}\n", terminal.bold(fmt::format("{:<20}", row.id)),
                            name_of(row.severity)) +
                fmt::format("    {}\n", row.why) +
                (*row.fix == '\0' ? "" : fmt::format("    fix: {}\n", row.fix));
    return text;
}

}  // namespace ringfence::cli
