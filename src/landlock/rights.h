// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table of Landlock rights, scopes and flags, ABI versions 1 to 11.
//
// Parsing, rendering, help, completion and review all read this table, and no mask is written
// anywhere else. Source: include/uapi/linux/landlock.h and Documentation/userspace-api/landlock.rst
// of Linux 7.3. The names are those of the audit records
// (Documentation/admin-guide/LSM/landlock.rst).
//
// A row contains its text and no pointer to it. The wrapper is a static-pie without a loader, and a
// table without pointers needs no relocation (tests/unit/exec checks that there is none).
#pragma once

#include <cstddef>
#include <cstdint>

#include "landlock/access.h"

namespace ringfence::landlock {

/// The newest ABI that the table knows.
inline constexpr int newest_abi = 11;

/// The highest number that is taken for the ABI of a kernel which is newer than the table.
inline constexpr int highest_abi = 99;

/// Landlock's limit of stacked domains (LANDLOCK_MAX_NUM_LAYERS, security/landlock/limits.h).
inline constexpr int max_layers = 16;

struct Right {
    char name[28];  ///< as in audit records: "fs.read_file"
    Family family;
    std::uint8_t bit;
    std::uint8_t abi;      ///< the first ABI version that has it
    bool applies_to_file;  ///< false: a rule on a file must not grant it (the kernel says EINVAL)
    char help[88];         ///< one line, no final full stop

    constexpr Access access() const { return single(family, bit); }
};

// clang-format off
inline constexpr Right rights[] = {
    {"fs.execute",     Family::fs,  0, 1, true,  "execute a file"},
    {"fs.write_file",  Family::fs,  1, 1, true,  "open a file for writing"},
    {"fs.read_file",   Family::fs,  2, 1, true,  "open a file for reading"},
    {"fs.read_dir",    Family::fs,  3, 1, false, "list a directory"},
    {"fs.remove_dir",  Family::fs,  4, 1, false, "remove or rename an empty directory"},
    {"fs.remove_file", Family::fs,  5, 1, false, "unlink or rename a file"},
    {"fs.make_char",   Family::fs,  6, 1, false, "create, rename or link a character device"},
    {"fs.make_dir",    Family::fs,  7, 1, false, "create or rename a directory"},
    {"fs.make_reg",    Family::fs,  8, 1, false, "create, rename or link a regular file"},
    {"fs.make_sock",   Family::fs,  9, 1, false, "create, rename or link a UNIX socket"},
    {"fs.make_fifo",   Family::fs, 10, 1, false, "create, rename or link a named pipe"},
    {"fs.make_block",  Family::fs, 11, 1, false, "create, rename or link a block device"},
    {"fs.make_sym",    Family::fs, 12, 1, false, "create, rename or link a symbolic link"},
    {"fs.refer",       Family::fs, 13, 2, false, "link or rename a file from or to another directory"},
    {"fs.truncate",    Family::fs, 14, 3, true,  "truncate a file: truncate(2), ftruncate(2), O_TRUNC"},
    {"fs.ioctl_dev",   Family::fs, 15, 5, true,  "ioctl(2) on an opened character or block device"},
    {"fs.resolve_unix",Family::fs, 16, 9, true,  "connect or send to a UNIX socket by its path"},
    {"net.bind_tcp",         Family::net, 0,  4, true, "bind a TCP socket to a local port"},
    {"net.connect_tcp",      Family::net, 1,  4, true, "connect a TCP socket to a remote port"},
    {"net.bind_udp",         Family::net, 2, 10, true, "bind a UDP socket to a local port"},
    {"net.connect_send_udp", Family::net, 3, 10, true, "connect or send a UDP socket to a remote port"},
    {"scope.abstract_unix_socket", Family::scope, 0, 6, true, "connect to an abstract UNIX socket made outside the domain"},
    {"scope.signal",               Family::scope, 1, 6, true, "signal a process outside the domain"},
};

/// Which system call a flag belongs to.
enum class FlagOf : std::uint8_t { add_rule, restrict_self };

struct Flag {
    char name[24];
    FlagOf call;
    std::uint8_t bit;
    std::uint8_t abi;
    char help[80];

    constexpr std::uint32_t mask() const { return std::uint32_t{1} << bit; }
};

inline constexpr Flag call_flags[] = {
    {"log_same_exec_off",  FlagOf::restrict_self, 0,  7, "do not log denials of the program that restricted itself"},
    {"log_new_exec_on",    FlagOf::restrict_self, 1,  7, "log denials of programs executed later"},
    {"log_subdomains_off", FlagOf::restrict_self, 2,  7, "do not log denials of domains nested in this one"},
    {"tsync",              FlagOf::restrict_self, 3,  8, "restrict all threads of the process at once"},
    {"no_new_privs",       FlagOf::restrict_self, 4, 11, "set no_new_privs together with the restriction"},
    {"quiet",              FlagOf::add_rule,      0, 10, "do not log denials on the object of this rule"},
};
// clang-format on

/// The masks of all ABI versions. The compiler makes them from the table, which saves the wrapper
/// the time at each start.
struct KnownAccess {
    Access at[newest_abi + 1];

    consteval KnownAccess() : at() {
        for (int abi = 0; abi <= newest_abi; ++abi)
            for (const Right& right : rights)
                if (right.abi <= abi) at[abi] |= right.access();
    }
};
inline constexpr KnownAccess known_access;

/// The rights that ABI `abi` knows. Below 1 there are none; above newest_abi they are those of
/// newest_abi.
constexpr Access known_at(int abi) {
    return known_access.at[abi < 0 ? 0 : abi > newest_abi ? newest_abi : abi];
}

/// The rights that a rule may grant on something that is not a directory.
consteval Access file_rights() {
    Access all;
    for (const Right& right : rights)
        if (right.applies_to_file) all |= right.access();
    return all;
}

/// Whether `a`, which ends in NUL, is equal to the `length_of_b` bytes at `b`.
constexpr bool same_text(const char* a, const char* b, std::size_t length_of_b) {
    for (std::size_t i = 0; i < length_of_b; ++i)
        if (a[i] != b[i] || a[i] == '\0') return false;
    return a[length_of_b] == '\0';
}

/// The row with this name, or nullptr. `name` need not end in NUL.
constexpr const Right* find_right(const char* name, std::size_t length) {
    for (const Right& right : rights)
        if (length < sizeof right.name && same_text(right.name, name, length)) return &right;
    return nullptr;
}

constexpr const Flag* find_flag(const char* name, std::size_t length) {
    for (const Flag& flag : call_flags)
        if (length < sizeof flag.name && same_text(flag.name, name, length)) return &flag;
    return nullptr;
}

/// A right by its name. A misspelt name is an error when compiling.
consteval Access access_of(const char* name) {
    std::size_t length = 0;
    while (name[length] != '\0')
        ++length;
    return find_right(name, length)->access();
}

consteval std::uint32_t flag_of(const char* name) {
    std::size_t length = 0;
    while (name[length] != '\0')
        ++length;
    return find_flag(name, length)->mask();
}

/// The first ABI that has all of these rights; 0 for no rights.
constexpr int abi_needed(const Access& access) {
    int abi = 0;
    for (const Right& right : rights)
        if (!(access & right.access()).empty() && right.abi > abi) abi = right.abi;
    return abi;
}

}  // namespace ringfence::landlock
