// SPDX-License-Identifier: LGPL-2.1-or-later
// A group such as `write` means those of its rights that the policy's ABI has. But whoever names a
// right, or a key that is only a newer right, expects ringfence to restrict it, which it would not.
// And a `minimum_abi` above the policy's `abi` would refuse kernels for no reason.
#include "policy/language/check_abi.h"

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

constexpr Access stood_in = landlock::access_of("fs.resolve_unix");

class AbiCheck {
  public:
    AbiCheck(int abi, bool stands_in)
        : abi_(abi),
          known_(landlock::known_at(abi)),
          meaningful_(stands_in ? known_ | stood_in : known_) {}

    void check(const Ruleset& rules) {
        for (const PathEntry& path : rules.paths) {
            for (const RightEntry& right : path.rights)
                check(right.access, right.where);
            // Of a group, some rights may be newer than the ABI (write), but not all
            // (connect_unix, unless a stand-in takes it as what stays: dropin/stand_ins.h).
            if (!path.exact && (path.access & meaningful_).empty()) check(path.access, path.where);
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
    Access meaningful_;
};

}  // namespace

Diagnostics check_abi(const Policy& policy, int abi, bool stands_in) {
    AbiCheck check(abi, stands_in || (policy.stand_ins && policy.stand_ins->value));
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
