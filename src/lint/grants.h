// SPDX-License-Identifier: LGPL-2.1-or-later
// What rules grant in the end, all layers taken together. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "landlock/groups.h"
#include "landlock/rights.h"
#include "policy/coverage.h"

namespace ringfence::lint {

inline constexpr landlock::Access reads = landlock::access_of("fs.read_file");
inline constexpr landlock::Access executes = landlock::access_of("fs.execute");
inline constexpr landlock::Access connects = landlock::access_of("fs.resolve_unix");
/// All that changes files.
inline constexpr landlock::Access changes =
    landlock::Access{landlock::known_at(landlock::newest_abi).fs, 0, 0} - landlock::read_access -
    executes - connects - landlock::access_of("fs.ioctl_dev");

class Grants {
  public:
    explicit Grants(const policy::Rules& rules) : coverage_(rules) {
        for (const policy::Layer& layer : rules.layers)
            handled_ |= policy::handled(layer);
    }

    /// What a rule gives in the end: not what nobody restricts.
    landlock::Access at(std::string_view path) const { return coverage_.allowed(path) & handled_; }
    /// The part of a rule's own rights that no layer takes away again.
    landlock::Access of(const policy::PathRule& rule) const {
        return rule.access & coverage_.allowed(policy::simplify(rule.path));
    }
    bool handles(const landlock::Access& access) const { return handled_.contains(access); }
    std::vector<policy::Origin> origins(std::string_view path,
                                        const landlock::Access& access) const {
        return coverage_.origins(path, access);
    }

  private:
    policy::Coverage coverage_;
    landlock::Access handled_;
};

/// Whether the policy itself, and not only what it extends, has the rule.
bool is_own(const std::vector<policy::Origin>& origins);

/// "fs.read_file, fs.read_dir".
std::string names_of(const landlock::Access& access);

/// "a, b, c and 4 more".
std::string list_of(const std::vector<std::string>& words);

}  // namespace ringfence::lint
