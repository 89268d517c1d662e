// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence report`: ringfence-report(1).
#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

#include "cli/report/data.h"
#include "cli/site/journal_source.h"
#include "cli/site/site.h"
#include "cli/site/workspace.h"
#include "cli/terminal/output.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/terminal/time_argument.h"
#include "cli/verbs.h"
#include "dropin/plan.h"
#include "dropin/static_dropin.h"
#include "journal/review.h"
#include "journal/sd_source.h"
#include "landlock/abi.h"

namespace ringfence::cli {

namespace {

constexpr char default_since[] = "-7d";

struct ReportRequest {
    JournalChoice choice;
    Time since, until, made;

    bool fleet() const { return !choice.directory.empty() || !choice.files.empty(); }
};

Result<ReportRequest> read_report_request(const Arguments& arguments) {
    ReportRequest request;
    request.made = now();
    const auto since = time_option(arguments, "since", default_since, request.made);
    const auto until = time_option(arguments, "until", "now", request.made);
    if (!since) return tl::unexpected(since.error());
    if (!until) return tl::unexpected(until.error());
    if (*since > *until) return fail("", "--since is after --until", "exchange them");
    request.since = *since;
    request.until = *until;
    request.choice.directory = arguments.value("directory");
    request.choice.files = arguments.values("file");
    return request;
}

// The report of this machine also has units that are fenced and did not start.
std::vector<PlannedUnit> planned_units(const dropin::Plan& plan) {
    std::vector<PlannedUnit> units;
    for (const dropin::PlannedFile& file : plan.files) {
        if (file.is_open() || file.unit.ends_with("@.service")) continue;
        const dropin::Fenced* fenced = file.fenced();
        const Diagnostics& reasons = file.reasons();
        units.push_back({file.unit, fenced == nullptr ? "" : fenced->policy,
                         reasons.empty() ? "" : to_string(reasons.front())});
    }
    return units;
}

// Whether the generator or a drop-in of ringfence enable --static fences the unit, and whether the
// running service was started that way (last_start.h). Only its user knows what a unit of a user's
// manager asks for.
class FencesHere {
  public:
    /// `site` must outlive the constructor only, and `plan` the object.
    FencesHere(const Site& site, const dropin::Plan& plan) : plan_(plan) {
        const auto map = unit::NameMap::build(site.root, site.units);
        for (const unit::DropinDirectory& directory : map.dropin_directories())
            if (const auto entries = site.root.list(directory.path))
                for (const DirectoryEntry& entry : *entries)
                    add(site.root, directory, entry.name);
        if (auto system = open_running_system(unit::Scope::system)) system_ = std::move(*system);
    }
    bool operator()(const journal::Unit& unit) const {
        if (!unit.user_name.empty()) return true;
        const auto name = unit::parse_service_name(unit.name);
        const dropin::PlannedFile* file = name ? dropin::file_of(plan_, *name) : nullptr;
        const bool asks = (file != nullptr && !file->is_open()) || static_.contains(unit.name);
        return asks && (!system_ || !name || !runs_unfenced(*name));
    }

  private:
    void add(const Root& root, const unit::DropinDirectory& directory, const std::string& file) {
        if (!file.ends_with("ringfence.conf")) return;
        const unit::Dropin dropin = {directory.path + "/" + file, directory.name};
        const auto text = root.read(dropin.path);
        if (text && dropin::is_static_dropin(dropin, *text)) static_.insert(directory.name);
    }

    bool runs_unfenced(const unit::ServiceName& name) const {
        const auto units = system_->loaded(name);
        if (!units || units->size() != 1 || !units->front().runs()) return false;
        const LastStart start = system_->last_start(units->front());
        return start.proof == StartProof::none ||
               (start.proof == StartProof::recorded && !start.report);
    }

