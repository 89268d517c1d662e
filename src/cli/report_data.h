// SPDX-License-Identifier: LGPL-2.1-or-later
// What `ringfence report` shows, in every form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/starts.h"
#include "journal/timeline.h"

namespace ringfence::cli {

enum class UnitState : std::uint8_t { enforced, degraded, refused, not_started };

/// "enforced", "degraded", "refused", "not-started".
const char* name_of(UnitState state);

struct ReportUnit {
    std::string host;
    std::string unit;
    std::string policy;
    UnitState state = UnitState::not_started;
    int abi = 0;                                            ///< the kernel's; 0: not known
    std::vector<std::string> unenforced;                    ///< rights
    std::string error;                                      ///< why it was, or would be, refused
    std::optional<journal::Time> time;                      ///< of its last start
    std::uint64_t enforced = 0, degraded = 0, refused = 0;  ///< starts
    std::uint64_t denials = 0;
};

struct ReportData {
    std::string subject;  ///< whose report it is: a host's name, or "3 hosts"
    bool fleet = false;   ///< of journals from elsewhere: there may be several hosts
    journal::Time since, until, made;
    std::vector<ReportUnit> units;  ///< sorted by host and name
    journal::Timeline timeline;
    std::vector<journal::Timeline::Series> series;
    std::uint64_t unattributed = 0;  ///< denials without a unit, other Landlock users' left out
    std::uint64_t lost = 0;          ///< records that are known to be lost

    std::uint64_t count(UnitState state) const;
};

/// Rows of units that started, and of those that are attached (by `planned`: unit → policy, or the
/// reason why it is refused) and did not.
struct PlannedUnit {
    std::string unit;
    std::string policy;
    std::string error;  ///< not empty: refused
};
std::vector<ReportUnit> report_units(const journal::Starts& starts,
                                     const std::vector<PlannedUnit>& planned,
                                     const std::string& host,
                                     const std::vector<journal::Timeline::Series>& series);

std::string report_text(const ReportData& data);
std::string report_json(const ReportData& data);
std::string report_html(const ReportData& data);
std::string report_prometheus(const ReportData& data);

/// "2026-11-21 08:10:59", UTC.
std::string utc(journal::Time time);

}  // namespace ringfence::cli
