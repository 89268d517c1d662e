// SPDX-License-Identifier: LGPL-2.1-or-later
// Lists of rules in the normal form that Layer has. Paths are sorted, with one row for each (path,
// optional). Ports are sorted by (right, first), and the ranges of a right neither overlap nor
// touch. Private to this folder.
#pragma once

#include <vector>

#include "policy/model/policy.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

/// Brings rows of any order into normal form. Rows that become one row unite rights and origins.
void normalise(std::vector<PathRule>& rows);
void normalise(std::vector<QuietPath>& rows);
void normalise(std::vector<PortRule>& rows);

/// Adds `more`, in any order, to `rows`, which are in normal form and stay so.
void unite(std::vector<PathRule>& rows, std::vector<PathRule> more);
void unite(std::vector<QuietPath>& rows, std::vector<QuietPath> more);
void unite(std::vector<PortRule>& rows, std::vector<PortRule> more);

/// Takes a range of ports out of the rules for its right. Returns whether a rule had any of them.
bool subtract(std::vector<PortRule>& rows, const PortEntry& range);

}  // namespace ringfence::policy
