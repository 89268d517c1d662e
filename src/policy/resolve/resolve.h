// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds policies by their names and makes rules of them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/model/rules.h"
#include "policy/resolve/defaults.h"

namespace ringfence::policy {

/// The name of a policy, as a unit gives it.
struct Name {
    std::string name;
    bool optional = false;  ///< written "-name": a policy that is missing is no error
    Location where;         ///< of the assignment in the unit file
};

/// Reads and merges the policies `names`, their drop-ins and all that they extend.
///
/// How they merge (tests/unit/policy/resolve/{resolve,extends,merge}_test.cc):
///  - Rules are a union. There is one row for each (path, optional), with all rights of that path,
///    and ranges of ports are joined.
///  - A policy is its file and its drop-ins, in the order of their names. A drop-in may remove
///    rules (of the policy, its abstractions and earlier drop-ins), may leave rights unrestricted,
///    and may change settings. An abstraction only adds rules, quiet paths and directives.
///  - The `abi` of the first policy applies to all. A further policy or an abstraction for an older
///    ABI is an error: it has no rules for the newer rights, which are handled. One for a newer ABI
///    loses the rights that are newer.
///  - Of several policies the strictest decides: a right or scope is unrestricted only if all of
///    them say so, `minimum_abi` is the highest, and `inherit` is off if one switches it off. So a
///    policy that relies on an unrestricted right loses it beside a policy that restricts it.
///  - A [[layer]] restricts only those families for which it has a table, at the same ABI. The
///    rules of the policy do not apply in it. Of equal layers there is one.
///  - A masked abstraction (a link to /dev/null) gives no rules. A masked policy is missing.
///
/// `defaults` gives the `minimum_abi` of policies that do not set it.
///
/// The result is nothing if every name is optional and every policy is missing or masked.
/// Errors: everything that is wrong with any of the files. For a missing policy, the position is
/// that of the assignment in the unit.
Result<std::optional<Rules>> resolve(const Root& root, const SearchPath& path,
                                     const std::vector<Name>& names, const Defaults& defaults = {});

/// Resolves a policy that is not a file of the search path, such as one of another revision:
/// `text`, which messages call `file`. Its abstractions are looked for in the search path, its
/// drop-ins are not. Errors: as for resolve().
Result<Rules> resolve_text(const Root& root, const SearchPath& path, const std::string& name,
                           const std::string& file, const std::string& text,
                           const Defaults& defaults = {});

class PolicyLoader;

/// resolve() for many units. It reads and merges each abstraction once for all of them. `root` and
/// `path` must outlive it.
class Resolver {
  public:
    Resolver(const Root& root, const SearchPath& path, Defaults defaults = {});
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    Result<std::optional<Rules>> resolve(const std::vector<Name>& names);

  private:
    std::unique_ptr<PolicyLoader> loader_;
    Defaults defaults_;
};

/// A Resolver as a function. Copies of the function share the Resolver.
inline auto make_resolver(const Root& root, const SearchPath& path, const Defaults& defaults) {
    return [resolver = std::make_shared<Resolver>(root, path, defaults)](
               const std::vector<Name>& names) { return resolver->resolve(names); };
}

}  // namespace ringfence::policy
