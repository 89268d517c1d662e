// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence status`: ringfence-status(1).
#include <algorithm>

#include "cli/site/workspace.h"
#include "cli/status/evidence.h"
#include "cli/status/output.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"
#include "landlock/abi.h"

namespace ringfence::cli {

namespace {

void explain_unknown(const std::vector<Status>& units, const Workspace& workspace) {
    const bool unknown = std::any_of(units.begin(), units.end(), [](const Status& unit) {
        return unit.state == FenceState::unknown;
    });
    if (unknown && workspace.system) print_problems(workspace.system->journal_problems);
}

// Only of this machine: an image may be booted with any kernel.
KernelStatus kernel_of(const Workspace& workspace) {
    if (!workspace.system) return {};
    KernelStatus kernel;
    kernel.abi = landlock::probe().kernel_abi;
    kernel.expected_abi = workspace.site.expected_abi();
    if (kernel.expected_abi > 0)
        kernel.expected_by = to_string(workspace.site.defaults->expected_abi_where);
    return kernel;
}

int run_status(const Arguments& arguments) {
    const auto workspace = open_workspace(arguments);
    if (!workspace) return failed(workspace.error());
    const auto evidence = collect_evidence(*workspace, arguments.operands);
    if (!evidence) return failed(evidence.error());
    std::vector<Status> units;
    int status = exit_success;
    for (const FenceEvidence& each : *evidence) {
        units.push_back(judge(each));
        status = std::max(status, state_row(units.back().state).exit_status);
    }
    const KernelStatus kernel = with_rights(kernel_of(*workspace), units);
    if (kernel.is_below()) status = std::max(status, exit_attention);
    if (arguments.has(json_option.name))
        show(status_json(units, kernel, status), Paging::direct);
    else
        show(status_text(units, kernel, standard_output()), paging_of(arguments));
    explain_unknown(units, *workspace);
    return status;
}

constexpr Option status_options[] = {
    json_option, root_option, user_option, no_pager_option, help_option,
};

constexpr ExitStatus status_statuses[] = {
    {exit_success, "all are enforced or attached"},
    {exit_failure, "a unit is unknown, or nothing could be found out"},
    usage_status,
    {exit_attention, "a reload or restart is due, or a fence or the kernel is degraded"},
    {exit_not_fenced, "a unit is not fenced or does not start"},
};

}  // namespace

constinit const Verb status_verb = {
    "status",
    "show which services are fenced, and how well",
    "Show which services are fenced, and how well. With --root no service manager is asked.",
    {status_options, {}, "[UNIT…]", {}},
    status_statuses,
    "ringfence-status(1)",
    run_status,
};

}  // namespace ringfence::cli
