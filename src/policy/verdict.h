// SPDX-License-Identifier: LGPL-2.1-or-later
// What resolved rules allow, predicted without a kernel.
//
// Source: Documentation/userspace-api/landlock.rst and security/landlock/fs.c of Linux 7.3.
// tests/probing holds it against the running kernel, with random policies and accesses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "landlock/rights.h"
#include "policy/rules.h"

namespace ringfence::policy {

/// The file tree, as far as Landlock looks at it. A rule is one on an object (an inode), and it
/// counts for what is reached through that object.
class Hierarchy {
  public:
    Hierarchy() = default;
    Hierarchy(const Hierarchy&) = delete;
    Hierarchy& operator=(const Hierarchy&) = delete;
    virtual ~Hierarchy() = default;

    /// The objects from what `path` leads to up to the root, each by a name of its own. Links are
    /// followed; for what does not exist, its own name comes first.
    virtual std::vector<std::string> chain(const std::string& path) const = 0;
    virtual bool exists(const std::string& path) const = 0;
    virtual bool is_directory(const std::string& path) const = 0;
    /// Whether it is on the file system of the root directory, without a mount point on the way.
    virtual bool in_root_mount(const std::string& path) const = 0;
};

/// Paths taken as they are written: no links, everything exists and may be a directory.
class WrittenPaths : public Hierarchy {
  public:
    std::vector<std::string> chain(const std::string& path) const override;
    bool exists(const std::string&) const override { return true; }
    bool is_directory(const std::string&) const override { return true; }
    bool in_root_mount(const std::string&) const override { return true; }
};

/// A right that an action needs on a path: on the object itself, or on the directory in which
/// something is made or removed.
struct Need {
    landlock::Access access;
    std::string path;
};

struct Verdict {
    landlock::Access missing;  ///< rights that the first layer to deny it lacks; empty: allowed
    std::size_t layer = 0;     ///< that layer
    std::string path;          ///< where they are missing; empty for ports and scopes

    bool allowed() const { return missing.empty(); }
};

class Evaluator {
  public:
    /// `abi`: of the kernel; rights that it does not know are not enforced. `rules` and
    /// `hierarchy` must outlive the evaluator. Rules whose paths do not exist are left out, as
    /// the wrapper leaves out optional ones.
    Evaluator(const Rules& rules, int abi, const Hierarchy& hierarchy);

    /// An action that needs all of these.
    Verdict check(const std::vector<Need>& needs) const;

    /// Binding, connecting or sending: `right` is one of net.
    Verdict port(const landlock::Access& right, std::uint16_t port) const;

    /// Reaching a process or an abstract socket outside of the domain.
    Verdict scope(const landlock::Access& right) const;

    /// Renaming or linking what is at `from` into another directory. Besides `needs` and fs.refer
    /// on both directories, nothing may gain a right by it. An exchange is two of these.
    ///
    /// Rules on the root directory do not count for that last check in another mount: the kernel
    /// compares before it comes to them, unless they give all that is handled
    /// (is_access_to_paths_allowed() of Linux 6.18; measured).
    Verdict move(const std::vector<Need>& needs, const std::string& from,
                 const std::string& to_directory) const;

    /// mount(2) and its kin: denied as soon as one layer handles a right on files.
    bool may_mount() const;

    /// What a layer handles on this kernel.
    const landlock::Access& handled(std::size_t layer) const { return domains_[layer].handled; }

    /// The rights of a layer on what `path` leads to.
    landlock::Access granted(std::size_t layer, const std::string& path) const;

  private:
    struct Domain {
        landlock::Access handled;
        std::map<std::string, landlock::Access> objects;
        std::set<std::pair<std::uint64_t, std::uint16_t>> ports;
    };

    bool all_granted(const std::string& path) const;
    landlock::Access on_chain(const Domain& domain, const std::vector<std::string>& chain) const;

    const Hierarchy& hierarchy_;
    std::vector<Domain> domains_;
};

}  // namespace ringfence::policy
