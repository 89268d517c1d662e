// SPDX-License-Identifier: LGPL-2.1-or-later
// Landlock's three system calls and their structures. They are declared here because the headers of
// distributions are years behind (those of Debian 12 know ABI 2). Source:
// include/uapi/linux/landlock.h of Linux 7.3. Results are those of the kernel, a value or -errno;
// errno itself is not touched.
#pragma once

#include <cstddef>
#include <cstdint>

#include "landlock/arch.h"

namespace ringfence::landlock {

/// struct landlock_ruleset_attr. A kernel that knows a shorter structure takes this one if the rest
/// is zero (otherwise it says E2BIG). So the whole structure can be passed to every kernel.
struct RulesetAttr {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;  // ABI 4
    std::uint64_t scoped = 0;              // ABI 6
    std::uint64_t quiet_access_fs = 0;     // ABI 10
    std::uint64_t quiet_access_net = 0;    // ABI 10
    std::uint64_t quiet_scoped = 0;        // ABI 10
};
static_assert(sizeof(RulesetAttr) == 48);

struct [[gnu::packed]] PathBeneathAttr {
    std::uint64_t allowed_access = 0;
    std::int32_t parent_fd = -1;
};
static_assert(sizeof(PathBeneathAttr) == 12);

struct NetPortAttr {
    std::uint64_t allowed_access = 0;
    std::uint64_t port = 0;
};

enum class RuleType : int { path_beneath = 1, net_port = 2 };

inline constexpr unsigned create_ruleset_version = 1u << 0;
inline constexpr unsigned create_ruleset_errata = 1u << 1;

// The numbers are the same on all architectures that have these calls.
inline constexpr long number_create_ruleset = 444;
inline constexpr long number_add_rule = 445;
inline constexpr long number_restrict_self = 446;

inline long create_ruleset(const RulesetAttr* attr, std::size_t size, unsigned flags) {
    return arch::call(number_create_ruleset, reinterpret_cast<long>(attr), static_cast<long>(size),
                      static_cast<long>(flags));
}

inline long add_rule(int ruleset, RuleType type, const void* attr, unsigned flags) {
    return arch::call(number_add_rule, ruleset, static_cast<long>(type),
                      reinterpret_cast<long>(attr), static_cast<long>(flags));
}

inline long restrict_self(int ruleset, unsigned flags) {
    return arch::call(number_restrict_self, ruleset, static_cast<long>(flags));
}

}  // namespace ringfence::landlock
