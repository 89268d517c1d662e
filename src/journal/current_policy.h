// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers whether the present policy allows accesses that were denied before. Private to this
// folder.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "journal/suggest.h"
#include "policy/judge/judge.h"

namespace ringfence::journal {

struct Standing {
    bool allowed = false;
    std::string obstacle;  ///< why a rule in a drop-in would not allow it; empty: it would
};

/// Answers for one policy. The judge decides as on a kernel that knows every right. What is allowed
/// there will not be denied again on any kernel.
class CurrentPolicy {
  public:
    /// `rules` is nullptr if the policy is not known. Then nothing counts as allowed. Both
    /// arguments must outlive the object.
    CurrentPolicy(const policy::Rules* rules, const std::map<Unit, UnitFacts>& units)
        : rules_(rules), units_(units) {}

    /// `path` is as the kernel wrote it. The specifiers in the rules are expanded as in the unit.
    Standing on_path(const Unit& unit, const std::string& path, const landlock::Access& access);
    Standing on_port(const landlock::Access& right, std::uint16_t port) const;

  private:
    struct Fence {
        Fence(const policy::Rules& rules, const policy::Specifiers& specifiers)
            : paths(specifiers), judge(rules, landlock::newest_abi, paths) {}
        policy::WrittenPaths paths;
        policy::Judge judge;
    };
    const policy::Judge& judge_for(const Unit& unit);
    std::string obstacle_in(std::size_t layer) const;

    const policy::Rules* rules_;
    const std::map<Unit, UnitFacts>& units_;
    std::map<Unit, Fence> fences_;
};

}  // namespace ringfence::journal
