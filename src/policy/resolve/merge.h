// SPDX-License-Identifier: LGPL-2.1-or-later
// The union of rules from several files. To merge is idempotent, associative, and commutative
// except for the order of `systemd` and of origins (tests/unit/policy/resolve/merge_test.cc).
#pragma once

#include <string>
#include <vector>

#include "policy/model/policy.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

/// The rules of some files in the normal form that Layer has, but not masked to an ABI.
struct MergedRules {
    std::vector<PathRule> paths;
    std::vector<PortRule> ports;
    std::vector<PathRule> elsewhere;  ///< as Layer::elsewhere
    std::vector<QuietPath> quiet;     ///< sorted by (path, optional)
    std::vector<Directive> systemd;  ///< in reading order, which decides what systemd makes of them
    std::vector<SourceFile> sources;  ///< each file once
    std::vector<Removal> removed;
    std::vector<Exception> exceptions;              ///< each place once
    std::vector<KeptCapability> kept_capabilities;  ///< each place once
};

/// Moves the rules that are not for this architecture to Ruleset::elsewhere. With nullptr, which is
/// an architecture that is not known, all rules stay: without its loader, a service does not start.
void take_elsewhere_out(Policy& policy, const Architecture* architecture);

/// The rules of one set of tables. `chain` is Origin::policy of each.
MergedRules rules_of(const Ruleset& rules, const SharedText& chain);

/// The rules of a file, and what else of it is merged: quiet paths, directives, exceptions and
/// capabilities.
MergedRules rules_of(const Policy& policy, const SharedText& chain);

/// Adds `other` to `merged`. What both have from the same place, such as a directive of an
/// abstraction that two policies extend, is taken once.
void merge(MergedRules& merged, MergedRules other);

/// Removes the rules that a drop-in takes away. Adds a problem for each removal that finds no rule,
/// unless it is written with "-".
void remove(MergedRules& merged, const Ruleset& removals, const SharedText& chain,
            Diagnostics& problems);

/// Puts `prefix` before Origin::policy of everything.
void prefix_origins(MergedRules& merged, const std::string& prefix);

/// Takes away the rights that a ruleset does not handle, and the rows that then have none.
void mask(MergedRules& merged, const landlock::Access& handled);

/// Adds rules to a finished layer. `paths` and `ports` may be in any order and may grant rights
/// that the layer does not handle: the layer keeps what Layer promises (sorted, one row a path,
/// ranges joined, masked).
void add_rules(Layer& layer, std::vector<PathRule> paths, std::vector<PortRule> ports = {});

/// Makes the rules for other architectures count, too.
void take_elsewhere_in(Rules& rules);

}  // namespace ringfence::policy
