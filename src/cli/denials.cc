// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence denials`: ringfence-denials(1).
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/denials_json.h"
#include "cli/denials_text.h"
#include "cli/exit_status.h"
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
using journal::Source;
using journal::Time;

namespace {

// The first ABI whose kernels log denials (Linux 6.15).
constexpr int first_logging_abi = 7;

constexpr Option options[] = {
    {"since", 'S', "TIME", "only denials at or after this time"},
    {"until", 'U', "TIME", "only denials at or before this time"},
    {"boot", 'b', nullptr, "only denials of the current boot"},
    {"policy", 0, "NAME", "only denials of fences with this policy"},
    {"json", 0, nullptr, "print one JSON document"},
    {"suggest", 0, nullptr, "print the policy changes that would allow what was denied"},
    {"directory", 'D', "DIR", "read the journal files in this directory"},
    {"file", 0, "FILE", "read this journal file; may be given more than once"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

struct Request {
    std::vector<std::string> units;
    std::string policy;
    std::string directory;
    std::vector<std::string> files;
    bool boot = false, json = false, suggest = false, paged = true, help = false;
    journal::ReviewOptions review;

    bool local() const { return directory.empty() && files.empty(); }
};

Time now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string unit_name(const std::string& operand) {
    return operand.find('.') == std::string::npos ? operand + ".service" : operand;
}

Result<void> read_time(const Arguments& arguments, const char* option, Time* into) {
    if (!arguments.has(option)) return {};
    auto time = parse_time(arguments.value(option), now());
    if (!time) {
        time.error().front().where.file = std::string("--") + option;
        return tl::unexpected(time.error());
    }
    *into = *time;
    return {};
}

// Combinations that make no sense.
Result<void> check(const Request& request) {
    if (!request.directory.empty() && !request.files.empty())
        return fail("", "--directory and --file exclude each other", "give one of them");
    if (request.boot && !request.local())
        return fail("", "--boot is about this machine's own journal", "use --since with files");
    if (request.json && request.suggest)
        return fail("", "--json and --suggest exclude each other", "give one of them");
    if (request.review.since > request.review.until)
        return fail("", "--since is after --until", "exchange them");
    return {};
}

Result<Request> read_request(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(options, words);
    if (!arguments) return tl::unexpected(arguments.error());
    Request request;
    for (const std::string& operand : arguments->operands)
        request.units.push_back(unit_name(operand));
    request.policy = arguments->value("policy");
    request.directory = arguments->value("directory");
    request.files = arguments->values("file");
    request.boot = arguments->has("boot");
    request.json = arguments->has("json");
    request.suggest = arguments->has("suggest");
    request.paged = !arguments->has("no-pager");
    request.help = arguments->has("help");
    for (const auto& [option, into] :
         {std::pair("since", &request.review.since), std::pair("until", &request.review.until)})
        if (auto done = read_time(*arguments, option, into); !done)
            return tl::unexpected(done.error());
    if (auto done = check(request); !done) return tl::unexpected(done.error());
    return request;
}

// PIDs of the kernel's records are those of the initial namespace, whose inode is fixed
// (PROC_PID_INIT_INO, include/linux/proc_ns.h); journald of this system shares ours.
bool in_initial_pid_namespace() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/ns/pid", error) == "pid:[4026531836]";
}

Result<std::unique_ptr<Source>> open_source(const Request& request) {
    if (!request.directory.empty()) return journal::open_journal_directory(request.directory);
    if (!request.files.empty()) return journal::open_journal_files(request.files);
    return journal::open_local_journal();
}

Result<Review> make_review(Request& request) {
    auto source = open_source(request);
    if (!source) return tl::unexpected(source.error());
    if (request.boot) {
        const auto boot = journal::current_boot();
        if (!boot) return tl::unexpected(boot.error());
        request.review.boot = *boot;
    }
    request.review.filter.units = request.units;
    if (!request.policy.empty()) request.review.filter.policies = {request.policy};
    request.review.pids_comparable = request.local() && in_initial_pid_namespace();
    return journal::review(**source, request.review);
}

std::string searched(const Request& request) {
    if (!request.directory.empty()) return printable(request.directory);
    if (!request.files.empty())
        return fmt::format("{} journal file{}", request.files.size(),
                           request.files.size() == 1 ? "" : "s");
    return request.boot ? "the current boot's journal" : "the journal of this machine";
}

// Why there may be none though something was denied.
std::string nothing_found(const Review& review, const Request& request) {
    std::string text = fmt::format("No denials found in {}", searched(request));
    if (review.records != 0)
        return text + fmt::format("; {} are of other units, policies or times.\n", review.records);
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

std::string suggestions(const Review& review) {
    std::string text;
    for (const journal::Suggestion& suggestion : journal::suggest(review.denials))
        text += (text.empty() ? "" : "\n") + journal::to_toml(suggestion);
    return text.empty() ? "# Nothing to suggest: no denial has a unit.\n" : text;
}

void print(const Review& review, const Request& request) {
    if (request.json) {
        show(to_json(review), false);
        return;
    }
    if (review.denials.empty() && review.unattributed.empty()) {
        show((request.suggest ? "# " : "") + nothing_found(review, request), false);
        return;
    }
    show(request.suggest ? suggestions(review) : to_text(review, standard_output(), now()),
         request.paged);
}

void print_notes(const Review& review, std::uint64_t dropped) {
    if (review.malformed != 0)
        fmt::print(stderr, "ringfence: {} Landlock records could not be parsed\n",
                   review.malformed);
    if (dropped != 0)
        fmt::print(stderr,
                   "ringfence: {} more denials could not be attributed to any unit; run without "
                   "UNIT and --policy to see them\n",
                   dropped);
}

int report(const Diagnostics& diagnostics, int status) {
    for (const Diagnostic& diagnostic : diagnostics)
        fmt::print(stderr, "ringfence: {}\n", printable(to_string(diagnostic)));
    return status;
}

int help() {
    fmt::print(
        "Usage: ringfence denials [OPTION…] [UNIT…]\n\n"
        "Show what the fences of services denied, grouped, by unit.\n\n{}\n"
        "Exit status: 0 read, whether or not there were denials; 1 could not read; 2 usage.\n"
        "ringfence-denials(1) has more.\n",
        options_help(options));
    return exit_success;
}

}  // namespace

int run_denials(const std::vector<std::string>& words) {
    auto request = read_request(words);
    if (!request) return report(request.error(), exit_usage);
    if (request->help) return help();
    auto review = make_review(*request);
    if (!review) return report(review.error(), exit_failure);
    print(*review, *request);
    print_notes(*review, review->elsewhere);
    return exit_success;
}

}  // namespace ringfence::cli
