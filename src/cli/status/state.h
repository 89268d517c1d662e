// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds the state of one unit's fence from the files, the generator's output, systemd and the
// journal. The facts come from evidence.h: nothing is read or asked here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/last_start.h"
#include "cli/site/manager.h"
#include "dropin/foreign.h"
#include "journal/wrapper_report.h"
#include "unit/load_path.h"

namespace ringfence::cli {

/// The states of ringfence-status(1), section STATES.
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

/// The name of the state, and the exit status that it leads to.
struct StateRow {
    const char* name;
    int exit_status;
    FenceState state;
};
const StateRow& state_row(FenceState state);

/// No fence: the unit does not ask for one.
struct NoFence {};

/// The fence that the unit files and policies ask for as they are now.
struct DueFence {
    std::string policy;
    std::string digest;
    std::string text;  ///< what the drop-in must contain
};

/// The unit files ask for a fence that the unit cannot get.
struct NoStart {
    FenceState state = FenceState::refused;  ///< refused, hidden or masked
    Diagnostics reasons;
};

/// The unit file asks for a fence, and another generator made it, so ringfence's generator did not
/// see it.
struct UnseenRequest {
    std::string why;
};

/// The facts about one unit.
struct FenceEvidence {
    std::string unit;
    unit::Scope scope = unit::Scope::system;  ///< the manager that runs it

    std::variant<NoFence, DueFence, NoStart, UnseenRequest> due;
    bool is_static = false;  ///< it has a drop-in of ringfence enable --static

    // The fence on the disk.
    std::string dropin;                  ///< path of the drop-in that must be there
    std::optional<std::string> on_disk;  ///< its text
    bool stamp = false;                  ///< the generator finished
    /// Files of other generators that change the command.
    std::vector<dropin::ForeignDropin> foreign;

    // The unit as systemd has it. Nothing if systemd was not asked, or if the unit is a template.
    std::optional<LoadedUnit> loaded;

    // What shows how it was started last, the digest that systemd recorded then (last_start.h), the
    // wrapper's report about that start, and whether the journal must have one (workspace.h).
    StartProof proof = StartProof::none;
    std::string recorded;
    std::optional<journal::WrapperReport> report;
    bool late_report = false;
    bool journal_complete = false;
    int kernel_abi = 0;    ///< of the running kernel
    int expected_abi = 0;  ///< the ABI that ringfence.conf expects; 0: none
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
    std::vector<std::string> stood_in;              ///< rights for which something else stands in
    std::optional<journal::WrapperReport> running;  ///< of the running service
};

Status judge(const FenceEvidence& evidence);

/// The kernel of the machine, for all units at once.
struct KernelStatus {
    int abi = 0;                          ///< 0: it was not asked, or has no Landlock
    int expected_abi = 0;                 ///< the ABI that ringfence.conf expects; 0: none
    std::string expected_by;              ///< the place in ringfence.conf
    std::vector<std::string> unenforced;  ///< rights of running units that it is too old for

    bool is_below() const { return abi < expected_abi; }
};

/// `kernel`, with the rights that it does not enforce for `units`.
KernelStatus with_rights(KernelStatus kernel, const std::vector<Status>& units);

}  // namespace ringfence::cli
