// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstring>
#include <link.h>
#include <sys/stat.h>

#include "host/examine.h"
#include "landlock/report.h"

namespace ringfence::host {

namespace {

constexpr char reinstall[] = "reinstall ringfence";

// Anybody who can change the wrapper becomes root at the next start of a fenced service.
void add_permissions(const Machine& machine, const struct stat& status, Findings& findings) {
    const auto add = [&](const std::string& what, const std::string& fix) {
        findings.push_back({Level::problem, machine.wrapper + " " + what, fix});
    };
    if ((status.st_mode & 0111) != 0111)
        add("cannot be executed by all users, and services run as many",
            "chmod 0755 " + machine.wrapper);
    if ((status.st_mode & (S_ISUID | S_ISGID)) != 0)
        add("is set-user-ID or set-group-ID, and then refuses to run",
            "chmod 0755 " + machine.wrapper);
    if ((status.st_mode & 0022) != 0 || status.st_uid != 0)
        add("can be changed by users other than root",
            "chown root:root, chmod 0755, and find out who changed the permissions");
}

// The wrapper must be static: a service in another root directory may have no loader there.
bool is_static(const std::string& program) {
    ElfW(Ehdr) header = {};
    if (program.size() < sizeof header) return false;
    std::memcpy(&header, program.data(), sizeof header);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return false;
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        ElfW(Phdr) segment = {};
        const std::uint64_t at = header.e_phoff + std::uint64_t{i} * sizeof segment;
        if (at > program.size() - sizeof segment) return false;
        std::memcpy(&segment, program.data() + at, sizeof segment);
        if (segment.p_type == PT_INTERP) return false;
    }
    return true;
}

// Runs the wrapper with itself as the program, twice. Without a rule it must not be executed, and
// with one more rule it must.
void add_trial(const Machine& machine, Findings& findings) {
    const std::string& wrapper = machine.wrapper;
    const auto closed = machine.run(
        {wrapper, "--report=none", "--log=none", "--abi=1", "--", wrapper, "--version"});
    const auto open = machine.run({wrapper, "--report=none", "--log=none", "--abi=1",
                                   "--execute=" + wrapper, "--", wrapper, "--version"});
    if (closed == report::exit_exec && open == 0)
        findings.push_back({Level::ok, wrapper + " fences", ""});
    else
        findings.push_back({Level::problem,
                            wrapper + " does not fence as it should: a trial ended with status " +
                                (closed ? std::to_string(*closed) : "none") +
                                " (expected 203), its opposite with " +
                                (open ? std::to_string(*open) : "none") + " (expected 0)",
                            reinstall});
}

}  // namespace

Findings examine_wrapper(const Machine& machine) {
    const auto status = machine.root.status(machine.wrapper);
    if (!status)
        return {{Level::problem, machine.wrapper + ": " + status.error().message(),
                 std::string(reinstall) + ": no fenced service starts without it"}};
    Findings findings;
    add_permissions(machine, *status, findings);
    const auto program = machine.root.read(machine.wrapper);
    if (!program || !is_static(*program))
        findings.push_back({Level::problem,
                            machine.wrapper + " is not the statically linked program that "
                                              "ringfence installs",
                            reinstall});
    else if (findings.empty() && machine.kernel.landlock.abi > 0)
        add_trial(machine, findings);
    if (findings.empty()) findings.push_back({Level::ok, machine.wrapper + " is installed", ""});
    return findings;
}

}  // namespace ringfence::host
