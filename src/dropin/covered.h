// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that need no option of the wrapper, because another rule of the same layer allows as much:
// `systemctl status` shows the whole command line of a service.
//
// A rule is left out only if that changes nothing at the start of the service: when a link leads
// somewhere else by then, the service would lack the rule. So both rules are on paths that packages
// or the kernel alone change; see SystemPaths. If a package makes such a link, the generator's text
// becomes another one, and `ringfence status` says that the drop-in is stale.
// These rules always have theirs:
//  - a rule without "-": its path is missed at the start, and the service refused;
//  - a rule on the unit's program: without it, nothing would start;
//  - a rule that lets the service make links: exec/reach looks for its directory.
#pragma once

#include <string>
#include <sys/types.h>
#include <unordered_map>
#include <vector>

#include "dropin/own_writes.h"
#include "dropin/settings.h"
#include "policy/model/rules.h"

namespace ringfence::dropin {

/// What paths of rules lead to, for paths that no administrator, service or mount changes: in /usr,
/// but not in /usr/local, and in /proc and /sys, where no link counts. It remembers them: the rules
/// of many units are those of a few abstractions.
class SystemPaths {
  public:
    struct Real {
        std::string path;      ///< without links; empty: others may change it
        bool is_file = false;  ///< the kernel's own, which never becomes a directory
        dev_t device = 0;      ///< when a file moves, Landlock looks at its file system first
    };

    /// `links` must outlive it.
    explicit SystemPaths(Links& links) : links_(links) {}

    /// `written`: as in a rule, with specifiers and variables, which are never certain.
    const Real& find(const std::string& written);

  private:
    Real examine(const std::string& written);
    Real at(const std::string& path) const;

    Links& links_;
    std::unordered_map<std::string, Real> known_;
};

/// A rule, and the one that allows as much.
struct CoveredRule {
    const policy::PathRule* rule;
    const policy::PathRule* by;  ///< is not covered itself
};

/// The covered rules of a layer.
std::vector<CoveredRule> covered_rules(const policy::Layer& layer, SystemPaths& paths);

/// Whether the unit sees the machine's files at all of their paths. A mount of its own may have
/// links that the machine does not have.
bool sees_system_paths(const Settings& settings);

}  // namespace ringfence::dropin
