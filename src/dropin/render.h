// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the drop-in of a unit. These functions read and write no files; they follow links if they
// are given SystemPaths.
//
// The drop-in resets the commands of the unit and gives each of them again, run through the
// wrapper. systemd must then execute exactly what it would have executed without it. Where that is
// not certain, render() returns an error. The caller then renders a refusal, so that the unit does
// not start.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.h"
#include "policy/model/rules.h"
#include "unit/load_path.h"
#include "unit/unit.h"

namespace ringfence::dropin {

class SystemPaths;

/// The Landlock ABI of the kernel that the units will run on; 0 if it is not known, perhaps an old
/// one. The kernel is asked when somebody needs to know.
class KernelAbi {
  public:
    // NOLINTBEGIN(google-explicit-constructor): a known ABI is a number
    KernelAbi(int known = 0) : known_(known) {}
    // NOLINTEND(google-explicit-constructor)
    explicit KernelAbi(std::function<int()> ask) : ask_(std::move(ask)) {}

    int value() const { return ask_ ? ask_() : known_; }

  private:
    int known_ = 0;
    std::function<int()> ask_;
};

/// Where the wrapper is installed, and whose units it fences.
struct Wrapper {
    std::string path;
    unit::Scope scope = unit::Scope::system;
    KernelAbi kernel_abi = {};
};

struct Request {
    const unit::Unit& unit;
    policy::Rules rules;
    std::vector<std::string> wrap = {"ExecStart"};  ///< the settings to wrap
    Wrapper wrapper;
    std::vector<std::string> interpreters = {};  ///< of the programs; see find_interpreters()
    policy::Reports reports = {};                ///< those that are switched on for this machine
    SystemPaths* system_paths = nullptr;         ///< nullptr: no rule is left out as covered
};

struct Rendered {
    std::string text;
    policy::Rules rules;  ///< those of the request, and those that the unit inherits
};

/// The drop-in that fences the unit. Errors: each command, directive and setting that cannot be
/// rewritten with certainty.
Result<Rendered> render_rules(Request request);
Result<std::string> render(Request request);

/// The drop-in that keeps the unit from starting and says why.
///
/// None of the unit's commands for starting runs, also not ExecCondition=, ExecStartPre= and
/// ExecStartPost=: they may be meant to run fenced, or prepare a start that does not happen.
/// ExecReload= and the ExecStop settings stay, except those in `wrap`, which would run without
/// their fence. The unit may be running when its policy becomes invalid, and must then be stopped
/// in its own way.
std::string render_refusal(const unit::Unit& unit, const Diagnostics& reasons,
                           const std::vector<std::string>& wrap, const Wrapper& wrapper);

/// A drop-in without effect, which takes the place of a template's drop-in for one instance.
std::string render_nothing(const unit::Unit& unit, const std::string& why);

}  // namespace ringfence::dropin
