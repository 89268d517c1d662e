// SPDX-License-Identifier: LGPL-2.1-or-later
// Settings that a policy file, ringfence.conf and resolved rules all have.
#pragma once

#include <string_view>

namespace ringfence::policy {

/// The value of `minimum_abi` that stands for minimum_abi = "all": the service does not start
/// unless the kernel enforces all that the policy restricts. Any other value is an ABI version.
inline constexpr int minimum_abi_all = -1;

/// Of two values of `minimum_abi`, the one that refuses more kernels.
constexpr int stricter_minimum(int a, int b) {
    if (a == minimum_abi_all || b == minimum_abi_all) return minimum_abi_all;
    return a > b ? a : b;
}

/// The stand-in that hides the sockets which command the machine, where fs.resolve_unix is not
/// restricted (dropin/stand_ins.h).
inline constexpr std::string_view stand_in_sockets = "sockets";

/// Where a wrapper reports what it enforces (ringfence-exec(1), --report=).
struct Reports {
    bool notify = true;   ///< the status line of `systemctl status`
    bool journal = true;  ///< a record in the journal

    bool operator==(const Reports&) const = default;
};

}  // namespace ringfence::policy
