// SPDX-License-Identifier: LGPL-2.1-or-later
// The union of rules from several files.
//
// Idempotent, associative, and commutative but for the order of `systemd` and of origins
// (tests/unit/policy/merge_test.cc).
#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// The rules of some files in normal form: as in Layer, but not yet masked to an ABI.
struct Body {
    std::vector<PathRule> paths;
    std::vector<PortRule> ports;
    std::vector<QuietPath> quiet;    ///< sorted by (path, optional)
    std::vector<Directive> systemd;  ///< in reading order: systemd appends, or the last one wins
    std::vector<Source> sources;     ///< each path once
    std::vector<Removal> removed;
    std::vector<Exception> exceptions;  ///< each place once
};

/// The paths and ports of one set of tables. `chain` names the policy, for the origins.
Body body_of(const Ruleset& rules, const SharedText& chain);

/// Those, and what else of a file is merged: quiet paths and directives.
Body body_of(const Policy& policy, const SharedText& chain);

/// Adds `other` to `body`. The same directive of the same place is taken once.
void merge(Body& body, Body other);

/// Takes the rules away that a drop-in of `chain` removes. Adds a problem for each that is not
/// there, unless it was written with "-".
void remove(Body& body, const Ruleset& removals, const SharedText& chain, Diagnostics& problems);

/// Puts `prefix` before the chain of every origin.
void prefix_origins(Body& body, const std::string& prefix);

/// Masks to what a ruleset handles; rows without a right left disappear.
void mask(Body& body, const landlock::Access& handled);

}  // namespace ringfence::policy
