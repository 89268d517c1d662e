// SPDX-License-Identifier: LGPL-2.1-or-later
// The state of one unit's fence, from what four parties say. Pure: nothing is read or asked here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/manager.h"
#include "dropin/plan.h"
#include "journal/wrapper_report.h"

namespace ringfence::cli {

/// ringfence-status(1), STATES.
enum class FenceState : std::uint8_t {
    unattached,
    hidden,
    masked,
    refused,
    not_generated,
    unfenced,
    stale,
    outdated,
    unknown,
    degraded,
    enforced,
    attached,
};

/// The state's name, and what it does to the exit status.
struct StateRow {
    const char* name;
    int exit_status;
    FenceState state;
};
const StateRow& state_row(FenceState state);

inline constexpr int exit_due = 3;         ///< a reload or restart is due
inline constexpr int exit_not_fenced = 4;  ///< a unit has no fence, or does not start

/// What is known about one unit.
struct Evidence {
    std::string unit;

    // The unit files and policies as they are now; for a static fence, rendered anew.
    std::optional<dropin::PlannedFile> planned;
    bool is_static = false;
    bool hidden = false;  ///< no generator can see the unit

    // What is on disk of it.
    std::string dropin;                  ///< path of the drop-in that must be there
    std::optional<std::string> on_disk;  ///< its text
    bool stamp = false;                  ///< the generator's run came to its end

    // systemd; nothing: not asked, or a template.
    std::optional<LoadedUnit> loaded;

    // The wrapper's report about the last start, and whether the journal reaches back to that.
    std::optional<journal::WrapperReport> report;
    bool journal_complete = false;
};

struct Status {
    std::string unit;
    FenceState state = FenceState::unattached;
    std::string policy;
    std::string digest;  ///< of the fence of the next start
    std::string active;  ///< systemd's ActiveState; empty when not asked
    bool is_static = false;
    std::vector<std::string> reasons;
    std::vector<std::string> unenforced;
    std::optional<journal::WrapperReport> running;  ///< of what runs now
};

Status judge(const Evidence& evidence);

}  // namespace ringfence::cli
