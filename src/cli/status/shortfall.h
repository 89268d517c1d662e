// SPDX-License-Identifier: LGPL-2.1-or-later
// How much of a fence the kernel enforces: whether a fenced service is "enforced" or "degraded".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/wrapper_report.h"
#include "landlock/access.h"

namespace ringfence::cli {

struct FencedStart {
    // What the command says that systemd has loaded.
    landlock::Access asked;     ///< rights that the fence restricts
    landlock::Access stood_in;  ///< rights for which something else is to stand in
    /// The wrapper's report of the start, with the digest of this fence. Nothing if there is none.
    std::optional<journal::WrapperReport> report;
    int kernel_abi = 0;    ///< of the running kernel; 0: it does not answer
    int expected_abi = 0;  ///< the ABI that ringfence.conf expects; 0: none
};

struct Shortfall {
    landlock::Access unenforced;       ///< also what the kernel is only too old for
    std::vector<std::string> reasons;  ///< why the service is degraded; empty: it is enforced
};

/// What the kernel leaves out follows from the command and from the kernel. A report can only add
/// to it, so one that claims too much changes nothing, and one that claims less makes it worse.
Shortfall shortfall_of(const FencedStart& start);

}  // namespace ringfence::cli
