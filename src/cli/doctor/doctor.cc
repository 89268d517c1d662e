// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence doctor`: ringfence-doctor(1).
#include <algorithm>

#include <fmt/format.h>

#include "cli/site/config.h"
#include "cli/site/enable_files.h"
#include "cli/site/site.h"
#include "cli/terminal/json.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"
#include "host/examine.h"

namespace ringfence::cli {

using host::Finding;
using host::Level;

namespace {

struct Examined {
    const host::Examination* examination;
    host::Findings findings;
};

std::vector<Examined> examine(const Site& site) {
    host::Machine machine = {
        site.root,         host::ask_kernel(), site.units.scope, generator_directory(site),
        RINGFENCE_WRAPPER, site.plan(),        host::run_program};
    machine.expected_abi = site.expected_abi();
    if (site.defaults) machine.expected_by = to_string(site.defaults->expected_abi_where);
    std::vector<Examined> all;
    for (const host::Examination& examination : host::examinations())
        all.push_back({&examination, examination.run(machine)});
    return all;
}

Level worst(const std::vector<Examined>& all) {
    Level level = Level::ok;
    for (const Examined& examined : all)
        for (const Finding& finding : examined.findings)
            level = std::max(level, finding.level);
    return level;
}

std::string mark(const Terminal& terminal, Level level) {
    const std::string word = fmt::format("{:<8}", to_string(level));
    if (level == Level::problem) return terminal.red(word);
    return level == Level::warning ? terminal.bold(word) : terminal.dim(word);
}

std::string doctor_text(const std::vector<Examined>& all, const Terminal& terminal) {
    std::string out;
    for (const Examined& examined : all)
        for (const Finding& finding : examined.findings) {
            out += fmt::format("{}  {:<16}  {}\n", mark(terminal, finding.level),
                               examined.examination->name, visible(finding.message));
            if (!finding.fix.empty())
                out += fmt::format("{:28}{}\n", "", terminal.dim("→ " + visible(finding.fix)));
        }
    return out;
}

std::string doctor_json(const std::vector<Examined>& all) {
    Json document = {{"version", 1}, {"worst", to_string(worst(all))}};
    Json& list = document["findings"] = Json::array();
    for (const Examined& examined : all)
        for (const Finding& finding : examined.findings)
            list.push_back({{"examination", examined.examination->name},
                            {"level", to_string(finding.level)},
                            {"message", finding.message},
                            {"fix", finding.fix}});
    return json_document(document);
}

std::string examinations_help() {
    std::string text = "It looks at:\n";
    for (const host::Examination& examination : host::examinations())
        text += fmt::format("  {:<18} {}\n", examination.name, examination.help);
    return text;
}

int status_of(Level level) {
    if (level == Level::problem) return exit_failure;
    return level == Level::warning ? exit_attention : exit_success;
}

int run_doctor(const Arguments& arguments) {
    const auto site = open_site(arguments);
    if (!site) return failed(site.error());
    const auto all = examine(*site);
    const bool json = arguments.has(json_option.name);
    show(json ? doctor_json(all) : doctor_text(all, standard_output()), Paging::direct);
    return status_of(worst(all));
}

constexpr Option doctor_options[] = {user_option, json_option, help_option};

constexpr ExitStatus doctor_statuses[] = {
    {exit_success, "nothing is worse than \"unknown\""},
    {exit_failure, "there is a problem, or the machine could not be examined"},
    usage_status,
    {exit_attention, "there are warnings, and no problem"},
};

}  // namespace

constinit const Verb doctor_verb = {
    "doctor",
    "look for what keeps fences from working",
    "Look for what keeps fences from working and denials from being seen.",
    {doctor_options, {}, "", {0, 0}},
    doctor_statuses,
    "ringfence-doctor(1)",
    run_doctor,
    examinations_help,
};

}  // namespace ringfence::cli
