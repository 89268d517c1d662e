// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fmt/format.h>

#include "host/examine.h"

namespace ringfence::host {

namespace {

using landlock::Absence;
using landlock::Support;

constexpr int first_logging_abi = 7;
constexpr char lsm_list[] = "/sys/kernel/security/lsm";

// Source: "Errata" in Documentation/userspace-api/landlock.rst. Bit N-1 is set if erratum N is
// fixed.
struct Erratum {
    int number;
    int abi;  ///< the first ABI with this erratum
    const char* effect;
};
constexpr Erratum errata[] = {
    {1, 4, "net.bind_tcp and net.connect_tcp also deny SMC, MPTCP and SCTP sockets"},
    {2, 6, "scope.signal also keeps the threads of one process from signalling each other"},
    {3, 1, "directories moved out of a bind mount are checked against the wrong parents"},
};

std::string line_of(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text;
}

Finding missing(const Machine& machine) {
    const Kernel& kernel = machine.kernel;
    switch (kernel.landlock.absence) {
        case Absence::not_built:
            return {Level::problem, "Linux " + kernel.release + " has no Landlock",
                    "boot a kernel of 5.13 or later with CONFIG_SECURITY_LANDLOCK; until then only "
                    "units whose policy is optional start"};
        case Absence::not_enabled: {
            const auto list = machine.root.read(lsm_list);
            return {Level::problem,
                    "Landlock is built into Linux " + kernel.release + " and not switched on",
                    "add to the kernel's command line: lsm=landlock," +
                        (list ? line_of(*list) : "<the modules of CONFIG_LSM>")};
        }
        default:
            return {Level::problem, "the system calls of Landlock are refused here",
                    "look for a seccomp filter of this shell or container"};
    }
}

std::string waiting_rights(int abi) {
    std::string names;
    for (const landlock::Right& right : landlock::rights)
        if (right.abi > abi)
            names += fmt::format("{}{} (ABI {})", names.empty() ? "" : ", ", right.name, right.abi);
    return names;
}

void add_age(const Machine& machine, Findings& findings) {
    const Support& support = machine.kernel.landlock;
    if (support.kernel_abi > landlock::newest_abi)
        findings.push_back(
            {Level::note,
             fmt::format("this kernel's Landlock ABI {} is newer than {}, the newest "
                         "that this ringfence knows",
                         support.kernel_abi, landlock::newest_abi),
             "upgrade ringfence to use the new rights"});
    if (const std::string names = waiting_rights(support.abi); !names.empty())
        findings.push_back(
            {Level::note, "this kernel is too old for " + names,
             std::string("units whose policies ask for them run without these, or not at all "
                         "below their minimum_abi") +
                 (machine.expected_abi > 0
                      ? ""
                      : "; expected_abi in ringfence.conf makes this a warning")});
    if (support.abi < first_logging_abi)
        findings.push_back({Level::warning,
                            "this kernel does not log denials of Landlock, so there is nothing to "
                            "review",
                            "logging needs ABI 7: Linux 6.15"});
}

void add_expectation(const Machine& machine, Findings& findings) {
    // By its own number: a newer ABI than ringfence knows is newer all the same.
    if (machine.kernel.landlock.kernel_abi >= machine.expected_abi) return;
    findings.push_back(
        {Level::warning,
         fmt::format("this kernel is degraded: its Landlock ABI {} is older than "
                     "expected_abi = {} ({})",
                     machine.kernel.landlock.kernel_abi, machine.expected_abi, machine.expected_by),
         "boot a newer kernel, or change expected_abi"});
}

void add_errata(const Support& support, Findings& findings) {
    for (const Erratum& erratum : errata) {
        const bool fixed = (support.errata >> (erratum.number - 1) & 1) != 0;
        if (support.abi < erratum.abi || fixed) continue;
        findings.push_back({Level::note,
                            fmt::format("erratum {} of Landlock is not fixed in this kernel: {}",
                                        erratum.number, erratum.effect),
                            "install the kernel's latest stable update"});
    }
}

}  // namespace

Findings examine_kernel(const Machine& machine) {
    const Support& support = machine.kernel.landlock;
    if (support.abi == 0) return {missing(machine)};
    Findings findings = {{Level::ok,
                          fmt::format("Linux {} enforces Landlock ABI {}", machine.kernel.release,
                                      support.kernel_abi),
                          ""}};
    add_age(machine, findings);
    add_expectation(machine, findings);
    add_errata(support, findings);
    return findings;
}

}  // namespace ringfence::host
