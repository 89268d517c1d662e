// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of single rights, and keys that stand for one right, must be in the policy's ABI, because
// the author expects them to be restricted. A group such as `write` stands for those of its rights
// that the ABI has; `connect_unix`, which has one right, also says which sockets stay where systemd
// hides the others (dropin/stand_ins.h). A `minimum_abi` above the policy's `abi` would refuse
// kernels for no reason.
#include "policy/language/check_abi.h"

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

class AbiCheck {
  public:
    explicit AbiCheck(int abi) : abi_(abi), known_(landlock::known_at(abi)) {}

    void check(const Ruleset& rules) {
        for (const PathEntry& path : rules.paths)
            for (const RightEntry& right : path.rights)
                check(right.access, right.where);
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
