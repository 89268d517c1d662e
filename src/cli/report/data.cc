// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/report/data.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "landlock/rights.h"
#include "policy/model/right_names.h"

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

// A user may choose the cgroups beneath user@UID.service, and with them whether there is a name of
// a unit in the user's manager.
bool is_system_service(const journal::Unit& unit) {
    return unit.user_name.empty() && unit.name.ends_with(".service") &&
           !unit.name.starts_with("user@");
}

ReportUnit started(const journal::UnitStarts& start, const IsFenced& is_fenced) {
    const bool refused = start.status == journal::StartStatus::refused;
    const bool sure = refused || !is_fenced || is_fenced(start.unit);
    return {start.host,
            start.unit.shown(),
            start.policy,
            sure ? state_of(start.status) : UnitState::unconfirmed,
            start.abi,
            start.unenforced,
            refused ? start.error : "",
            start.time,
            start.enforced,
            start.degraded,
            start.refused,
            0,
            start.boot,
            is_system_service(start.unit)};
}

// Whether the report says what kernel its host has.
bool names_kernel(const ReportUnit& unit) {
    return unit.abi > 0 && unit.time;
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
        case UnitState::unconfirmed:
            return "unconfirmed";
    }
    return "";
}

std::uint64_t ReportData::count(UnitState state) const {
    return static_cast<std::uint64_t>(std::count_if(
        units.begin(), units.end(), [&](const ReportUnit& unit) { return unit.state == state; }));
}

bool ReportData::has_degraded_kernel() const {
    return std::any_of(kernels.begin(), kernels.end(),
                       [](const ReportKernel& kernel) { return kernel.degraded; });
}

std::vector<ReportKernel> report_kernels(const std::vector<ReportUnit>& units, int expected_abi,
                                         const std::optional<ReportKernel>& known) {
    const auto rank = [](const ReportUnit& unit) {
        return std::pair(unit.system_service, *unit.time);
    };
    std::map<std::string, const ReportUnit*> latest;
    for (const ReportUnit& unit : units) {
        if (!names_kernel(unit)) continue;
        const ReportUnit*& best = latest.try_emplace(unit.host, &unit).first->second;
        if (rank(unit) > rank(*best)) best = &unit;
    }
    std::map<std::string, ReportKernel> hosts;
    for (const ReportUnit& unit : units) {
        if (!names_kernel(unit)) continue;
        const ReportUnit& last = *latest.at(unit.host);
        // Those of an earlier boot may have run on another kernel.
        if (unit.boot != last.boot || unit.system_service != last.system_service) continue;
        ReportKernel& kernel =
            hosts.try_emplace(unit.host, ReportKernel{unit.host, unit.abi, false, {}})
                .first->second;
        kernel.abi = std::min(kernel.abi, unit.abi);
    }
    if (known) hosts.insert_or_assign(known->host, *known);
    std::vector<ReportKernel> kernels;
    for (auto& [host, kernel] : hosts) {
        kernel.degraded = kernel.abi < expected_abi;
        landlock::Access awaited;
        for (const ReportUnit& unit : units)
            if (unit.host == host && unit.abi == kernel.abi)
                awaited |= policy::access_of(unit.unenforced) - landlock::known_at(kernel.abi);
        kernel.unenforced = policy::right_names(awaited);
        kernels.push_back(std::move(kernel));
    }
    return kernels;
}

std::vector<ReportUnit> report_units(const journal::Starts& starts,
                                     const std::vector<PlannedUnit>& planned,
                                     const std::string& host, const IsFenced& is_fenced,
                                     const std::vector<journal::Timeline::Series>& series) {
    // A unit of a user's manager may have the name of a unit of the system.
    std::map<std::tuple<std::string, std::string, std::string>, ReportUnit> rows;
    for (const journal::UnitStarts& start : starts.units) {
        const bool of_user = !start.unit.user_name.empty();
        rows.insert_or_assign({start.host, start.unit.shown(), of_user ? start.unit.name : ""},
                              started(start, is_fenced));
    }
    for (const PlannedUnit& plan : planned) {
        ReportUnit row;
        row.host = host;
        row.unit = plan.unit;
        row.policy = plan.policy;
        row.error = plan.error;
        if (!plan.error.empty()) row.state = UnitState::refused;
        rows.try_emplace({host, plan.unit, ""}, std::move(row));
    }
    for (const journal::Timeline::Series& one : series) {
        const auto row = rows.lower_bound({one.host, one.unit, ""});
        if (row != rows.end() && row->second.host == one.host && row->second.unit == one.unit)
            row->second.denials += one.count;
    }
    std::vector<ReportUnit> units;
    for (auto& [key, row] : rows)
        units.push_back(std::move(row));
    return units;
}

}  // namespace ringfence::cli
