// SPDX-License-Identifier: LGPL-2.1-or-later
// The capabilities that defeat a fence, one in each row: whoever has one gets out of it, whatever
// the rules are, or hides what the fence denies. The wrapper drops them. Freestanding and without
// pointers, for the reason that rights.h gives.
//
// Measured with Linux 6.1, 6.12 and 6.18, as root and with all rights on files handled. These were
// considered and are not here:
//   dac_read_search  open_by_handle_at(2) opens files by number. Landlock denies the access to the
//                    file all the same; only a UNIX socket on a disk is reached in this way.
//   mknod            making a device needs fs.make_char or fs.make_block, opening it a rule.
//   sys_ptrace       Landlock forbids to trace processes outside of the domain.
//   mac_admin, mac_override  are about other security modules, which Landlock does not ask.
//   net_admin, net_raw  change what happens to packets. Many network services need them.
//   syslog, sys_time, sys_resource, …  reach nothing that a rule denies.
#pragma once

#include <cstddef>
#include <cstdint>

#include "landlock/rights.h"

namespace ringfence::landlock {

struct Capability {
    char name[16];        ///< capabilities(7), in lower case and without "CAP_"
    std::uint8_t number;  ///< include/uapi/linux/capability.h
    char way_out[120];    ///< what a fenced process can do with it
};

// clang-format off
inline constexpr Capability capabilities[] = {
    {"audit_control", 30, "switches the kernel's audit off, and with it the records of what the fence denies"},
    {"bpf", 39, "loads BPF programs into the kernel, and with perfmon reads the kernel's memory"},
    {"perfmon", 38, "reads registers and stacks of all processes by perf_event_open(2)"},
    {"sys_admin", 21, "enters other mount namespaces, and undoes mounts and BPF programs that restrict the unit"},
    {"sys_boot", 22, "loads and starts another kernel by kexec_load(2), and reboots"},
    {"sys_module", 16, "loads a module into the kernel by init_module(2), from memory"},
    {"sys_rawio", 17, "reaches the machine's I/O ports by iopl(2), and memory and disks through devices"},
};
// clang-format on

/// A set of capabilities: bit N is the capability with number N.
using CapabilitySet = std::uint64_t;

constexpr CapabilitySet set_of(const Capability& capability) {
    return CapabilitySet{1} << capability.number;
}

/// All capabilities of the table.
constexpr CapabilitySet all_capabilities() {
    CapabilitySet all = 0;
    for (const Capability& capability : capabilities)
        all |= set_of(capability);
    return all;
}

/// nullptr if the table has no capability of this name.
constexpr const Capability* find_capability(const char* name, std::size_t length) {
    for (const Capability& capability : capabilities)
        if (same_text(capability.name, name, length)) return &capability;
    return nullptr;
}

}  // namespace ringfence::landlock
