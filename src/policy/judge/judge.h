// SPDX-License-Identifier: LGPL-2.1-or-later
// The judge decides what resolved rules allow, and what a kernel enforces of them. Checks, `show`,
// `diff` and suggestions all ask it. tests/probing compares its answers with the running kernel,
// with random policies and accesses.
//
// Sources: Documentation/userspace-api/landlock.rst and security/landlock/fs.c of Linux 7.3, and
// the wrapper (src/exec/enforce.cc), which makes the rulesets.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/rights.h"
#include "policy/judge/hierarchy.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

/// A right that an action needs on a path: on the object itself, or on the directory in which
/// something is made or removed.
struct Need {
    landlock::Access access;
    std::string path;
};

struct Decision {
    landlock::Access missing;  ///< rights that the first layer to deny it lacks; empty: allowed
    std::size_t layer = 0;     ///< that layer
    std::string path;          ///< where they are missing; empty for ports and scopes

    bool allowed() const { return missing.empty(); }
};

/// Predicts what the wrapper decides on a kernel (src/exec/plan.h).
struct Enforcement {
    enum class Outcome {
        enforced,         ///< runs, and all is enforced that the kernel knows
        degraded,         ///< runs, and a kernel of the expected ABI would enforce more
        below_minimum,    ///< refuses: the kernel's ABI is below minimum_abi
        not_all,          ///< refuses: minimum_abi is "all", and `unenforced` is not empty
        nothing_enforced  ///< refuses: the kernel knows no right that the rules restrict
    };
    Outcome outcome = Outcome::enforced;
    int abi = 0;                  ///< the kernel's
    landlock::Access unenforced;  ///< rights that the rules restrict and the kernel does not know
    /// Whether the rules allow renaming between directories somewhere although this kernel (ABI 1)
    /// denies it.
    bool denies_refer = false;

    bool starts() const { return outcome == Outcome::enforced || outcome == Outcome::degraded; }
};

using Ports = std::bitset<65536>;

class Judge {
  public:
    /// `abi`: the kernel's, from 1 to newest_abi. Rights that the kernel does not know are not
    /// enforced. Rules whose paths do not exist in `tree` are left out, as the wrapper does with
    /// optional rules. `rules` and `tree` must outlive the judge.
    explicit Judge(const Rules& rules, int abi = landlock::newest_abi,
                   const Hierarchy& tree = written_paths());

    // Rights. Layers are counted from 0. ----------------------------------------------------------

    /// The rights and scopes that the layer denies unless one of its rules allows them.
    const landlock::Access& handled(std::size_t layer) const { return domains_[layer].handled; }
    /// The same for all layers together.
    landlock::Access handled() const;
    /// Rights that this ringfence knows and that are newer than the rules, so that they are not
    /// restricted.
    landlock::Access waiting() const;

    /// The fs rights that all layers allow at `path`. Rights that no layer handles are allowed.
    landlock::Access allowed(const std::string& path) const;
    /// The rights that one layer allows at `path` or at any path beneath it.
    landlock::Access reachable(std::size_t layer, const std::string& path) const;
    /// The origins of all rules that grant some of `access` at `path`.
    std::vector<Origin> origins(const std::string& path, const landlock::Access& access) const;

    // Ports. `right` is one of net. ---------------------------------------------------------------

    /// The ports that all layers allow. If no layer handles the right, these are all ports.
    Ports ports(const landlock::Access& right) const;
    /// The ports that one layer allows.
    Ports ports(std::size_t layer, const landlock::Access& right) const;
    /// The origins of all rules that grant some of the ports first…last.
    std::vector<Origin> port_origins(const landlock::Access& right, std::uint16_t first,
                                     std::uint16_t last) const;

    // Decisions -----------------------------------------------------------------------------------

    /// Decides an action that needs all of these rights.
    Decision check(const std::vector<Need>& needs) const;
    /// The same for one layer alone.
    Decision check(std::size_t layer, const std::vector<Need>& needs) const;

    /// Decides binding, connecting or sending. `right` is one of net.
    Decision port(const landlock::Access& right, std::uint16_t port) const;

    /// Decides whether a process or an abstract socket outside of the domain can be reached.
    Decision scope(const landlock::Access& right) const;

    /// Decides renaming or linking the object at `from` into another directory. It needs `needs`,
    /// and fs.refer on both directories, and the object must not gain a right by it. An exchange is
    /// two moves.
    ///
    /// In another mount, rules on the root directory do not count for the last condition. The
    /// kernel compares the rights before it comes to these rules, unless they give all handled
    /// rights (is_access_to_paths_allowed() of Linux 6.18; measured).
    Decision move(const std::vector<Need>& needs, const std::string& from,
                  const std::string& to_directory) const;

    /// Whether mount(2) and similar calls are allowed. They are denied if any layer handles a right
    /// on files.
    bool may_mount() const;

    // The kernel ----------------------------------------------------------------------------------

    /// `expected_abi`: of ringfence.conf(5); 0: none is expected.
    Enforcement enforcement(int expected_abi = 0) const;

  private:
    using Chain = std::vector<std::string>;
    struct Object {
        landlock::Access granted;
        std::vector<const PathRule*> rules;
    };
    struct Domain {
        landlock::Access handled;
        std::map<std::string, Object, std::less<>> objects;
    };

    Domain make_domain(const Layer& layer, bool restricts_files) const;
    bool all_granted(const std::string& path) const;
    bool ever_allows(const landlock::Access& right) const;

    const Rules& rules_;
    int abi_;
    const Hierarchy& tree_;
    std::vector<Domain> domains_;  // one a layer
};

}  // namespace ringfence::policy
