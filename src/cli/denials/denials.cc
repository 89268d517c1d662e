// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials`: ringfence-denials(1).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/denials/apply.h"
#include "cli/denials/follow.h"
#include "cli/denials/json.h"
#include "cli/denials/notes.h"
#include "cli/denials/path_checks.h"
#include "cli/denials/request.h"
#include "cli/denials/text.h"
#include "cli/denials/words.h"
#include "cli/site/journal_source.h"
#include "cli/site/site.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/terminal/time_argument.h"
#include "cli/terminal/words.h"
#include "cli/verbs.h"
#include "journal/review.h"
#include "journal/sd_source.h"
#include "journal/suggest.h"
#include "landlock/abi.h"

namespace ringfence::cli {

using journal::Denial;
using journal::Review;

namespace {

// The first ABI whose kernels log denials (Linux 6.15).
constexpr int first_logging_abi = 7;

Result<void> restrict_to_boot(DenialsRequest& request) {
    if (!request.current_boot) return {};
    const auto boot = journal::current_boot();
    if (!boot) return tl::unexpected(boot.error());
    request.review.boot = *boot;
    return {};
}

Result<Review> make_review(DenialsRequest& request) {
    auto opened = open_source(request.choice);
    if (!opened) return tl::unexpected(opened.error());
    if (auto done = restrict_to_boot(request); !done) return tl::unexpected(done.error());
    if (!opened->note.empty()) print_note(opened->note);
    request.review.pids_comparable = opened->pids_comparable;
    auto review = journal::review(*opened->source, request.review);
    if (review && request.choice.local()) check_paths(*review);
    return review;
}

std::string searched(const DenialsRequest& request) {
    if (!request.choice.directory.empty()) return printable(request.choice.directory);
    const std::size_t files = request.choice.files.size() + request.choice.audit_logs.size();
    if (files != 0) return counted(files, "file", "files");
    return request.current_boot ? "the current boot's journal" : "the journal of this machine";
}

// Says why a search may find no denial although the kernel denied something.
std::string nothing_found(const Review& review, const DenialsRequest& request) {
    std::string text = fmt::format("No denials found in {}", searched(request));
    if (review.records != 0)
        return text +
               fmt::format("; {} are of other units, policies, rights or paths.\n", review.records);
    if (review.may_have_more())
        return fmt::format("No denials could be read in {}, but there may be some: see below.\n",
                           searched(request));
    text += ".\n";
    if (!request.choice.local()) return text;
    const landlock::Support support = landlock::probe();
    if (support.abi < first_logging_abi)
        text += fmt::format(
            "This kernel has Landlock ABI {}: denials are logged from ABI {} (Linux 6.15) on.\n",
            support.abi, first_logging_abi);
    if (::geteuid() != 0) text += "You may see only a part of the journal: run this as root.\n";
    text +=
        "Nothing is logged while auditing is off: \"auditctl -s\" must say enabled 1. An audit "
        "daemon\n"
        "takes the records out of the journal unless systemd-journald-audit.socket is active.\n";
    return text;
}

// Journals of a fleet belong to other machines, so the policies of this machine (or of --root) say
// nothing about their denials.
bool has_policies(const DenialsRequest& request, const Arguments& arguments) {
    return request.choice.local() || arguments.has(root_option.name) ||
           request.task == DenialsTask::apply || !request.choice.audit_logs.empty();
}

std::string suggestions(const Review& review, const DenialsRequest& request, const Site* site) {
    std::string text;
    for (const journal::Suggestion& suggestion : suggestions_for(review, site, request.forced))
        text += (text.empty() ? "" : "\n") + journal::to_toml(suggestion);
    return text.empty() ? "# Nothing to suggest: no denial has a unit.\n" : text;
}

std::string text_of(const Review& review, const DenialsRequest& request) {
    const Terminal terminal = standard_output();
    switch (request.form) {
        case DenialsForm::summary:
            return to_summary(review, terminal);
        case DenialsForm::details:
            return to_details(review, terminal, now());
        case DenialsForm::table:
        case DenialsForm::json:
            break;
    }
    return to_text(review, terminal, now());
}

// The output of --suggest must always be TOML, so every other text becomes a comment.
std::string commented(const std::string& text) {
    std::string lines = "# ";
    for (std::size_t i = 0; i < text.size(); ++i)
        lines += text[i] == '\n' && i + 1 < text.size() ? "\n# " : std::string(1, text[i]);
    return lines;
}

bool is_nothing(const Review& review, const DenialsRequest& request) {
    if (request.form == DenialsForm::summary) return review.units.empty();
    return review.denials.empty() && review.unattributed.empty();
}

void print_review(const Review& review, const DenialsRequest& request, Paging paging) {
    if (request.form == DenialsForm::json)
        write_json(review, [](std::string_view part) { fmt::print("{}", part); });
    else if (is_nothing(review, request))
        show(nothing_found(review, request), Paging::direct);
    else
        show(text_of(review, request), paging);
}

bool any_of_fences(const Review& review) {
    return review.may_have_more() || !review.denials.empty() ||
           std::any_of(review.unattributed.begin(), review.unattributed.end(),
                       [](const Denial& denial) {
                           return denial.attribution.reason != journal::Reason::other_landlock_user;
                       });
}

void announce(const std::string& text) {
    fmt::print("{}", text);
    std::fflush(stdout);
}

void tell_to_restart(const std::set<std::string>& units) {
    fmt::print("\nIt takes effect with: systemctl daemon-reload && systemctl restart {}\n",
               units.empty() ? "UNIT" : printable(fmt::format("{}", fmt::join(units, " "))));
}

int apply(const Review& review, const DenialsRequest& request, const Site& site) {
    int status = exit_success;
    bool any = false;
    for (const journal::Suggestion& suggestion : suggestions_for(review, &site, request.forced)) {
        for (const journal::Refusal& refusal : suggestion.refused)
            print_note(fmt::format("not proposed: {} on {}: {}",
                                   fmt::join(refusal.denial.what.blockers.names(), ", "),
                                   object_of(refusal.denial), refusal.reason));
        if (suggestion.empty()) continue;
        any = true;
        if (auto done = apply_suggestion(site, suggestion, announce); !done)
            status = failed(done.error());
    }
    if (!any) fmt::print("Nothing to apply.\n");
    std::set<std::string> units;
    for (const Denial& denial : review.denials)
        units.insert(denial.attribution.unit.shown());
    if (any && status == exit_success) tell_to_restart(units);
    return status;
}

int undo(const DenialsRequest& request, const Site& site) {
    auto done = undo_suggestion(site, request.review.filter.policies.front(), announce);
    if (!done) return failed(done.error());
    tell_to_restart({});
    return exit_success;
}

// Returns only if there is an error.
int follow(DenialsRequest& request) {
    auto done = restrict_to_boot(request);
    if (done) done = follow_denials(request);
    return failed(done.error());
}

int run_denials(const Arguments& arguments) {
    auto request = read_denials_request(arguments, now());
    if (!request) return misused(request.error());
    const auto site = open_site(arguments);
    if (!site) return failed(site.error());
    if (request->task == DenialsTask::follow) return follow(*request);
    if (request->task == DenialsTask::undo) return undo(*request, *site);
    const auto review = make_review(*request);
    if (!review) return failed(review.error());
    if (request->task == DenialsTask::apply) return apply(*review, *request, *site);
    const Paging paging = paging_of(arguments);
    if (request->task == DenialsTask::show)
        print_review(*review, *request, paging);
    else if (is_nothing(*review, *request))
        show_exactly(commented(nothing_found(*review, *request)));
    else
        show(suggestions(*review, *request, has_policies(*request, arguments) ? &*site : nullptr),
             paging);
    print_notes(*review, request->form);
    const bool alarm = arguments.has("exit-code") && any_of_fences(*review);
    return alarm ? exit_attention : exit_success;
}

constexpr Option denials_options[] = {
    {"unit", 'u', "UNIT", "only denials of this unit; may be a pattern"},
    {"policy", 0, "NAME", "only denials of fences with this policy"},
    {"right", 0, "RIGHT", "only denials of this right: fs.read_file, net.bind_tcp, …"},
    {"path", 0, "PATH", "only denials on this path and beneath it; may be a pattern"},
    {"since", 'S', "TIME", "only denials at or after this time"},
    {"until", 'U', "TIME", "only denials at or before this time"},
    {"boot", 'b', nullptr, "only denials of the current boot"},
    {"follow", 'f', nullptr, "print denials as they happen, one a line"},
    {"verbose", 'v', nullptr, "print the details of each group, with its last event's records"},
    {"summary", 0, nullptr, "count by unit, against the kernel's own count"},
    {"json", 0, nullptr, "print one JSON document; with --follow, one object a line"},
    {"suggest", 0, nullptr, "print the policy changes that would allow what was denied"},
    {"apply", 0, nullptr, "write these changes: NAME.toml.d/50-review.toml"},
    {"undo", 0, nullptr, "take the last --apply back; needs --policy"},
    {"force", 0, "PATH",
     "with --suggest or --apply: also what `ringfence check` would warn about, on this path"},
    {"directory", 'D', "DIR", "read the journal files in this directory"},
    {"file", 0, "FILE", "read this journal file, export text, JSON or log; \"-\": stdin"},
    {"audit-log", 0, "FILE",
     "read this log of auditd, syslog or dmesg; may be given more than once"},
    root_option,
    user_option,
    {"exit-code", 0, nullptr, "exit with 3 when there were denials"},
    no_pager_option,
    help_option,
};

// Of each pair, one option can be given.
constexpr Exclusion denials_exclusions[] = {
    {"directory", "file"},  {"json", "suggest"},    {"json", "summary"},   {"json", "apply"},
    {"verbose", "suggest"}, {"verbose", "summary"}, {"follow", "suggest"}, {"follow", "summary"},
    {"follow", "verbose"},  {"follow", "until"},    {"follow", "apply"},   {"follow", "exit-code"},
    {"suggest", "summary"}, {"apply", "undo"},      {"apply", "summary"},  {"undo", "suggest"},
    {"undo", "follow"},     {"undo", "json"},       {"apply", "verbose"},  {"root", "user"},
};

constexpr ExitStatus denials_statuses[] = {
    {exit_success, "the journal was read, whether or not there were denials"},
    {exit_failure, "it could not be read"},
    usage_status,
    {exit_attention, "with --exit-code: there were denials of fences"},
};

}  // namespace

constinit const Verb denials_verb = {
    "denials",
    "show what fences denied, and which rules would allow it",
    "Show what the fences of services denied, grouped, by unit. UNIT may be a pattern.",
    {denials_options, denials_exclusions, "[UNIT…]", {}},
    denials_statuses,
    "ringfence-denials(1)",
    run_denials,
};

}  // namespace ringfence::cli
