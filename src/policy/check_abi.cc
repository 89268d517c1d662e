// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights that a policy's ABI does not have.
//
// A group such as `write` is what it is at the policy's ABI. But who names a right, or a key that
// is nothing but a newer right, expects it to be enforced, and it would not be. Nor does a policy
// need more of a kernel than its own ABI.
#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/policy.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

class AbiCheck {
  public:
    explicit AbiCheck(int abi) : abi_(abi), known_(landlock::known_at(abi)) {}

    void check(const Ruleset& rules) {
        for (const PathEntry& path : rules.paths) {
            for (const RightEntry& right : path.rights)
                check(right.access, right.where);
            // All of a group may be newer than the policy (connect_unix), or some (write).
            if (!path.exact && (path.access & known_).empty()) check(path.access, path.where);
        }
        for (const PortEntry& port : rules.ports)
            check(port.access, port.where);
        for (const RightEntry& right : rules.unrestricted)
            check(right.access, right.where);
        for (const ScopeEntry& scope : rules.scopes)
            if (scope.restricted) check(scope.scope, scope.where);
    }

    Diagnostics problems;

  private:
    void check(const Access& access, const Location& where) {
        for (const landlock::Right& right : landlock::rights)
            if (!(access & right.access() & (access - known_)).empty())
                problems.push_back(
                    {where,
                     fmt::format("`{}` needs abi = {} or newer, this policy says abi = {}",
                                 right.name, right.abi, abi_),
                     fmt::format("raise `abi` (and test the service with it), or leave it out")});
    }

    int abi_;
    Access known_;
};

}  // namespace

Diagnostics check_abi(const Policy& policy, int abi) {
    AbiCheck check(abi);
    if (policy.minimum_abi && policy.minimum_abi->value > abi)
        check.problems.push_back(
            {policy.minimum_abi->where,
             fmt::format("`minimum_abi` is {}, above the policy's abi = {}",
                         policy.minimum_abi->value, abi),
             "raise `abi`: rights newer than it are not handled on any kernel"});
    check.check(policy.rules);
    for (const Ruleset& layer : policy.layers)
        check.check(layer);
    return std::move(check.problems);
}

}  // namespace ringfence::policy
