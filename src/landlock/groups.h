// SPDX-License-Identifier: LGPL-2.1-or-later
// The named groups of rights, one in each row. The group `read` of a policy is `--read=` among the
// wrapper's options. Freestanding and without pointers, for the reason that rights.h gives.
#pragma once

#include "landlock/rights.h"

namespace ringfence::landlock {

/// A group of file system rights. No group has the rights on devices (ioctl_dev, make_char,
/// make_block).
struct PathGroup {
    char option[16];  ///< the wrapper's option, without "--"
    char key[16];     ///< the key in a policy's [filesystem]
    Access access;
    char help[80];
};

// The rights of the group "read". The groups "execute" and "write" contain them.
inline constexpr Access read_access = access_of("fs.read_file") | access_of("fs.read_dir");

/// Whoever has one of these rights decides what a name leads to: makes, links or renames a symbolic
/// link, or renames a directory that has one. Landlock demands them at the place where the new name
/// appears.
inline constexpr Access makes_links = access_of("fs.make_sym") | access_of("fs.make_dir");

// clang-format off
inline constexpr PathGroup path_groups[] = {
    {"read", "read", read_access, "read files and list directories"},
    {"execute", "execute", read_access | access_of("fs.execute"), "read, and execute programs"},
    {"write", "write",
     read_access | access_of("fs.write_file") | access_of("fs.truncate") | access_of("fs.make_reg") |
         access_of("fs.make_dir") | access_of("fs.make_sym") | access_of("fs.make_fifo") |
         access_of("fs.make_sock") | access_of("fs.remove_file") | access_of("fs.remove_dir") |
         access_of("fs.refer"),
     "read, and write, create, rename and remove files (no devices)"},
    {"connect-unix", "connect_unix", access_of("fs.resolve_unix"), "connect or send to UNIX sockets by their path"},
};

/// A port rule: the wrapper's option, the key in a policy's [network], and the right.
struct PortGroup {
    char option[16];
    char key[16];
    Access access;
    char help[56];
};

inline constexpr PortGroup port_groups[] = {
    {"bind-tcp",    "bind_tcp",    access_of("net.bind_tcp"),         "bind TCP sockets to these local ports"},
    {"connect-tcp", "connect_tcp", access_of("net.connect_tcp"),      "connect TCP sockets to these remote ports"},
    {"bind-udp",    "bind_udp",    access_of("net.bind_udp"),         "bind UDP sockets to these local ports"},
    {"connect-udp", "connect_udp", access_of("net.connect_send_udp"), "connect or send UDP to these remote ports"},
};

/// A scope: the value of `--scope=`, the key in a policy's [scope], and the bit.
struct ScopeGroup {
    char option[24];
    char key[24];
    Access access;
    char help[72];
};

inline constexpr ScopeGroup scope_groups[] = {
    {"signal", "signal", access_of("scope.signal"), "no signals to processes outside the domain"},
    {"abstract-unix-socket", "abstract_unix_socket", access_of("scope.abstract_unix_socket"),
     "no abstract UNIX sockets made outside the domain"},
};
// clang-format on

}  // namespace ringfence::landlock
