// SPDX-License-Identifier: LGPL-2.1-or-later
// What all layers of the rules together grant, by the judge. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "lint/facts.h"
#include "places/access.h"
#include "policy/judge/judge.h"
#include "policy/model/right_names.h"

namespace ringfence::lint {

using places::changes;
using places::connects;
using places::executes;
using places::reads;

struct Grants {
    /// `rules` is one of the subject's: `rules` or `enforced`.
    Grants(const Subject& subject, const policy::Rules& rules)
        : paths(specifiers_of(subject)), judge(rules, landlock::newest_abi, paths) {}
    Grants(const Grants&) = delete;
    Grants& operator=(const Grants&) = delete;

    /// The rights at `path` that rules grant. Rights that no layer restricts are not among them.
    landlock::Access at(const std::string& path) const {
        return judge.allowed(path) & judge.handled();
    }
    /// The rights of a rule that all layers allow.
    landlock::Access of(const policy::PathRule& rule) const {
        return rule.access & judge.allowed(rule.path);
    }
    bool handles(const landlock::Access& access) const { return judge.handled().contains(access); }

    const policy::WrittenPaths paths;
    const policy::Judge judge;
};

/// Whether the policy itself has the rule, and not only a policy that it extends.
bool is_own(const std::vector<policy::Origin>& origins);

/// " (FILE:LINE:COLUMN)": the first place that grants some of `access`. Empty if none is known.
std::string place_of(const policy::PathRule& rule, const landlock::Access& access);

/// "a, b, c and 4 more".
std::string list_of(const std::vector<std::string>& words);

}  // namespace ringfence::lint
