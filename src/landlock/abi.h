// SPDX-License-Identifier: LGPL-2.1-or-later
// What the running kernel can enforce.
//
// Source: landlock_create_ruleset(2) with LANDLOCK_CREATE_RULESET_VERSION (Linux 5.13) and
// LANDLOCK_CREATE_RULESET_ERRATA (Linux 6.15, and stable kernels before it).
#pragma once

#include <cstdint>

#include "landlock/rights.h"

namespace ringfence::landlock {

/// Why there is no Landlock at all.
enum class Absence : std::uint8_t {
    none,         ///< there is Landlock: abi is 1 or more
    not_built,    ///< ENOSYS: the kernel has no CONFIG_SECURITY_LANDLOCK, or is older than 5.13
    not_enabled,  ///< EOPNOTSUPP: built, but "landlock" is not in the LSM list (lsm= or CONFIG_LSM)
    refused,      ///< any other answer, for example the errno that a seccomp filter is set to
};

struct Support {
    int abi = 0;         ///< 1…newest_abi, clamped to what rights.h knows; 0 without Landlock
    int kernel_abi = 0;  ///< the kernel's own number, to be shown, such as 13; 0 without Landlock
    Absence absence = Absence::none;
    std::uint32_t errata = 0;  ///< bit N-1: erratum N is fixed; 0 if the kernel cannot tell

    constexpr Access known() const { return known_at(abi); }
};

/// Interprets the two results of the kernel, each a value or -errno.
constexpr Support interpret(long version, long errata) {
    Support support;
    if (version > 0) {
        support.kernel_abi = version > 0x7fffffff ? 0x7fffffff : static_cast<int>(version);
        support.abi = version > newest_abi ? newest_abi : static_cast<int>(version);
        support.errata = errata > 0 ? static_cast<std::uint32_t>(errata) : 0;
        return support;
    }
    constexpr long enosys = 38;
    constexpr long eopnotsupp = 95;
    support.absence = version == -enosys       ? Absence::not_built
                      : version == -eopnotsupp ? Absence::not_enabled
                                               : Absence::refused;
    return support;
}

/// Asks the kernel, by two system calls that change nothing.
Support probe();

}  // namespace ringfence::landlock
