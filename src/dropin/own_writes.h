// SPDX-License-Identifier: LGPL-2.1-or-later
// Which files a fence lets its own service replace or fill.
//
// What such a file says must not decide what the next start of the service may reach. Otherwise the
// service chooses its own fence.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/root.h"
#include "landlock/groups.h"
#include "places/access.h"
#include "policy/model/rules.h"
#include "unit/load_path.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Whether packages alone change what is at this path, and no service does.
bool is_of_the_system(const std::string& path);

/// The rights by which somebody chooses what is found at a path. Each rule holds for everything
/// beneath its path, so a right to rename a directory above counts as well.
inline constexpr landlock::Access chooses = places::makes_files | landlock::makes_links;

/// Follows links as the kernel does, and remembers them: most paths begin alike.
class Links {
  public:
    /// `root` must outlive it.
    explicit Links(const Root& root) : root_(root) {}

    /// The links that the kernel follows on the way to `path`, then the file that it reaches. The
    /// directories of all of these are real, also if the file does not exist.
    std::vector<std::string> crossed(const std::string& path);

    const Root& root() const { return root_; }

  private:
    const std::optional<std::string>& target(const std::string& path);

    const Root& root_;
    std::map<std::string, std::optional<std::string>> targets_;
};

class OwnWrites {
  public:
    /// What the fence grants. `path` is a link or file that Links::crossed() returns.
    struct Grant {
        std::string path;
        /// The rule of the first layer. nullptr: no layer restricts writing.
        const policy::PathRule* rule = nullptr;
    };

    /// `rules`: layers that count. `inherited`: further rules of the first layer. All parameters
    /// must outlive the object.
    OwnWrites(Links& links, const unit::Unit& unit, unit::Scope scope, const policy::Rules& rules,
              const std::vector<policy::PathRule>& inherited = {});

    /// The rule that lets the service replace the last of these paths. Nothing if the fence denies
    /// that.
    std::optional<Grant> grant(const std::vector<std::string>& crossed) const;
    std::optional<Grant> grant(const std::string& path) const {
        return grant(links_.crossed(path));
    }

    /// A rule's path with its specifiers and variables expanded. At the first one whose value is
    /// not known, the path ends with the directory before it; empty if there is none.
    std::string known_part(const std::string& path) const;

  private:
    struct Area {
        std::string path;  ///< real; empty: unknown, perhaps anywhere outside of /usr
        landlock::Access access;
        const policy::PathRule* rule;
    };
    struct Domain {
        landlock::Access handled;
        std::vector<Area> areas;
    };

    void add_area(Domain& domain, const policy::PathRule& rule) const;
    static const policy::PathRule* rule_at(const Domain& domain, const std::string& path,
                                           landlock::Access& allowed);

    Links& links_;
    std::map<char, std::string> specifiers_;
    std::map<std::string, std::string> variables_;
    std::vector<Domain> domains_;
};

}  // namespace ringfence::dropin
