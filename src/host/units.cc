// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/path.h"
#include "dropin/foreign.h"
#include "host/examine.h"

namespace ringfence::host {

namespace {

using dropin::PlannedFile;

bool is_current(const Machine& machine, const dropin::DropinFile& file) {
    const auto text = machine.root.read(machine.generator_output + "/" + file.path);
    return text && *text == file.text;
}

bool is_there(const Machine& machine, const dropin::DropinFile& file) {
    return machine.root.status(machine.generator_output + "/" + file.path).has_value();
}

void add_refused(const PlannedFile& file, Findings& findings) {
    for (const Diagnostic& reason : file.reasons())
        findings.push_back(
            {Level::problem,
             fmt::format("{} {}: {}", file.unit, file.is_masked() ? "is masked" : "does not start",
                         to_string(Diagnostic{reason.where, reason.message, ""})),
             reason.hint});
}

}  // namespace

// Other generators run at the same time, so the generator cannot see their drop-ins.
void add_foreign(const Machine& machine, const PlannedFile& file, Findings& findings) {
    for (const dropin::ForeignDropin& dropin :
         dropin::foreign_dropins(machine.root, file, directory_of(machine.generator_output)))
        findings.push_back(
            {Level::problem,
             fmt::format(
                 "{}{}: {}", file.unit,
                 dropin.effect == dropin::ForeignDropin::Effect::overridden ? "" : " is unfenced",
                 describe(dropin)),
             "move the settings of that file to a drop-in in /etc, which ringfence-generator can "
             "read"});
}

Findings examine_units(const Machine& machine) {
    Findings findings;
    std::size_t fenced = 0;
    std::vector<std::string> missing;
    std::vector<std::string> outdated;
    for (const PlannedFile& file : machine.plan.files) {
        if (file.fenced() != nullptr) ++fenced;
        add_refused(file, findings);
        const dropin::DropinFile* dropin = file.dropin();
        if (dropin != nullptr && !is_there(machine, *dropin))
            missing.push_back(file.unit);
        else if (dropin != nullptr && !is_current(machine, *dropin))
            outdated.push_back(file.unit);
        add_foreign(machine, file, findings);
    }
    for (const dropin::UnseenUnit& unit : machine.plan.unseen)
        if (unit.own_request)
            findings.push_back(
                {Level::problem, unit.why, "ringfence enable --static " + unit.name});
    for (const Diagnostics& warnings : {machine.plan.warnings, machine.plan.lost})
        for (const Diagnostic& warning : warnings)
            findings.push_back({Level::warning, to_string(warning), ""});
    if (!missing.empty())
        findings.push_back(
            {Level::problem,
             fmt::format("asked for a fence after the generator ran, so the next start may be "
                         "without one: {}",
                         fmt::join(missing, ", ")),
             "systemctl daemon-reload, then restart them"});
    if (!outdated.empty())
        findings.push_back(
            {Level::warning,
             fmt::format("changed since the generator ran: {}", fmt::join(outdated, ", ")),
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
