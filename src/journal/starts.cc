// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/starts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "journal/wrapper_report.h"
#include "landlock/report.h"

namespace ringfence::journal {

namespace {

// Everybody can make units (a user manager's, for example), so their number is limited.
constexpr std::size_t most_units = 20000;
constexpr std::size_t longest_error = 4096;

struct Report {
    std::string invocation;
    UnitStarts start;
};

std::string text_field(Source& source, const char* name) {
    return std::string(source.field(name).value_or(""));
}

// If the program could not be executed, the service did not start, so that counts as refused.
std::optional<StartStatus> status_of(Source& source, const KernelFacts& facts) {
    if (source.field("MESSAGE_ID") == report::message_exec_failed) return StartStatus::refused;
    const int running = source.boot() == facts.boot ? facts.abi : 0;
    const std::string status = status_field(source, std::max(running, facts.expected_abi));
    if (status == report::status_enforced) return StartStatus::enforced;
    if (status == report::status_degraded) return StartStatus::degraded;
    if (status == report::status_refused) return StartStatus::refused;
    return std::nullopt;
}

std::optional<Report> read_report(Source& source, const KernelFacts& facts) {
    if (!is_wrapper_message(source.field("MESSAGE_ID").value_or(""))) return std::nullopt;
    const auto status = status_of(source, facts);
    if (!status) return std::nullopt;
    Report report;
    report.invocation = text_field(source, "_SYSTEMD_INVOCATION_ID");
    UnitStarts& start = report.start;
    start.machine = text_field(source, "_MACHINE_ID");
    start.host = text_field(source, "_HOSTNAME");
    start.unit = {text_field(source, "_SYSTEMD_UNIT"), text_field(source, "_SYSTEMD_USER_UNIT")};
    start.status = *status;
    start.time = source.time();
    start.boot = source.boot();
    start.policy = policy_field(source);
    start.digest = digest_field(source);
    start.abi = abi_field(source);
    start.unenforced = known_rights(source.field("LANDLOCK_UNENFORCED").value_or(""));
    start.error = source.field("LANDLOCK_ERROR").value_or("").substr(0, longest_error);
    return report;
}

std::uint64_t& counter_of(UnitStarts& starts, StartStatus status) {
    return status == StartStatus::enforced   ? starts.enforced
           : status == StartStatus::degraded ? starts.degraded
                                             : starts.refused;
}

// The row of a unit. It describes the unit's latest invocation.
class Row {
  public:
    void add(Report report, Time since) {
        const bool same = known_ && report.invocation == invocation_ && !invocation_.empty();
        if (same) return worsen(report.start);
        UnitStarts& start = report.start;
        start.enforced = unit_.enforced;
        start.degraded = unit_.degraded;
        start.refused = unit_.refused;
        counted_ = start.time >= since;
        if (counted_) ++counter_of(start, start.status);
        unit_ = std::move(start);
        invocation_ = std::move(report.invocation);
        known_ = true;
    }
    const UnitStarts& unit() const { return unit_; }

  private:
    void worsen(UnitStarts& later) {
        if (later.status != StartStatus::refused || unit_.status == StartStatus::refused) return;
        if (counted_) --counter_of(unit_, unit_.status);
        if (counted_) ++counter_of(unit_, later.status);
        unit_.status = later.status;
        unit_.error = std::move(later.error);
        unit_.time = later.time;
    }

    UnitStarts unit_;
    std::string invocation_;
    bool known_ = false;
    bool counted_ = false;
};

}  // namespace

const char* name_of(StartStatus status) {
    switch (status) {
        case StartStatus::enforced:
            return report::status_enforced;
        case StartStatus::degraded:
            return report::status_degraded;
        case StartStatus::refused:
            return report::status_refused;
    }
    return "";
}

Result<Starts> read_starts(Source& source, Time since, Time until, const KernelFacts& facts) {
    if (auto done = source.select({Pass::reports, Time::min(), until, std::nullopt, {}}); !done)
        return tl::unexpected(done.error());
    Starts starts;
    std::map<std::tuple<std::string, std::string, Unit>, Row> rows;
    for (;;) {
        const auto found = source.next();
        if (!found) return tl::unexpected(found.error());
        if (!*found) break;
        auto report = read_report(source, facts);
        if (!report) continue;
        UnitStarts& start = report->start;
        if (start.unit.empty()) {
            ++starts.without_unit;
            continue;
        }
        const std::tuple key(start.host, start.machine, start.unit);
        const auto row = rows.find(key);
        if (row == rows.end() && rows.size() >= most_units) {
            ++starts.left_out;
            continue;
        }
        rows[key].add(std::move(*report), since);
    }
    for (const auto& [key, row] : rows)
        starts.units.push_back(row.unit());
    return starts;
}

}  // namespace ringfence::journal
