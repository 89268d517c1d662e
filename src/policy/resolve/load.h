// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads policies with all that belongs to them: their drop-ins, the abstractions that they extend,
// and what those extend. Private to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/model/policy.h"
#include "policy/resolve/merge.h"
#include "policy/resolve/resolve.h"
#include "policy/resolve/search.h"

namespace ringfence::policy {

/// Abstractions may extend each other this deep; a longer chain is a mistake.
inline constexpr std::size_t deepest_extends = 16;

/// A policy may have this many drop-ins. Each is merged with all before it, so the time grows with
/// the square of their number, and systemd gives all generators 90 seconds.
inline constexpr std::size_t most_drop_ins = 1000;

/// A policy that a unit names, with all that belongs to it.
struct LoadedPolicy {
    std::string name;
    Policy policy;                 ///< its own file
    std::vector<Policy> drop_ins;  ///< in the order in which they apply
    MergedRules rules;             ///< of its file, its drop-ins and its abstractions
};

class PolicyLoader {
  public:
    /// `root` and `path` must outlive the loader. `architecture`: of the machine; nullptr if it is
    /// not known.
    PolicyLoader(const Root& root, const SearchPath& path, const Architecture* architecture)
        : search_(root, path), architecture_(architecture) {}

    /// Reads the policies with these names, and leaves out optional ones that are missing or
    /// masked. Abstractions that were read for an earlier call are not read again. Errors:
    /// everything that is wrong with any of them.
    Result<std::vector<LoadedPolicy>> load(const std::vector<Name>& names);

    /// Reads a policy that is not a file of the search path. Its abstractions are looked for, its
    /// drop-ins are not. Errors: as for load().
    Result<LoadedPolicy> load_text(const FoundFile& file, const std::string& name);

  private:
    struct PolicyFiles {
        Policy main;
        std::vector<Policy> drop_ins;
    };
    struct Abstraction {
        MergedRules rules;  ///< the chains of their origins begin with the abstraction's own name
        std::optional<Located<int>> abi;
        std::set<std::string> with;  ///< its name, and those of all that it extends
        std::size_t depth = 1;       ///< of the longest chain that begins with it
    };
    /// The abstractions of one `extends` together.
    struct Extended {
        MergedRules rules;           ///< the chains begin with the names in `extends`
        std::set<std::string> with;  ///< those names, and all that they extend
    };

    void start_anew();
    void add(const Diagnostics& more);
    std::optional<LoadedPolicy> find(const Name& name);
    LoadedPolicy finish(PolicyFiles files, const std::string& name);
    std::optional<Policy> parse(const FoundFile& file, Role role);
    std::optional<PolicyFiles> read(const FoundFile& main, std::string_view folder,
                                    const std::string& name, Role role);
    MergedRules merge_files(const PolicyFiles& files);
    void add_extended(MergedRules& rules, const Policy& policy);
    Extended merge_extended(const std::vector<Located<std::string>>& names);
    void extend(Extended& extended, const Located<std::string>& name);
    const Abstraction& abstraction(const Located<std::string>& name);
    Abstraction read_abstraction(const Located<std::string>& name);
    void add_extends_of(const Policy& policy, Abstraction& abstraction) const;
    void check_abis(const std::vector<LoadedPolicy>& policies);
    void extends_too_deep(const Located<std::string>& name);
    void missing_abstraction(const Located<std::string>& name);
    void missing_policy(const Name& name, const std::optional<FoundFile>& masked);

    Search search_;
    const Architecture* architecture_;
    Diagnostics problems_;            ///< of the policies that are being loaded
    std::vector<std::string> chain_;  ///< the names that led here, the policy's first
    std::map<std::string, Abstraction> abstractions_;
    std::map<std::string, Extended> extended_;  ///< by the names in `extends`, a line each
    std::set<std::string> used_;                ///< the abstractions of the policies loaded
};

}  // namespace ringfence::policy
