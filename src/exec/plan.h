// SPDX-License-Identifier: LGPL-2.1-or-later
// What the options ask for, all of it checked before anything is done.
#pragma once

#include "exec/arguments.h"
#include "exec/options.h"
#include "landlock/abi.h"

namespace ringfence::exec {

struct LayerPlan {
    int abi = 0;
    landlock::Access unrestricted;
    landlock::Access scopes;

    /// What this layer restricts, wherever the kernel can.
    landlock::Access handled() const {
        return ((landlock::known_at(abi) - landlock::Access{0, 0, ~std::uint64_t{0}}) -
                unrestricted) |
               scopes;
    }
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
    bool unsets = false;     ///< there is an --unset-environment=
    int failure_status = 0;  ///< 0: each failure has its own
};

/// Reads and checks every option. On failure `*plan` holds what was read before the faulty one: the
/// report needs the names, and --failure-status= must count from where it stands.
bool make_plan(const Arguments& arguments, Plan* plan, Failure* failure);

/// What was asked for and is not enforced by a kernel with this support.
///
/// fs.refer is never in it: a kernel that does not know it (ABI 1) denies it always.
landlock::Access unenforced(const Plan& plan, const landlock::Support& support);

/// Refuses (status 77) where the kernel gives less than the plan allows: no Landlock, an ABI below
/// the minimum, anything unenforced when strict, nothing left to enforce.
bool check_support(const Plan& plan, const landlock::Support& support, Failure* failure);

}  // namespace ringfence::exec
