// SPDX-License-Identifier: LGPL-2.1-or-later
// A site is the units and policies of one machine, chosen by --root and --user. `check`, `show`,
// `enable`, `status` and other verbs work on a site.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "cli/terminal/arguments.h"
#include "dropin/plan.h"
#include "policy/resolve/resolve.h"
#include "unit/load_path.h"

namespace ringfence::cli {

struct Site {
    Root root;
    unit::LoadPath units;
    policy::SearchPath policies;
    Result<policy::Defaults> defaults;  ///< the machine's defaults: ringfence.conf(5)

    bool is_user() const { return units.scope == unit::Scope::user; }

    /// Resolves the policies with these names. Errors: those of the policies, then those of
    /// ringfence.conf.
    Result<std::optional<policy::Rules>> resolve(const std::vector<policy::Name>& names) const;
    /// The same with another search path.
    Result<std::optional<policy::Rules>> resolve(const std::vector<policy::Name>& names,
                                                 const policy::SearchPath& path) const;

    dropin::Policies policy_access() const;

    /// The names of all policies, sorted.
    std::vector<std::string> policy_names() const;

    /// The ABI that ringfence.conf expects of the kernel; 0: none.
    int expected_abi() const { return defaults ? defaults->expected_abi : 0; }

    /// The wrapper that the site's units run.
    dropin::Wrapper wrapper() const;

    /// The plan of what the generator would write now.
    dropin::Plan plan() const;
};

/// `root`: a directory, or "/" for this machine. Errors: the directory cannot be opened.
Result<Site> open_site(const std::string& root, unit::Scope scope);

// The options of a verb that choose a site.
inline constexpr Option root_option = {"root", 0, "DIR",
                                       "the units and policies below this directory"};
inline constexpr Option user_option = {"user", 0, nullptr,
                                       "the units and policies of your user manager"};

inline constexpr Option no_reload_option = {"no-reload", 0, nullptr,
                                            "work on the files only; do not ask or reload systemd"};

/// The site that --root and --user choose. The load path is that of the running manager, unless
/// --root or --no-reload is given. Errors: the root directory cannot be opened.
Result<Site> open_site(const Arguments& arguments);

/// The scope that --user chooses.
unit::Scope scope_of(const Arguments& arguments);

}  // namespace ringfence::cli
