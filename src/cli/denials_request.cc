// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials_request.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/time_argument.h"
#include "landlock/rights.h"

namespace ringfence::cli {

using journal::Time;

namespace {

constexpr Option option_table[] = {
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
    {"force", 0, nullptr, "with --suggest or --apply: also what looks like an attack"},
    {"directory", 'D', "DIR", "read the journal files in this directory"},
    {"file", 0, "FILE", "read this journal file, export text, JSON or audit log; \"-\": stdin"},
    {"audit-log", 0, "FILE", "read this log of auditd; may be given more than once"},
    {"root", 0, "DIR", "policies and units of the system in this directory"},
    {"user", 0, nullptr, "policies and units of the calling user"},
    {"exit-code", 0, nullptr, "exit with 3 when there were denials"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

// The blockers that are no rights (journal/record.h).
constexpr const char* other_blockers[] = {"ptrace", "fs.change_topology"};

std::string unit_name(const std::string& operand) {
    return operand.find_first_of(".*") == std::string::npos ? operand + ".service" : operand;
}

// "read_file" and "read file", as the table says it, for "fs.read_file".
Result<std::string> right_name(std::string word) {
    std::replace(word.begin(), word.end(), ' ', '_');
    std::vector<std::string> names(std::begin(other_blockers), std::end(other_blockers));
    for (const landlock::Right& right : landlock::rights)
        names.emplace_back(right.name);
    for (const std::string& name : names)
        if (name == word || name.substr(name.find('.') + 1) == word) return name;
    const std::string near = nearest(word, names);
    return fail(
        "--right", fmt::format("\"{}\" is no right", word),
        near.empty() ? "ringfence-denials(1) names them" : fmt::format("did you mean {}?", near));
}

Result<void> read_time(const Arguments& arguments, const char* option, Time now, Time* into) {
    if (!arguments.has(option)) return {};
    auto time = parse_time(arguments.value(option), now);
    if (!time) {
        time.error().front().where.file = std::string("--") + option;
        return tl::unexpected(time.error());
    }
    *into = *time;
    return {};
}

// Options of which at most one may be given, and why not two.
struct Exclusion {
    const char *one, *other;
};
constexpr Exclusion exclusions[] = {
    {"directory", "file"},  {"json", "suggest"},    {"json", "summary"},   {"json", "apply"},
    {"verbose", "suggest"}, {"verbose", "summary"}, {"follow", "suggest"}, {"follow", "summary"},
    {"follow", "verbose"},  {"follow", "until"},    {"follow", "apply"},   {"follow", "exit-code"},
    {"suggest", "summary"}, {"apply", "undo"},      {"apply", "summary"},  {"undo", "suggest"},
    {"undo", "follow"},     {"undo", "json"},       {"apply", "verbose"},  {"root", "user"},
};

Result<void> check(const Arguments& arguments, const DenialsRequest& request) {
    for (const auto& [one, other] : exclusions)
        if (arguments.has(one) && arguments.has(other))
            return fail("", fmt::format("--{} and --{} exclude each other", one, other),
                        "give one of them");
    if (request.boot && !request.local())
        return fail("", "--boot is about this machine's own journal", "use --since with files");
    if (request.follow && !(request.files.empty() && request.audit_logs.empty()))
        return fail("", "--follow is about a journal that is being written",
                    "use it alone or with --directory");
    if (request.review.since > request.review.until)
        return fail("", "--since is after --until", "exchange them");
    if (request.undo && request.review.filter.policies.size() != 1)
        return fail("", "--undo needs the policy whose change it shall take back",
                    "give --policy=NAME");
    const auto standard_inputs =
        std::count(request.files.begin(), request.files.end(), "-") +
        std::count(request.audit_logs.begin(), request.audit_logs.end(), "-");
    if (standard_inputs > 1) return fail("", "standard input can be read once", "give one \"-\"");
    return {};
}

Result<void> read_filter(const Arguments& arguments, journal::Filter& filter) {
    for (const auto& list : {arguments.operands, arguments.values("unit")})
        for (const std::string& unit : list)
            filter.units.push_back(unit_name(unit));
    filter.policies = arguments.values("policy");
    filter.paths = arguments.values("path");
    for (const std::string& word : arguments.values("right")) {
        auto name = right_name(word);
        if (!name) return tl::unexpected(name.error());
        filter.rights.push_back(*std::move(name));
    }
    return {};
}

void read_flags(const Arguments& arguments, DenialsRequest& request) {
    const std::pair<const char*, bool*> flags[] = {
        {"boot", &request.boot},       {"follow", &request.follow},
        {"verbose", &request.verbose}, {"summary", &request.summary},
        {"json", &request.json},       {"suggest", &request.suggest},
        {"apply", &request.apply},     {"undo", &request.undo},
        {"force", &request.force},     {"exit-code", &request.exit_code},
        {"user", &request.user},       {"help", &request.help},
    };
    for (const auto& [name, flag] : flags)
        *flag = arguments.has(name);
    request.paged = !arguments.has("no-pager");
}

}  // namespace

std::span<const Option> denials_options() {
    return option_table;
}

Result<DenialsRequest> read_denials_request(const std::vector<std::string>& words, Time now) {
    const auto arguments = parse_arguments(option_table, words);
    if (!arguments) return tl::unexpected(arguments.error());
    DenialsRequest request;
    read_flags(*arguments, request);
    request.directory = arguments->value("directory");
    request.files = arguments->values("file");
    request.audit_logs = arguments->values("audit-log");
    if (arguments->has("root")) request.root = arguments->value("root");
    if (request.follow) request.review.live_from = now;
    request.review.keep_records = request.verbose;
    if (auto done = read_filter(*arguments, request.review.filter); !done)
        return tl::unexpected(done.error());
    for (const auto& [option, into] :
         {std::pair("since", &request.review.since), std::pair("until", &request.review.until)})
        if (auto done = read_time(*arguments, option, now, into); !done)
            return tl::unexpected(done.error());
    if (auto done = check(*arguments, request); !done) return tl::unexpected(done.error());
    return request;
}

}  // namespace ringfence::cli
