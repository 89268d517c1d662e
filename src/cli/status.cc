// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence status`: ringfence-status(1).
#include <algorithm>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/exit_status.h"
#include "cli/problems.h"
#include "cli/scene.h"
#include "cli/status_evidence.h"
#include "cli/status_output.h"
#include "cli/terminal.h"
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Option status_options[] = {
    {"json", 0, nullptr, "print one JSON document"},
    {"root", 0, "DIR", "the units and policies beneath DIR; asks no manager"},
    {"user", 0, nullptr, "units of your own user manager"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

int status_help() {
    fmt::print(
        "Usage: ringfence status [OPTION…] [UNIT…]\n\n"
        "Show which services are fenced, and how well.\n\n{}\n"
        "Exit status: 0 all are enforced, degraded or attached; 1 it could not be found out;\n"
        "2 usage; 3 a reload or restart is due; 4 a unit is not fenced or does not start.\n"
        "ringfence-status(1) has more.\n",
        options_help(status_options));
    return exit_success;
}

void explain_unknown(const std::vector<Status>& units, const Place& place) {
    const bool unknown = std::any_of(units.begin(), units.end(), [](const Status& unit) {
        return unit.state == FenceState::unknown;
    });
    if (unknown && place.scene) print_problems(place.scene->journal_problems, exit_failure);
}

}  // namespace

int run_status(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(status_options, words);
    if (!arguments) return print_problems(arguments.error(), exit_usage);
    if (arguments->has("help")) return status_help();
    const auto place = open_place(*arguments);
    if (!place) return print_problems(place.error(), exit_failure);
    const auto evidence = collect_evidence(*place, arguments->operands);
    if (!evidence) return print_problems(evidence.error(), exit_failure);
    std::vector<Status> units;
    int status = exit_success;
    for (const Evidence& each : *evidence) {
        units.push_back(judge(each));
        status = std::max(status, state_row(units.back().state).exit_status);
    }
    if (arguments->has("json"))
        show(status_json(units, status), false);
    else
        show(status_text(units, standard_output()), !arguments->has("no-pager"));
    explain_unknown(units, *place);
    return status;
}

}  // namespace ringfence::cli
