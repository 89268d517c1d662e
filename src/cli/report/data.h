// SPDX-License-Identifier: LGPL-2.1-or-later
// The data of `ringfence report`, the same for every form of the output.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/terminal.h"
#include "journal/starts.h"
#include "journal/timeline.h"

namespace ringfence::cli {

enum class UnitState : std::uint8_t { enforced, degraded, refused, not_started, unconfirmed };
inline constexpr UnitState unit_states[] = {UnitState::enforced, UnitState::degraded,
                                            UnitState::refused, UnitState::not_started,
                                            UnitState::unconfirmed};

/// "enforced", "degraded", "refused", "not-started", "unconfirmed".
const char* name_of(UnitState state);

struct ReportUnit {
    std::string host;
    std::string unit;
    std::string policy;
    UnitState state = UnitState::not_started;
    int abi = 0;                                            ///< the kernel's; 0: not known
    std::vector<std::string> unenforced;                    ///< rights
    std::string error;                                      ///< why it is refused
    std::optional<Time> time;                               ///< of its last start
    std::uint64_t enforced = 0, degraded = 0, refused = 0;  ///< starts
    std::uint64_t denials = 0;
    journal::Id boot = {};        ///< of its last start
    bool system_service = false;  ///< of the system manager, and not a user's manager
};

/// The kernel of a host: what all its units have in common.
struct ReportKernel {
    std::string host;
    int abi = 0;                          ///< 0: not known, or without Landlock
    bool degraded = false;                ///< the ABI is below expected_abi
    std::vector<std::string> unenforced;  ///< rights of units that it is too old for
};

struct ReportData {
    std::string subject;  ///< whose report it is: a host's name, or "3 hosts"
    bool fleet = false;   ///< the journals may be of several hosts
    Time since, until, made;
    std::vector<ReportUnit> units;  ///< sorted by host and name
    journal::Timeline timeline;
    std::vector<journal::Timeline::Series> series;
    std::uint64_t unattributed = 0;  ///< denials by ringfence's fences without a unit
    std::uint64_t lost = 0;          ///< records that are known to be lost
    std::uint64_t dropped = 0;       ///< reports and domains beyond the limits of memory
    std::uint64_t unread = 0;        ///< what may be denials and could not be read
    bool proved = true;              ///< no denial is from a log that any user can write to
    int expected_abi = 0;            ///< the ABI that ringfence.conf expects; 0: none
    std::vector<ReportKernel> kernels;

    std::uint64_t count(UnitState state) const;
    bool has_degraded_kernel() const;
};

/// A unit that the generator fences or refuses. The report has a row for it even if it did not
/// start.
struct PlannedUnit {
    std::string unit;
    std::string policy;
    std::string error;  ///< not empty: refused
};

/// Whether a report about the unit can be true: it asks for a fence, and was not started without.
/// Empty for journals of other machines, which nobody can ask.
using IsFenced = std::function<bool(const journal::Unit&)>;

/// The rows of all units. A start whose report cannot be true is unconfirmed.
std::vector<ReportUnit> report_units(const journal::Starts& starts,
                                     const std::vector<PlannedUnit>& planned,
                                     const std::string& host, const IsFenced& is_fenced,
                                     const std::vector<journal::Timeline::Series>& series);

/// The kernels of the hosts that `units` are of, sorted by host. `known`: the kernel of a host that
/// was asked itself. Of the others, the reports of the latest boot say it. Every user can send one,
/// so only those of the system's services count if there are any, and of these the lowest ABI: none
/// can better what another says.
std::vector<ReportKernel> report_kernels(const std::vector<ReportUnit>& units, int expected_abi,
                                         const std::optional<ReportKernel>& known = {});

std::string report_text(const ReportData& data, const Terminal& terminal);
std::string report_json(const ReportData& data);
std::string report_html(const ReportData& data);
std::string report_prometheus(const ReportData& data);

}  // namespace ringfence::cli
