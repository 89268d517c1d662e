// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/examine.h"

namespace ringfence::host {

namespace {

bool begins_with(const Machine& machine, const char* path, char expected) {
    const auto text = machine.root.read_head(path, 1);
    return text && !text->empty() && text->front() == expected;
}

}  // namespace

// SELinux and AppArmor decide by the program that is executed, and the wrapper is executed first.
Findings examine_security_modules(const Machine& machine) {
    Findings findings;
    if (begins_with(machine, "/sys/fs/selinux/enforce", '1'))
        findings.push_back(
            {Level::note,
             "SELinux is enforcing: a fenced service is executed by " + machine.wrapper +
                 ", not by systemd, so the transition into its domain may not happen, and the "
                 "sockets of its .socket unit get the label of another program",
             "compare ps -eZ with and without the fence; if the domains differ, the SELinux "
             "policy needs a transition from the wrapper"});
    if (begins_with(machine, "/sys/module/apparmor/parameters/enabled", 'Y'))
        findings.push_back(
            {Level::note,
             "AppArmor is on: a profile that a unit names with AppArmorProfile= applies to " +
                 machine.wrapper + " already, and must allow it to execute the service",
             "add the service's program with \"ix\" to such profiles; profiles that are attached "
             "by "
             "path work as before"});
    if (findings.empty()) findings.push_back({Level::ok, "no SELinux, no AppArmor", ""});
    return findings;
}

}  // namespace ringfence::host
