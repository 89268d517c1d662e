// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence show`: ringfence-show(1).
#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/diagnostic_text.h"
#include "cli/exit_status.h"
#include "cli/show_json.h"
#include "cli/show_subject.h"
#include "cli/show_text.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "dropin/options.h"
#include "landlock/abi.h"

namespace ringfence::cli {

namespace {

constexpr Option show_options[] = {
    {"json", 0, nullptr, "print one JSON document"},
    {"argv", 0, nullptr, "print the wrapper's options, one a line"},
    {"drop-in", 0, nullptr, "print the drop-in that the generator makes for a unit"},
    {"abi", 0, "N", "what a kernel with Landlock ABI N would enforce and not enforce"},
    {"root", 0, "DIR", "read units and policies below this directory"},
    {"user", 0, nullptr, "units and policies of the user manager"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

struct ShowRequest {
    std::vector<std::string> operands;
    bool json = false, argv = false, drop_in = false, paged = true, help = false;
    std::optional<int> abi;
    std::string root = "/";
    unit::Scope scope = unit::Scope::system;
};

Result<void> read_abi_option(const Arguments& arguments, ShowRequest& request) {
    if (!arguments.has("abi")) return {};
    const std::string text = arguments.value("abi");
    int abi = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, abi);
    if (error != std::errc() || stop != end || abi < 1 || abi > landlock::newest_abi)
        return fail("--abi", fmt::format("\"{}\" is no Landlock ABI", visible(text)),
                    fmt::format("give a number from 1 to {}", landlock::newest_abi));
    request.abi = abi;
    return {};
}

Result<ShowRequest> read_show_request(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(show_options, words);
    if (!arguments) return tl::unexpected(arguments.error());
    ShowRequest request;
    request.operands = arguments->operands;
    request.json = arguments->has("json");
    request.argv = arguments->has("argv");
    request.drop_in = arguments->has("drop-in");
    request.paged = !arguments->has("no-pager");
    request.help = arguments->has("help");
    if (arguments->has("root")) request.root = arguments->value("root");
    if (arguments->has("user")) request.scope = unit::Scope::user;
    if (auto done = read_abi_option(*arguments, request); !done)
        return tl::unexpected(done.error());
    if (request.json + request.argv + request.drop_in > 1)
        return fail("", "--json, --argv and --drop-in exclude each other", "give one of them");
    if (request.abi && (request.argv || request.drop_in))
        return fail("", "--abi is about a kernel, and these options are the same for all of them",
                    "leave it out, or take --json");
    return request;
}

// What the wrapper gets once systemd has read the line; what only systemd can expand stays.
struct Expanded {
    std::string text;
    bool open = false;
};

Expanded expand(const std::string& option) {
    Expanded expanded;
    for (std::size_t at = 0; at < option.size(); ++at) {
        const char c = option[at];
        const bool doubled = at + 1 < option.size() && option[at + 1] == c;
        if ((c == '%' || c == '$') && doubled) ++at;
        if ((c == '%' || c == '$') && !doubled) expanded.open = true;
        expanded.text += c;
    }
    return expanded;
}

int print_argv(const std::vector<Subject>& subjects) {
    bool open = false;
    for (const Subject& subject : subjects) {
        if (!subject.rules) return exit_failure;
        for (const std::string& option : dropin::render_options(*subject.rules)) {
            const Expanded expanded = expand(option);
            fmt::print("{}\n", expanded.text);
            open |= expanded.open;
        }
    }
    if (open)
        fmt::print(stderr,
                   "ringfence: some of these have specifiers or variables, which systemd expands "
                   "and the wrapper does not\n");
    return exit_success;
}

int print_drop_ins(const std::vector<Subject>& subjects) {
    for (const Subject& subject : subjects) {
        if (!subject.unit || subject.unit->path.empty()) {
            fmt::print(stderr, "ringfence: {}: only a unit has a drop-in\n", visible(subject.name));
            return exit_failure;
        }
        fmt::print("{}", subject.unit->text);
    }
    return exit_success;
}

std::optional<Kernel> kernel_for(const ShowRequest& request) {
    if (request.abi) return Kernel{*request.abi, false};
    const int abi = request.root == "/" ? landlock::probe().abi : 0;
    return abi > 0 ? std::optional(Kernel{abi, true}) : std::nullopt;
}

void print_texts(const std::vector<Subject>& subjects, const ShowRequest& request,
                 const Site& site) {
    const Terminal terminal = standard_output();
    std::string text;
    for (const Subject& subject : subjects) {
        text += (text.empty() ? "" : "\n") + subject_text(subject, terminal, kernel_for(request));
        if (!subject.rules && subject.unit)
            text += "\n" + render_diagnostics(site.root, subject.unit->reasons, terminal);
    }
    show(text, request.paged);
}

int print_subjects(const std::vector<Subject>& subjects, const ShowRequest& request,
                   const Site& site) {
    if (request.argv) return print_argv(subjects);
    if (request.drop_in) return print_drop_ins(subjects);
    if (request.json)
        fmt::print("{}", subjects_json(subjects, request.abi));
    else
        print_texts(subjects, request, site);
    const bool all_start =
        std::all_of(subjects.begin(), subjects.end(), [](const Subject& subject) {
            return subject.rules || subject.unit->outcome == dropin::Outcome::nothing;
        });
    return all_start ? exit_success : exit_failure;
}

int show_help() {
    fmt::print(
        "Usage: ringfence show [OPTION…] POLICY…|UNIT…\n\n"
        "Show what a policy or the fence of a unit allows, and where each rule comes from.\n"
        "Several policies that are merged are written with a plus: nginx+site.\n\n{}\n"
        "Exit status: 0 shown; 1 an error in a policy, no such policy or unit, or a unit that\n"
        "is refused; 2 usage. ringfence-show(1) has more.\n",
        options_help(show_options));
    return exit_success;
}

int show_usage_error(const Diagnostics& problems) {
    for (const Diagnostic& problem : problems)
        fmt::print(stderr, "ringfence: {}\n", visible(to_string(problem)));
    return exit_usage;
}

}  // namespace

int run_show(const std::vector<std::string>& words) {
    const auto request = read_show_request(words);
    if (!request) return show_usage_error(request.error());
    if (request->help) return show_help();
    if (request->operands.empty())
        return show_usage_error(
            {{{}, "no policy or unit given", "ringfence show NAME; --help has more"}});
    const auto site = open_site(request->root, request->scope);
    if (!site) return show_usage_error(site.error());
    SubjectFinder finder(*site);
    std::vector<Subject> subjects;
    std::string problems;
    for (const std::string& operand : request->operands) {
        auto subject = finder.find(operand);
        if (subject)
            subjects.push_back(std::move(*subject));
        else
            problems += (problems.empty() ? "" : "\n") +
                        render_diagnostics(site->root, subject.error(), standard_error());
    }
    const int status = subjects.empty() ? exit_success : print_subjects(subjects, *request, *site);
    if (problems.empty()) return status;
    std::fflush(stdout);
    fmt::print(stderr, "{}", problems);
    return exit_failure;
}

}  // namespace ringfence::cli
