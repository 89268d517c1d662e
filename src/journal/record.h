// SPDX-License-Identifier: LGPL-2.1-or-later
// Parses the text of one audit record, which is the first stage of a review.
//
// Sources: security/landlock/audit.c, security/lsm_audit.c and kernel/audit.c of Linux 6.15–7.3
// (what the kernel writes), Documentation/admin-guide/LSM/landlock.rst, and journald-audit.c of
// systemd (which puts the name of the record's type before the text). A type whose name journald
// does not know is written AUDIT1423 (systemd 252) or UNKNOWN[1423] (newer versions, and ausearch).
//
// A process inside a fence may have chosen any text here: file names, comm, exe, command lines.
// Strings are kept as decoded bytes and are not escaped. The code that shows them must escape them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/diagnostic.h"
#include "landlock/access.h"

namespace ringfence::journal {

/// Types of audit records that the reader asks for (include/uapi/linux/audit.h).
inline constexpr char audit_type_access[] = "1423";     ///< AUDIT_LANDLOCK_ACCESS
inline constexpr char audit_type_domain[] = "1424";     ///< AUDIT_LANDLOCK_DOMAIN
inline constexpr char audit_type_syscall[] = "1300";    ///< AUDIT_SYSCALL
inline constexpr char audit_type_proctitle[] = "1327";  ///< AUDIT_PROCTITLE

enum class ObjectType : std::uint8_t { none, path, port, process, unix_socket };

/// What the policy did not allow: rights, and blockers that are not rights.
struct Blockers {
    landlock::Access rights;
    /// Names that are not in landlock/rights.h: "ptrace", "fs.change_topology" (mount(2) and
    /// similar calls), and rights of newer kernels.
    std::vector<std::string> others;

    bool empty() const { return rights.empty() && others.empty(); }
    /// Whether both have a right or another blocker in common.
    bool overlaps(const Blockers& other) const;
    /// All names as the kernel writes them: the rights in the kernel's order, then the others.
    std::vector<std::string> names() const;

    /// Adds a name as the kernel writes it.
    void add(std::string_view name);

    auto operator<=>(const Blockers&) const = default;
};

/// The object of a denied access.
struct Object {
    ObjectType type = ObjectType::none;
    /// path: the path in the process's mount namespace. If something was to be created or removed,
    /// it is the directory. unix_socket: the path, or the name of an abstract socket without its
    /// leading NUL.
    std::string path;
    bool abstract = false;    ///< unix_socket: an abstract socket
    std::string device;       ///< path: the file system's name, "overlay"
    std::uint64_t inode = 0;  ///< path: 0 if not recorded
    bool remote = false;      ///< port: the remote end (connect), else the local one (bind)
    std::string address;      ///< port: empty if not recorded (any address)
    std::optional<std::uint16_t> port;  ///< port: the kernel leaves port 0 out
    std::optional<std::int64_t> pid;    ///< process: in the initial PID namespace
    std::string comm;                   ///< process

    bool operator==(const Object&) const = default;
};

/// AUDIT_LANDLOCK_ACCESS: one denial.
struct AccessRecord {
    std::uint64_t domain = 0;
    Blockers blockers;
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

/// AUDIT_SYSCALL: the process that was denied the access.
struct SyscallRecord {
    std::optional<std::int64_t> pid;
    std::string comm;
    std::string exe;
};

/// AUDIT_PROCTITLE: the command line of that process, with NUL between the words.
struct ProctitleRecord {
    std::string command_line;
};

/// A record of another type, which says nothing about Landlock.
struct OtherRecord {};

using Record =
    std::variant<OtherRecord, AccessRecord, DomainRecord, SyscallRecord, ProctitleRecord>;

/// The number of a type that the reader asks for, from any spelling of its name: "LANDLOCK_ACCESS",
/// "AUDIT1423", "UNKNOWN[1423]", "1423". Nothing for other types.
std::optional<std::string_view> audit_type_number(std::string_view name);

/// Parses the MESSAGE of one audit record: the name of its type, and key=value pairs.
///
/// Errors: a Landlock record has no domain, an access record has no blockers, or a domain record
/// has no known status. `message` may contain any bytes, and nothing after it is read.
Result<Record> parse_record(std::string_view message);

}  // namespace ringfence::journal
