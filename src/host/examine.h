// SPDX-License-Identifier: LGPL-2.1-or-later
// Examines whether a machine can fence services and review their denials: ringfence-doctor(1).
//
// The examinations are rows of one table. First come those that the start of a service depends on:
// kernel, wrapper, generator, units. Audit and journal follow, which the review of denials needs.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/root.h"
#include "dropin/plan.h"
#include "host/audit.h"
#include "host/finding.h"
#include "landlock/abi.h"
#include "unit/load_path.h"

namespace ringfence::host {

/// Facts about the running kernel.
struct Kernel {
    std::string release;  ///< uname(2)
    landlock::Support landlock;
    tl::expected<AuditStatus, std::error_code> audit;
};

Kernel ask_kernel();

/// Runs a program. `words`: its path and arguments. The result is its exit status; nothing if it
/// did not exit.
using Run = std::function<std::optional<int>(const std::vector<std::string>& words)>;
std::optional<int> run_program(const std::vector<std::string>& words);

struct Machine {
    const Root& root;
    Kernel kernel;
    unit::Scope scope = unit::Scope::system;
    std::string generator_output;  ///< the directory for the normal output of generators
    std::string wrapper;           ///< path of the wrapper
    dropin::Plan plan;             ///< what the generator would write now
    Run run;
    int expected_abi = 0;     ///< the ABI that ringfence.conf expects of the kernel; 0: none
    std::string expected_by;  ///< the place in ringfence.conf
};

struct Examination {
    const char* name;  ///< stable: "kernel", "wrapper", …
    const char* help;  ///< what it examines, in one line
    Findings (*run)(const Machine& machine);
};

std::span<const Examination> examinations();

// Each has a file of its own.
Findings examine_kernel(const Machine& machine);
Findings examine_wrapper(const Machine& machine);
Findings examine_generator(const Machine& machine);
Findings examine_units(const Machine& machine);
Findings examine_audit(const Machine& machine);
Findings examine_journal(const Machine& machine);
Findings examine_security_modules(const Machine& machine);

}  // namespace ringfence::host
