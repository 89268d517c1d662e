// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads a policy with all that belongs to it: its drop-ins, the abstractions that it extends, and
// theirs. Private to this folder.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/merge.h"
#include "policy/policy.h"
#include "policy/search.h"

namespace ringfence::policy {

/// An extends deeper than this is a mistake, not a design.
inline constexpr std::size_t deepest_extends = 16;

/// One named policy, its drop-ins and abstractions merged in.
struct Loaded {
    std::string name;
    Policy policy;                 ///< the file's own values, with those of drop-ins over them
    Body body;                     ///< of everything
    std::vector<Policy> drop_ins;  ///< in the order in which they apply
};

class Loader {
  public:
    Loader(const Root& root, const SearchPath& path) : search_(root, path) {}

    /// Nothing when `name` is optional and missing or masked, and when there were problems.
    std::optional<Loaded> load(const Name& name);

    /// A policy that is no file of the search path. Its drop-ins are not looked for.
    std::optional<Loaded> load_text(const SourceFile& file, const std::string& name);

    /// Checks that no abstraction of the policies loaded is older than `abi`, that of policy
    /// `name`.
    void check_abstractions(int abi, const std::string& name);

    /// Forgets the policies and the problems. Abstractions stay, unless there were problems: those
    /// may be theirs, and are to be told again.
    void start_anew();

    Diagnostics problems;

  private:
    struct Files {
        Policy main;
        std::vector<Policy> drop_ins;
    };
    struct Abstraction {
        Body body;
        std::optional<Located<int>> abi;
        std::set<std::string> with;  ///< itself and all that it extends
        std::size_t depth = 1;       ///< of the longest chain from here
    };

    /// What some abstractions give together; the chains begin with their own names.
    struct Extended {
        Body body;
        std::set<std::string> with;  ///< those abstractions, and all that they extend
    };

    void add(const Diagnostics& more);
    Loaded finish(Files files, const std::string& name);
    std::optional<Policy> parse(const SourceFile& file, Role role);
    std::optional<Files> read(const SourceFile& main, std::string_view folder,
                              const std::string& name, Role role);
    Body gather(const Files& files);
    void gather_extended(Body& body, const Policy& policy);
    Extended merge_extended(const std::vector<Located<std::string>>& names);
    void extend(Extended& extended, const Located<std::string>& name);
    const Abstraction& abstraction(const Located<std::string>& name);
    Abstraction read_abstraction(const Located<std::string>& name);
    void extends_of(const Policy& policy, Abstraction& abstraction) const;
    void report_depth(const Located<std::string>& name);
    void missing_abstraction(const Located<std::string>& name);
    void missing_policy(const Name& name, const std::optional<SourceFile>& masked);

    Search search_;
    std::vector<std::string> chain_;  ///< the names that led here: policy first
    std::map<std::string, Abstraction> abstractions_;
    std::map<std::string, Extended> extended_;  ///< by the lists of policies
    std::set<std::string> used_;                ///< the abstractions of the policies loaded
};

}  // namespace ringfence::policy