    const dropin::Plan& plan_;
    std::optional<RunningSystem>
        system_;  // the sandbox of a report's service may not let it answer
    std::set<std::string> static_;
};

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

// Reads the denials: their distribution over time, and the numbers without a unit and of lost
// records.
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
    data.dropped = review->left_out;
    const journal::Losses& losses = review->losses;
    data.lost = losses.audit + losses.suppressed + losses.missed + losses.unprinted;
    data.unread = review->unread + review->malformed;
    data.proved = review->proved || review->records == 0;
    data.series = data.timeline.series();
    return {};
}

// A system call filter of the report's own service may keep the kernel from answering.
std::optional<ReportKernel> own_kernel(const landlock::Support& running) {
    if (running.absence == landlock::Absence::refused) return std::nullopt;
    return ReportKernel{host_name(), running.kernel_abi, false, {}};
}

Result<ReportData> make_report(const ReportRequest& request, const Site& site) {
    const auto opened = open_source(request.choice);
    if (!opened) return tl::unexpected(opened.error());
    if (!opened->note.empty()) print_note(opened->note);
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
                    0,
                    0,
                    0,
                    true};
    data.expected_abi = site.expected_abi();
    const landlock::Support running = landlock::probe();
    const auto starts = journal::read_starts(
        source, request.since, request.until,
        {data.expected_abi, journal::current_boot().value_or(journal::Id{}), running.abi});
    if (!starts) return tl::unexpected(starts.error());
    if (auto done = read_denials(source, request, opened->pids_comparable, data); !done)
        return tl::unexpected(done.error());
    if (request.fleet()) {
        data.units = report_units(*starts, {}, host_name(), {}, data.series);
        data.kernels = report_kernels(data.units, data.expected_abi);
    } else {
        const dropin::Plan plan = site.plan();
        const FencesHere is_fenced(site, plan);
        data.units = report_units(*starts, planned_units(plan), host_name(), std::ref(is_fenced),
                                  data.series);
        data.kernels = report_kernels(data.units, data.expected_abi, own_kernel(running));
    }
    data.dropped += starts->left_out;
    data.subject = subject_of(request, data);
    return data;
}

Result<void> print_report(const Arguments& arguments, const ReportData& data) {
    const std::string html = arguments.value("html"), prometheus = arguments.value("prometheus");
    // The files are written again at short intervals, so they need not survive a crash.
    if (!html.empty())
        if (auto done = write_output(html, report_html(data), Durability::none); !done) return done;
    if (!prometheus.empty())
        if (auto done = write_output(prometheus, report_prometheus(data), Durability::none); !done)
            return done;
    if (arguments.has(json_option.name))
        show(report_json(data), Paging::direct);
    else if (html.empty() && prometheus.empty())
        show(report_text(data, standard_output()), paging_of(arguments));
    return {};
}

int run_report(const Arguments& arguments) {
    const auto request = read_report_request(arguments);
    if (!request) return misused(request.error());
    const auto site = open_site("/", unit::Scope::system);
    if (!site) return failed(site.error());
    const auto data = make_report(*request, *site);
    if (!data) return failed(data.error());
    if (const auto done = print_report(arguments, *data); !done) return failed(done.error());
    // Nobody can tell then which kernel is expected.
    if (!site->defaults) print_problems(site->defaults.error());
    const bool good = site->defaults && data->count(UnitState::refused) == 0 &&
                      data->count(UnitState::degraded) == 0 && !data->has_degraded_kernel();
    return good ? exit_success : exit_attention;
}

constexpr Option report_options[] = {
    {"since", 'S', "TIME", "from this time on (the default is seven days ago)"},
    {"until", 'U', "TIME", "up to this time (the default is now)"},
    {"html", 0, "FILE", "write a page for a browser"},
    {"prometheus", 0, "FILE", "write metrics for the node exporter's textfile collector"},
    json_option,
    {"directory", 'D', "DIR", "report on the hosts whose journals are in this directory"},
    {"file", 0, "FILE", "read this journal file; may be given more than once"},
    no_pager_option,
    help_option,
};

constexpr ExitStatus report_statuses[] = {
    {exit_success, "the report was made"},
    {exit_failure, "it could not be made or written"},
    usage_status,
    {exit_attention,
     "the report was made, and a unit in it is refused or degraded, or a kernel is"},
};

}  // namespace

constinit const Verb report_verb = {
    "report",
    "report on the fences of a host or a fleet",
    "Report on the fenced units of this host or of a fleet: how they started, and what was denied.",
    {report_options, {}, "", {0, 0}},
    report_statuses,
    "ringfence-report(1)",
    run_report,
};

}  // namespace ringfence::cli
