// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence show`: ringfence-show(1).
#include <algorithm>
#include <charconv>
#include <cstdio>

#include <fmt/format.h>

#include "cli/show/json.h"
#include "cli/show/subject.h"
#include "cli/show/text.h"
#include "cli/site/site.h"
#include "cli/terminal/diagnostic_text.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"
#include "dropin/options.h"
#include "landlock/abi.h"

namespace ringfence::cli {

namespace {

enum class ShowForm { text, json, argv, drop_in };

ShowForm show_form_of(const Arguments& arguments) {
    if (arguments.has("json")) return ShowForm::json;
    if (arguments.has("argv")) return ShowForm::argv;
    return arguments.has("drop-in") ? ShowForm::drop_in : ShowForm::text;
}

// The number of --abi. Nothing if the option is not given.
Result<std::optional<int>> read_abi_option(const Arguments& arguments) {
    if (!arguments.has("abi")) return std::nullopt;
    const std::string text = arguments.value("abi");
    int abi = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, abi);
    if (error != std::errc() || stop != end || abi < 1 || abi > landlock::newest_abi)
        return fail("--abi", fmt::format("\"{}\" is no Landlock ABI", text),
                    fmt::format("give a number from 1 to {}", landlock::newest_abi));
    return abi;
}

// An option as the wrapper gets it from systemd. Specifiers and variables that only systemd can
// expand stay as they are.
struct ExpandedOption {
    std::string text;
    bool open = false;
};

ExpandedOption expand_option(const std::string& option) {
    ExpandedOption expanded;
    for (std::size_t at = 0; at < option.size(); ++at) {
        const char c = option[at];
        const bool doubled = at + 1 < option.size() && option[at + 1] == c;
        if ((c == '%' || c == '$') && doubled) ++at;
        if ((c == '%' || c == '$') && !doubled) expanded.open = true;
        expanded.text += c;
    }
    return expanded;
}

int print_argv(const std::vector<ShownSubject>& subjects) {
    bool open = false;
    for (const ShownSubject& subject : subjects) {
        if (!subject.rules) return exit_failure;
        for (const std::string& option : dropin::render_options(*subject.rules)) {
            const ExpandedOption expanded = expand_option(option);
            show_exactly(expanded.text + "\n");
            open |= expanded.open;
        }
    }
    if (open)
        print_note(
            "some of these have specifiers or variables, which systemd expands and the wrapper "
            "does not");
    return exit_success;
}

int print_drop_ins(const std::vector<ShownSubject>& subjects) {
    for (const ShownSubject& subject : subjects) {
        const dropin::DropinFile* file = subject.unit ? subject.unit->dropin() : nullptr;
        if (file == nullptr)
            return failed({{{}, subject.name + ": only a unit has a drop-in", ""}});
        show_exactly(file->text);
    }
    return exit_success;
}

// The kernel that the output describes: the one of --abi, or this machine's.
std::optional<ShownKernel> kernel_for(std::optional<int> abi, const Site& site) {
    if (abi) return ShownKernel{*abi, false, site.expected_abi()};
    const int running = site.root.path() == "/" ? landlock::probe().abi : 0;
    return running > 0 ? std::optional(ShownKernel{running, true, site.expected_abi()})
                       : std::nullopt;
}

std::string texts_of(const std::vector<ShownSubject>& subjects, const Site& site,
                     const std::optional<ShownKernel>& kernel) {
    const Terminal terminal = standard_output();
    std::string text;
    for (const ShownSubject& subject : subjects) {
        text += (text.empty() ? "" : "\n") + subject_text(subject, terminal, kernel);
        if (!subject.rules && subject.unit)
            text += "\n" + render_diagnostics(site.root, subject.unit->reasons(), terminal);
    }
    return text;
}

int print_subjects(const std::vector<ShownSubject>& subjects, const Arguments& arguments,
                   std::optional<int> abi, const Site& site) {
    switch (show_form_of(arguments)) {
        case ShowForm::argv:
            return print_argv(subjects);
        case ShowForm::drop_in:
            return print_drop_ins(subjects);
        case ShowForm::json:
            show(subjects_json(subjects, abi ? kernel_for(abi, site) : std::nullopt),
                 Paging::direct);
            break;
        case ShowForm::text:
            show(texts_of(subjects, site, kernel_for(abi, site)), paging_of(arguments));
    }
    const bool all_start = std::all_of(
        subjects.begin(), subjects.end(),
        [](const ShownSubject& subject) { return subject.rules || subject.unit->is_open(); });
    return all_start ? exit_success : exit_failure;
}

int run_show(const Arguments& arguments) {
    const auto abi = read_abi_option(arguments);
    if (!abi) return misused(abi.error());
    const auto site = open_site(arguments);
    if (!site) return failed(site.error());
    SubjectFinder finder(*site);
    std::vector<ShownSubject> subjects;
    Diagnostics problems;
    for (const std::string& operand : arguments.operands) {
        auto subject = finder.find(operand);
        if (subject)
            subjects.push_back(std::move(*subject));
        else
            problems.insert(problems.end(), subject.error().begin(), subject.error().end());
    }
    const int status =
        subjects.empty() ? exit_success : print_subjects(subjects, arguments, *abi, *site);
    if (problems.empty()) return status;
    std::fflush(stdout);
    print_excerpts(site->root, problems);
    return exit_failure;
}

constexpr Option show_options[] = {
    json_option,
    {"argv", 0, nullptr, "print the wrapper's options, one a line"},
    {"drop-in", 0, nullptr, "print the drop-in that the generator makes for a unit"},
    {"abi", 0, "N", "what a kernel with Landlock ABI N would enforce and not enforce"},
    root_option,
    user_option,
    no_pager_option,
    help_option,
};

constexpr Exclusion show_exclusions[] = {
    {"json", "argv"},
    {"json", "drop-in"},
    {"argv", "drop-in"},
    // The options and the drop-in are the same for all kernels.
    {"abi", "argv"},
    {"abi", "drop-in"},
};

constexpr ExitStatus show_statuses[] = {
    {exit_success, "it was shown"},
    {exit_failure, "a policy has an error, a unit is refused or not fenced, or there is none such"},
    usage_status,
};

}  // namespace

constinit const Verb show_verb = {
    "show",
    "show what a fence allows, and where each rule comes from",
    "Show what a policy or the fence of a unit allows, and where each rule comes from. POLICY is "
    "a\n"
    "name, several names (nginx+site), the path of a file, or \"-\" for standard input.",
    {show_options, show_exclusions, "POLICY…|UNIT…", {1}},
    show_statuses,
    "ringfence-show(1)",
    run_show,
};

}  // namespace ringfence::cli
