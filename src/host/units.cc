// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include "host/examine.h"

namespace ringfence::host {

namespace {

using dropin::Outcome;
using dropin::PlannedFile;

bool is_current(const Machine& machine, const PlannedFile& file) {
    const auto text = machine.root.read(machine.generator_output + "/" + file.path);
    return text && *text == file.text;
}

void add_refused(const PlannedFile& file, Findings& findings) {
    for (const Diagnostic& reason : file.reasons)
        findings.push_back(
            {Level::problem,
             fmt::format("{} {}: {}", file.unit,
                         file.outcome == Outcome::masked ? "is masked" : "does not start",
                         to_string(Diagnostic{reason.where, reason.message, ""})),
             reason.hint});
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

Findings examine_units(const Machine& machine) {
    Findings findings;
    std::size_t fenced = 0;
    std::vector<std::string> outdated;
    for (const PlannedFile& file : machine.plan.files) {
        if (file.outcome == Outcome::fenced) ++fenced;
        if (file.outcome == Outcome::refused || file.outcome == Outcome::masked)
            add_refused(file, findings);
        if (!file.path.empty() && !is_current(machine, file)) outdated.push_back(file.unit);
    }
    for (const Diagnostic& warning : machine.plan.warnings)
        findings.push_back({Level::warning, to_string(warning), ""});
    if (!outdated.empty())
        findings.push_back({Level::warning, "changed since the generator ran: " + join(outdated),
                            "systemctl daemon-reload, then restart them"});
    const std::string count =
        fmt::format("{} {} fenced", fenced, fenced == 1 ? "unit is" : "units are");
    findings.insert(
        findings.begin(),
        {fenced == 0 ? Level::note : Level::ok, count,
         fenced == 0 && findings.empty() ? "ringfence enable UNIT attaches a policy" : ""});
    return findings;
}

}  // namespace ringfence::host
