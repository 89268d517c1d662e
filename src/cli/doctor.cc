// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence doctor`: ringfence-doctor(1).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/config.h"
#include "cli/enable_files.h"
#include "cli/exit_status.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "host/examine.h"

namespace ringfence::cli {

using host::Finding;
using host::Level;

namespace {

constexpr Option doctor_options[] = {
    {"user", 0, nullptr, "look at the user manager's generator and units"},
    {"json", 0, nullptr, "print one JSON document"},
    {"help", 'h', nullptr, "show this text"},
};

struct Examined {
    const host::Examination* examination;
    host::Findings findings;
};

std::vector<Examined> examine(const Site& site) {
    const host::Machine machine = {
        site.root,         host::ask_kernel(), site.units.scope, generator_directory(site),
        RINGFENCE_WRAPPER, site.plan(),        host::run_program};
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

std::string text(const std::vector<Examined>& all, const Terminal& terminal) {
    std::string out;
    for (const Examined& examined : all)
        for (const Finding& finding : examined.findings) {
            out += fmt::format("{}  {:<16}  {}\n", mark(terminal, finding.level),
                               examined.examination->name, printable(finding.message));
            if (!finding.fix.empty())
                out += fmt::format("{:28}{}\n", "", terminal.dim("→ " + printable(finding.fix)));
        }
    return out;
}

std::string json(const std::vector<Examined>& all) {
    nlohmann::ordered_json document = {{"version", 1}, {"worst", to_string(worst(all))}};
    auto& list = document["findings"] = nlohmann::ordered_json::array();
    for (const Examined& examined : all)
        for (const Finding& finding : examined.findings)
            list.push_back({{"examination", examined.examination->name},
                            {"level", to_string(finding.level)},
                            {"message", finding.message},
                            {"fix", finding.fix}});
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void print_help() {
    fmt::print(
        "Usage: ringfence doctor [OPTION…]\n\n"
        "Looks for what keeps fences from working and denials from being seen.\n\n{}\n"
        "Looks at:\n",
        options_help(doctor_options));
    for (const host::Examination& examination : host::examinations())
        fmt::print("  {:<18} {}\n", examination.name, examination.help);
}

}  // namespace

int run_doctor(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(doctor_options, words);
    if (!arguments || !arguments->operands.empty()) {
        fmt::print(stderr, "ringfence doctor: {}\n",
                   arguments ? "takes no arguments; --help lists the options"
                             : to_string(arguments.error().front()));
        return exit_usage;
    }
    if (arguments->has("help")) {
        print_help();
        return exit_success;
    }
    const auto site =
        open_site("/", arguments->has("user") ? unit::Scope::user : unit::Scope::system);
    if (!site) {
        fmt::print(stderr, "ringfence doctor: {}\n", to_string(site.error().front()));
        return exit_failure;
    }
    const auto all = examine(*site);
    fmt::print("{}", arguments->has("json") ? json(all) : text(all, standard_output()));
    const Level level = worst(all);
    return level == Level::problem   ? exit_failure
           : level == Level::warning ? exit_warning
                                     : exit_success;
}

}  // namespace ringfence::cli
