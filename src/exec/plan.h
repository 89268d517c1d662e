// SPDX-License-Identifier: LGPL-2.1-or-later
// What the options ask for. Everything is checked before anything is done.
#pragma once

#include "exec/arguments.h"
#include "exec/options.h"
#include "landlock/abi.h"
#include "landlock/handling.h"
#include "landlock/link_trust.h"

namespace ringfence::exec {

struct LayerPlan {
    int abi = 0;
    landlock::Access unrestricted;
    landlock::Access scopes;

    /// The rights that this layer restricts on a kernel that knows all of them.
    landlock::Access handled() const { return landlock::handled(abi, unrestricted, scopes); }
};

struct Plan {
    LayerPlan layers[landlock::max_layers];
    int layer_count = 1;
    int minimum_abi = 1;
    bool strict = false;  ///< --minimum-abi=all
    bool refuse = false;
    std::string_view refusal;  ///< of --refuse=
    std::string_view policy;
    std::string_view digest;
    const char* argv0 = nullptr;
    const char* search_path = nullptr;
    std::uint8_t log = log_all;
    std::uint8_t reports = report_auto;
    landlock::LinkTrust trust = landlock::LinkTrust::others;
    bool forbids_landlock = false;
    landlock::CapabilitySet dropped = 0;  ///< capabilities that are taken away
    bool stands_in = false;               ///< a --stand-in= is given
    bool unsets = false;                  ///< an --unset-environment= is given
    /// The program does not see $NOTIFY_SOCKET: systemd takes messages for the report alone.
    bool hides_notify = false;
    int failure_status = 0;  ///< 0: each failure has its own
};

/// Reads and checks every option. On failure, `*plan` has what was read before the wrong option:
/// the report needs the names, and a --failure-status= before it must be used.
bool make_plan(const Arguments& arguments, Plan* plan, Failure* failure);

/// The rights that the plan restricts and a kernel with this support does not enforce.
///
/// fs.refer is never one of them: a kernel that does not know it (ABI 1) always denies it.
landlock::Access unenforced(const Plan& plan, const landlock::Support& support);

/// Refuses (exit_cannot_enforce) if the kernel enforces less than the plan demands: it has no
/// Landlock, its ABI is below the minimum, it cannot enforce everything and the plan is strict, or
/// it can enforce nothing.
bool check_support(const Plan& plan, const landlock::Support& support, Failure* failure);

}  // namespace ringfence::exec
