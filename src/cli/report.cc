// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence report`: ringfence-report(1).
#include <algorithm>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "base/replace_file.h"
#include "cli/arguments.h"
#include "cli/denials_source.h"
#include "cli/exit_status.h"
#include "cli/report_data.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/time_argument.h"
#include "cli/verb.h"
#include "journal/review.h"

namespace ringfence::cli {

using journal::Time;

namespace {

constexpr char default_since[] = "-7d";

constexpr Option report_options[] = {
    {"since", 'S', "TIME", "from this time on (the default is seven days ago)"},
    {"until", 'U', "TIME", "up to this time (the default is now)"},
    {"html", 0, "FILE", "write a page for a browser"},
    {"prometheus", 0, "FILE", "write metrics for the node exporter's textfile collector"},
    {"json", 0, nullptr, "print one JSON document"},
    {"directory", 'D', "DIR", "report on the hosts whose journals are in this directory"},
    {"file", 0, "FILE", "read this journal file; may be given more than once"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

struct ReportRequest {
    DenialsRequest sources;
    Time since, until, made;
    std::string html, prometheus;
    bool json = false, paged = true, help = false;

    bool fleet() const { return !sources.directory.empty() || !sources.files.empty(); }
};

Result<Time> time_argument(const Arguments& arguments, const char* option, const char* otherwise,
                           Time now) {
    auto time = parse_time(arguments.has(option) ? arguments.value(option) : otherwise, now);
    if (!time) time.error().front().where.file = std::string("--") + option;
    return time;
}

Result<ReportRequest> read_report_request(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(report_options, words);
    if (!arguments) return tl::unexpected(arguments.error());
    if (!arguments->operands.empty())
        return fail("", "takes no arguments: \"" + arguments->operands.front() + "\"",
                    "see ringfence denials for single units");
    ReportRequest request;
    request.made = now();
    const auto since = time_argument(*arguments, "since", default_since, request.made);
    const auto until = time_argument(*arguments, "until", "now", request.made);
    if (!since) return tl::unexpected(since.error());
    if (!until) return tl::unexpected(until.error());
    if (*since > *until) return fail("", "--since is after --until", "exchange them");
    request.since = *since;
    request.until = *until;
    request.sources.directory = arguments->value("directory");
    request.sources.files = arguments->values("file");
    request.html = arguments->value("html");
    request.prometheus = arguments->value("prometheus");
    request.json = arguments->has("json");
    request.paged = !arguments->has("no-pager");
    request.help = arguments->has("help");
    return request;
}

// A local report also names the units that are attached and did not start.
Result<std::vector<PlannedUnit>> planned_units() {
    const auto site = open_site("/", unit::Scope::system);
    if (!site) return tl::unexpected(site.error());
    std::vector<PlannedUnit> units;
    for (const dropin::PlannedFile& file : site->plan().files) {
        if (file.outcome == dropin::Outcome::nothing || file.unit.ends_with("@.service")) continue;
        const bool refused = file.outcome != dropin::Outcome::fenced;
        units.push_back({file.unit, file.policy,
                         refused && !file.reasons.empty() ? to_string(file.reasons.front()) : ""});
    }
    return units;
}

std::string host_name() {
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? static_cast<const char*>(name) : "";
}

std::string subject_of(const ReportRequest& request, const ReportData& data) {
    if (!request.fleet()) return host_name();
    std::set<std::string> hosts;
    for (const ReportUnit& unit : data.units)
        hosts.insert(unit.host);
    for (const auto& one : data.series)
        hosts.insert(one.host);
    return hosts.size() == 1 ? *hosts.begin() : fmt::format("{} hosts", hosts.size());
}

// What is read of denials besides their place in time.
Result<void> read_denials(journal::Source& source, const ReportRequest& request,
                          bool pids_comparable, ReportData& data) {
    journal::ReviewOptions options;
    options.since = request.since;
    options.until = request.until;
    options.pids_comparable = pids_comparable;
    options.each = [&](const journal::Attribution& whose, const std::string& host,
                       const journal::DenialEvent& event) {
        if (whose.reason == journal::Reason::attributed)
            data.timeline.add(host, whose.unit.shown(), event.access.blockers, event.time);
        else if (whose.reason != journal::Reason::other_landlock_user)
            ++data.unattributed;
    };
    const auto review = journal::review(source, options);
    if (!review) return tl::unexpected(review.error());
    data.lost = review->losses.audit + review->losses.suppressed + review->losses.missed;
    data.series = data.timeline.series();
    return {};
}

Result<ReportData> make_report(const ReportRequest& request) {
    const auto opened = open_denials_source(request.sources);
    if (!opened) return tl::unexpected(opened.error());
    journal::Source& source = *opened->source;
    ReportData data{"",
                    request.fleet(),
                    request.since,
                    request.until,
                    request.made,
                    {},
                    journal::Timeline(request.since, request.until),
                    {},
                    0,
                    0};
    const auto starts = journal::read_starts(source, request.since, request.until);
    if (!starts) return tl::unexpected(starts.error());
    if (auto done = read_denials(source, request, opened->pids_comparable, data); !done)
        return tl::unexpected(done.error());
    std::vector<PlannedUnit> planned;
    if (!request.fleet()) {
        auto units = planned_units();
        if (!units) return tl::unexpected(units.error());
        planned = std::move(*units);
    }
    data.units = report_units(*starts, planned, host_name(), data.series);
    data.subject = subject_of(request, data);
    return data;
}

// Readers of the file (a web server, the exporter) see the old report or the new one.
Result<void> write_report(const std::string& path, const std::string& text) {
    if (path == "-") {
        show(text, false);
        return {};
    }
    const auto written = replace_file(path, text, Durability::none);
    if (!written) return fail(path, "cannot write the report: " + written.error().message());
    return {};
}

Result<void> put_out(const ReportRequest& request, const ReportData& data) {
    if (!request.html.empty())
        if (auto done = write_report(request.html, report_html(data)); !done) return done;
    if (!request.prometheus.empty())
        if (auto done = write_report(request.prometheus, report_prometheus(data)); !done)
            return done;
    if (request.json)
        show(report_json(data), false);
    else if (request.html.empty() && request.prometheus.empty())
        show(report_text(data), request.paged);
    return {};
}

int report_help() {
    fmt::print(
        "Usage: ringfence report [OPTION…]\n\n"
        "Report on the fenced units of this host or of a fleet: how they started, what was "
        "denied.\n\n{}\nringfence-report(1) has more.\n",
        options_help(report_options));
    return exit_success;
}

int complain(const Diagnostics& problems, int status) {
    for (const Diagnostic& problem : problems)
        fmt::print(stderr, "ringfence report: {}\n", printable(to_string(problem)));
    return status;
}

}  // namespace

int run_report(const std::vector<std::string>& words) {
    const auto request = read_report_request(words);
    if (!request) return complain(request.error(), exit_usage);
    if (request->help) return report_help();
    const auto data = make_report(*request);
    if (!data) return complain(data.error(), exit_failure);
    if (const auto done = put_out(*request, *data); !done)
        return complain(done.error(), exit_failure);
    return data->count(UnitState::refused) == 0 ? exit_success : exit_warning;
}

}  // namespace ringfence::cli
