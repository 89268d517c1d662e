// SPDX-License-Identifier: LGPL-2.1-or-later
// From policy names to resolved rules: the only maker of Rules.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "policy/defaults.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// No policy comes near this; what does is refused unread.
inline constexpr std::size_t largest_file = std::size_t{1} << 20;

/// A policy's name as a unit gives it.
struct Name {
    std::string name;
    bool optional = false;  ///< written "-name": nothing happens when there is no such policy
    Location where;         ///< of the assignment in the unit file
};

/// Reads, checks and merges the policies `names` with all they extend and their drop-ins.
///
/// How they merge (tests/unit/policy/{resolve,extends,merge}_test.cc):
///  - Rules are a union: one row a (path, optional) with all rights, ranges of ports joined.
///  - A policy is its file and its drop-ins in the order of their names. A drop-in may take rules
///    away (`remove`: from the policy, its abstractions and earlier drop-ins), lift rights and
///    change settings. An abstraction only adds rules, quiet paths and directives.
///  - The first policy's `abi` holds for all. A later policy or an abstraction for an older one is
///    an error: it would lack rules for what is handled here. A newer one is masked.
///  - Of several policies, the strictest wins: a right or scope is unrestricted only where all of
///    them say so, `minimum_abi` is the highest, `inherit` is off where one switches it off. So a
///    policy that relies on an unrestricted right loses it beside one that does not.
///  - A [[layer]] restricts only what it has a table for, at the same abi; it shares no rules with
///    the policy beneath it. Equal layers are one.
///  - A masked abstraction (linked to /dev/null) gives nothing; a masked policy is one that is
///    missing.
///
/// `defaults` gives a policy the `minimum_abi` that it does not have.
///
/// Nothing, when every name is optional and none exists or all are masked (linked to /dev/null).
/// Errors: every problem found, with positions; a missing policy points at the unit's assignment.
Result<std::optional<Rules>> resolve(const Root& root, const SearchPath& path,
                                     const std::vector<Name>& names, const Defaults& defaults = {});

/// A policy that is no file of the search path, such as one of another revision: `text`, called
/// `file` in messages. What it extends is looked for in the search path, drop-ins are not.
/// Errors: as for resolve().
Result<Rules> resolve_text(const Root& root, const SearchPath& path, const std::string& name,
                           const std::string& file, const std::string& text,
                           const Defaults& defaults = {});

class Loader;

/// resolve() for many units: an abstraction is read and merged once for all of them. `root` and
/// `path` must outlive it.
class Resolver {
  public:
    Resolver(const Root& root, const SearchPath& path, Defaults defaults = {});
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    Result<std::optional<Rules>> resolve(const std::vector<Name>& names);

  private:
    std::unique_ptr<Loader> loader_;
    Defaults defaults_;
};

/// A Resolver as a function that can be copied; the copies share it.
inline auto make_resolver(const Root& root, const SearchPath& path, const Defaults& defaults) {
    return [resolver = std::make_shared<Resolver>(root, path, defaults)](
               const std::vector<Name>& names) { return resolver->resolve(names); };
}

}  // namespace ringfence::policy
