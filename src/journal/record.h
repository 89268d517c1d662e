// SPDX-License-Identifier: LGPL-2.1-or-later
// One audit record's text, parsed. The first stage: text → Record.
//
// Sources: security/landlock/audit.c, security/lsm_audit.c and kernel/audit.c of Linux 6.15–7.3
// (what the kernel writes), Documentation/admin-guide/LSM/landlock.rst, and journald-audit.c of
// systemd (which puts the record type's name in front of the text). A type that journald does not
// know by name is spelt AUDIT1423 (systemd 252) or UNKNOWN[1423] (newer, and ausearch).
//
// Everything here is text that a process inside a fence may have influenced: file names, comm, exe,
// command lines. Strings are kept as bytes, decoded but not escaped: whoever shows them escapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/diagnostic.h"

namespace ringfence::journal {

/// Types of audit records that the reader asks for (include/uapi/linux/audit.h).
inline constexpr char audit_type_access[] = "1423";     ///< AUDIT_LANDLOCK_ACCESS
inline constexpr char audit_type_domain[] = "1424";     ///< AUDIT_LANDLOCK_DOMAIN
inline constexpr char audit_type_syscall[] = "1300";    ///< AUDIT_SYSCALL
inline constexpr char audit_type_proctitle[] = "1327";  ///< AUDIT_PROCTITLE

enum class ObjectType : std::uint8_t { none, path, port, process, unix_socket };

/// What the access was denied on.
struct Object {
    ObjectType type = ObjectType::none;
    /// path: as the process's mount namespace sees it; for creations and removals the directory.
    /// unix_socket: the pathname, or the name of an abstract socket without its leading NUL.
    std::string path;
    bool abstract = false;    ///< unix_socket: the abstract name space
    std::string device;       ///< path: the file system's name, "overlay"
    std::uint64_t inode = 0;  ///< path: 0 when not recorded
    bool remote = false;      ///< port: the remote end (connect), else the local one (bind)
    std::string address;      ///< port: empty when not recorded (any address)
    std::optional<std::uint16_t> port;  ///< port: the kernel leaves port 0 out
    std::optional<std::int64_t> pid;    ///< process: in the initial PID namespace
    std::string comm;                   ///< process

    bool operator==(const Object&) const = default;
};

/// AUDIT_LANDLOCK_ACCESS: one denial.
struct AccessRecord {
    std::uint64_t domain = 0;
    /// The rights that were missing, as the kernel names them: those of landlock/rights.h, and the
    /// two that are no rights: "ptrace" and "fs.change_topology" (mount and the like).
    std::vector<std::string> blockers;
    Object object;
};

/// AUDIT_LANDLOCK_DOMAIN. pid, uid, exe and comm are those of landlock_restrict_self(2).
struct DomainRecord {
    std::uint64_t domain = 0;
    bool allocated = false;            ///< else deallocated
    std::optional<std::int64_t> pid;   ///< in the initial PID namespace
    std::optional<std::uint32_t> uid;  ///< in the initial user namespace
    std::string exe;
    std::string comm;
    std::uint64_t denials = 0;  ///< deallocated: all denials of the domain, logged or not
};

/// AUDIT_SYSCALL: the process that was denied.
struct SyscallRecord {
    std::optional<std::int64_t> pid;
    std::string comm;
    std::string exe;
};

/// AUDIT_PROCTITLE: its command line, words separated by NUL.
struct ProctitleRecord {
    std::string command_line;
};

/// A record of a type that says nothing about Landlock.
struct OtherRecord {};

using Record =
    std::variant<OtherRecord, AccessRecord, DomainRecord, SyscallRecord, ProctitleRecord>;

/// The number of a type that the reader asks for, by any of its spellings: "LANDLOCK_ACCESS",
/// "AUDIT1423", "UNKNOWN[1423]", "1423". Nothing for other types.
std::optional<std::string_view> audit_type_number(std::string_view name);

/// Parses the MESSAGE of one audit record: a type's name and key=value pairs.
///
/// Errors: a Landlock record without a domain, or an access without blockers, or a domain without a
/// known status. Never reads beyond `message` and takes any bytes.
Result<Record> parse_record(std::string_view message);

}  // namespace ringfence::journal
