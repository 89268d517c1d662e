// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/report_data.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace ringfence::cli {

namespace {

UnitState state_of(journal::StartStatus status) {
    switch (status) {
        case journal::StartStatus::enforced:
            return UnitState::enforced;
        case journal::StartStatus::degraded:
            return UnitState::degraded;
        case journal::StartStatus::refused:
            return UnitState::refused;
    }
    return UnitState::not_started;
}

ReportUnit started(const journal::UnitStarts& start) {
    return {start.host,
            start.unit.shown(),
            start.policy,
            state_of(start.status),
            start.abi,
            {start.unenforced.begin(), start.unenforced.end()},
            start.status == journal::StartStatus::refused ? start.error : "",
            start.time,
            start.enforced,
            start.degraded,
            start.refused,
            0};
}

}  // namespace

const char* name_of(UnitState state) {
    switch (state) {
        case UnitState::enforced:
            return "enforced";
        case UnitState::degraded:
            return "degraded";
        case UnitState::refused:
            return "refused";
        case UnitState::not_started:
            return "not-started";
    }
    return "";
}

std::uint64_t ReportData::count(UnitState state) const {
    return static_cast<std::uint64_t>(std::count_if(
        units.begin(), units.end(), [&](const ReportUnit& unit) { return unit.state == state; }));
}

std::vector<ReportUnit> report_units(const journal::Starts& starts,
                                     const std::vector<PlannedUnit>& planned,
                                     const std::string& host,
                                     const std::vector<journal::Timeline::Series>& series) {
    std::map<std::pair<std::string, std::string>, ReportUnit> rows;
    for (const journal::UnitStarts& start : starts.units)
        rows.insert_or_assign({start.host, start.unit.shown()}, started(start));
    for (const PlannedUnit& plan : planned) {
        ReportUnit row;
        row.host = host;
        row.unit = plan.unit;
        row.policy = plan.policy;
        row.error = plan.error;
        if (!plan.error.empty()) row.state = UnitState::refused;
        rows.try_emplace({host, plan.unit}, std::move(row));
    }
    for (const journal::Timeline::Series& one : series) {
        const auto row = rows.find({one.host, one.unit});
        if (row != rows.end()) row->second.denials += one.count;
    }
    std::vector<ReportUnit> units;
    for (auto& [key, row] : rows)
        units.push_back(std::move(row));
    return units;
}

std::string utc(journal::Time time) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(
                           std::chrono::floor<std::chrono::seconds>(time))));
}

}  // namespace ringfence::cli
