// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials`: ringfence-denials(1).
#include <algorithm>
#include <chrono>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/denials_apply.h"
#include "cli/denials_follow.h"
#include "cli/denials_json.h"
#include "cli/denials_request.h"
#include "cli/denials_source.h"
#include "cli/denials_text.h"
#include "cli/denials_words.h"
#include "cli/exit_status.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "cli/time_argument.h"
#include "cli/verb.h"
#include "journal/review.h"
#include "journal/sd_source.h"
#include "journal/suggest.h"
#include "landlock/abi.h"

namespace ringfence::cli {

using journal::Denial;
using journal::Review;
using journal::Time;
using Request = DenialsRequest;

namespace {

// The first ABI whose kernels log denials (Linux 6.15).
constexpr int first_logging_abi = 7;

// --exit-code: there were denials of fences.
constexpr int exit_denials = 3;

Result<void> restrict_to_boot(Request& request) {
    if (!request.boot) return {};
    const auto boot = journal::current_boot();
    if (!boot) return tl::unexpected(boot.error());
    request.review.boot = *boot;
    return {};
}

Result<Review> make_review(Request& request) {
    auto opened = open_denials_source(request);
    if (!opened) return tl::unexpected(opened.error());
    if (auto done = restrict_to_boot(request); !done) return tl::unexpected(done.error());
    if (!opened->note.empty()) fmt::print(stderr, "ringfence: {}\n", printable(opened->note));
    request.review.pids_comparable = opened->pids_comparable;
    return journal::review(*opened->source, request.review);
}

std::string searched(const Request& request) {
    if (!request.directory.empty()) return printable(request.directory);
    const std::size_t files = request.files.size() + request.audit_logs.size();
    if (files != 0) return fmt::format("{} file{}", files, files == 1 ? "" : "s");
    return request.boot ? "the current boot's journal" : "the journal of this machine";
}

// Why there may be none though something was denied.
std::string nothing_found(const Review& review, const Request& request) {
    std::string text = fmt::format("No denials found in {}", searched(request));
    if (review.records != 0)
        return text +
               fmt::format("; {} are of other units, policies, rights or paths.\n", review.records);
    text += ".\n";
    if (!request.local()) return text;
    const landlock::Support support = landlock::probe();
    if (support.abi < first_logging_abi)
        text += fmt::format(
            "This kernel has Landlock ABI {}: denials are logged from ABI {} (Linux 6.15) on.\n",
            support.abi, first_logging_abi);
    if (::geteuid() != 0) text += "You may see a part of the journal only: run this as root.\n";
    text +=
        "Nothing is logged while auditing is off: \"auditctl -s\" must say enabled 1, and\n"
        "systemd-journald-audit.socket must be active.\n";
    return text;
}

Result<Site> open_policies(const Request& request) {
    return open_site(request.root, request.user ? unit::Scope::user : unit::Scope::system);
}

// Only this machine's policies, or those of a --root that was given, say something about denials;
// those of a fleet's journals are elsewhere.
std::vector<journal::Suggestion> suggest_for(const Review& review, const Request& request) {
    const bool known =
        request.local() || request.root != "/" || request.apply || !request.audit_logs.empty();
    const auto site = open_policies(request);
    return suggestions_for(review, known && site ? &*site : nullptr, request.force);
}

std::string suggestions(const Review& review, const Request& request) {
    std::string text;
    for (const journal::Suggestion& suggestion : suggest_for(review, request))
        text += (text.empty() ? "" : "\n") + journal::to_toml(suggestion);
    return text.empty() ? "# Nothing to suggest: no denial has a unit.\n" : text;
}

std::string text_of(const Review& review, const Request& request) {
    if (request.suggest) return suggestions(review, request);
    if (request.summary) return to_summary(review, standard_output());
    if (request.verbose) return to_details(review, standard_output(), now());
    return to_text(review, standard_output(), now());
}

// What --suggest prints is TOML, whatever there is to say.
std::string commented(const std::string& text) {
    std::string lines = "# ";
    for (std::size_t i = 0; i < text.size(); ++i)
        lines += text[i] == '\n' && i + 1 < text.size() ? "\n# " : std::string(1, text[i]);
    return lines;
}

void print(const Review& review, const Request& request) {
    if (request.json) {
        write_json(review, [](std::string_view part) { fmt::print("{}", part); });
        return;
    }
    const bool nothing = request.summary ? review.units.empty()
                                         : review.denials.empty() && review.unattributed.empty();
    if (nothing)
        show(request.suggest ? commented(nothing_found(review, request))
                             : nothing_found(review, request),
             false);
    else
        show(text_of(review, request), request.paged);
}

void note(std::uint64_t count, const char* text) {
    if (count != 0) fmt::print(stderr, "ringfence: {} {}\n", count, text);
}

void print_notes(const Review& review, const Request& request) {
    note(review.malformed, "Landlock records could not be parsed");
    note(review.unreadable, "lines are no records and were left out");
    note(review.elsewhere,
         "more denials could not be attributed to any unit; run without UNIT and --policy to see "
         "them");
    note(review.uncounted,
         "denials are in no group: there are more different ones than memory is spent on; narrow "
         "the search with --since or a unit");
    note(review.left_out,
         "domains are more than are kept; their denials have no unit. --boot looks at fewer");
    note(review.losses.audit,
         "audit records were lost in these boots (the kernel's backlog or rate limit); the counts "
         "are too low. \"auditctl -b\" raises the backlog");
    note(review.losses.suppressed,
         "messages were suppressed by journald's rate limit; wrappers' reports may be among them. "
         "RateLimitBurst= in journald.conf(5)");
    note(review.losses.missed, "messages of the kernel were missed by journald");
    std::uint64_t missing = 0;
    for (const journal::UnitCount& unit : review.units)
        missing += unit.missing();
    if (!request.summary)
        note(missing,
             "denials that the kernel counted are not in the journal; --summary shows whose");
}

bool any_of_fences(const Review& review) {
    return !review.denials.empty() ||
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

int apply(const Review& review, const Request& request) {
    const auto site = open_policies(request);
    if (!site) return print_problems(site.error(), exit_failure);
    int status = exit_success;
    bool any = false;
    for (const journal::Suggestion& suggestion : suggest_for(review, request)) {
        for (const journal::Refusal& refusal : suggestion.refused)
            fmt::print(stderr, "ringfence: not proposed: {} on {}: {}\n",
                       printable(fmt::format("{}", fmt::join(refusal.denial.what.rights, ", "))),
                       object_of(refusal.denial), printable(refusal.reason));
        if (suggestion.empty()) continue;
        any = true;
        if (auto done = apply_suggestion(*site, suggestion, announce); !done)
            status = print_problems(done.error(), exit_failure);
    }
    if (!any) fmt::print("Nothing to apply.\n");
    std::set<std::string> units;
    for (const Denial& denial : review.denials)
        units.insert(denial.attribution.unit.shown());
    if (any && status == exit_success) tell_to_restart(units);
    return status;
}

int undo(const Request& request) {
    const auto site = open_policies(request);
    if (!site) return print_problems(site.error(), exit_failure);
    auto done = undo_suggestion(*site, request.review.filter.policies.front(), announce);
    if (!done) return print_problems(done.error(), exit_failure);
    tell_to_restart({});
    return exit_success;
}

int help() {
    fmt::print(
        "Usage: ringfence denials [OPTION…] [UNIT…]\n\n"
        "Show what the fences of services denied, grouped, by unit.\n\n{}\n"
        "Exit status: 0 read, whether or not there were denials; 1 could not read; 2 usage;\n"
        "with --exit-code 3 when there were denials. ringfence-denials(1) has more.\n",
        options_help(denials_options()));
    return exit_success;
}

}  // namespace

int run_denials(const std::vector<std::string>& words) {
    auto request = read_denials_request(words, now());
    if (!request) return print_problems(request.error(), exit_usage);
    if (request->help) return help();
    if (request->follow) {
        auto done = restrict_to_boot(*request);
        if (done) done = follow_denials(*request);
        return print_problems(done.error(), exit_failure);
    }
    if (request->undo) return undo(*request);
    auto review = make_review(*request);
    if (!review) return print_problems(review.error(), exit_failure);
    if (request->apply) return apply(*review, *request);
    print(*review, *request);
    print_notes(*review, *request);
    return request->exit_code && any_of_fences(*review) ? exit_denials : exit_success;
}

}  // namespace ringfence::cli
