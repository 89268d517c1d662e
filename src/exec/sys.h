// SPDX-License-Identifier: LGPL-2.1-or-later
// The system calls of the wrapper besides Landlock's, each in one thin function. Results are those
// of the kernel: a value, or -errno. All calls are in systemd's groups @default, @basic-io,
// @file-system and @process, except those for the sockets of the reports. These are in @network-io,
// and
// `--report=none` avoids them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "landlock/arch.h"

namespace ringfence::exec::sys {

using arch::call;

// Kernel constants (include/uapi): the wrapper is built without a C library's headers.
inline constexpr int at_fdcwd = -100;
inline constexpr int o_path = 010000000;
inline constexpr int o_cloexec = 02000000;
#ifdef __aarch64__
inline constexpr int o_directory = 040000;
inline constexpr int o_nofollow = 0100000;
#else
inline constexpr int o_directory = 0200000;
inline constexpr int o_nofollow = 0400000;
#endif
inline constexpr int af_unix = 1;
inline constexpr int sock_dgram = 2;
inline constexpr int sock_cloexec = 02000000;
inline constexpr int msg_dontwait = 0x40;
inline constexpr int msg_nosignal = 0x4000;
inline constexpr int pr_set_name = 15;
inline constexpr int pr_set_no_new_privs = 38;
inline constexpr int pr_set_seccomp = 22;
inline constexpr int pr_capbset_read = 23;
inline constexpr int pr_capbset_drop = 24;

enum : int {
    eperm = 1,
    enoent = 2,
    eintr = 4,
    e2big = 7,
    enoexec = 8,
    eacces = 13,
    enotdir = 20,
    einval = 22,
    erofs = 30,
    enametoolong = 36,
    enosys = 38,
    eloop = 40,
    enotsock = 88,
    eopnotsupp = 95,
};

template <class T>
long address(const T* pointer) {
    return reinterpret_cast<long>(pointer);
}

inline long close(int fd) {
    return call(__NR_close, fd);
}

/// A handle of a path, for a rule of Landlock. The file itself is not opened, so FIFOs and devices
/// never block, and only search permission on the directories is needed. If the path leads through
/// a symbolic link, the error is ELOOP.
inline long open_path_without_links(int directory, const char* path) {
    constexpr std::uint64_t resolve_no_symlinks = 0x04;
    const std::uint64_t how[3] = {o_path | o_cloexec, 0, resolve_no_symlinks};  // struct open_how
    return call(__NR_openat2, directory, address(path), address(how), sizeof how);
}

/// A handle of one name in a directory; of a symbolic link itself, if the name is one. `flags` may
/// be o_directory: a name that is no directory is then ENOTDIR.
inline long open_name(int directory, const char* name, int flags) {
    return call(__NR_openat, directory, address(name), o_path | o_cloexec | o_nofollow | flags);
}

/// The target of the link that `fd` is a handle of, without a final NUL. Returns its length.
inline long read_link(int fd, char* buffer, std::size_t size) {
    return call(__NR_readlinkat, fd, address(""), address(buffer), static_cast<long>(size));
}

// These two fail only if a filter of system calls forbids them.
inline long effective_user() {
    return call(__NR_geteuid);
}

inline long effective_group() {
    return call(__NR_getegid);
}

/// The supplementary groups. Returns their number; EINVAL if there are more than `capacity`.
inline long groups(std::uint32_t* ret, std::size_t capacity) {
    return call(__NR_getgroups, static_cast<long>(capacity), address(ret));
}

inline long read(int fd, char* buffer, std::size_t size) {
    return call(__NR_read, fd, address(buffer), static_cast<long>(size));
}

inline long write(int fd, const char* data, std::size_t size) {
    return call(__NR_write, fd, address(data), static_cast<long>(size));
}

inline long socket_unix_datagram() {
    return call(__NR_socket, af_unix, sock_dgram | sock_cloexec, 0);
}

inline long connect(int fd, const void* address_of_peer, std::size_t size) {
    return call(__NR_connect, fd, reinterpret_cast<long>(address_of_peer), static_cast<long>(size));
}

/// Never blocks and never raises SIGPIPE.
inline long send(int fd, const char* data, std::size_t size) {
    return call(__NR_sendto, fd, address(data), static_cast<long>(size),
                msg_dontwait | msg_nosignal);
}

inline long set_comm(const char* name) {
    return call(__NR_prctl, pr_set_name, address(name));
}

inline long set_no_new_privs() {
    return call(__NR_prctl, pr_set_no_new_privs, 1);
}

/// 32 capabilities, in each of the three sets of capget(2).
struct CapabilityWords {
    std::uint32_t effective, permitted, inheritable;
};

/// The capabilities of this process: 0 to 31, and 32 to 63.
long get_capabilities(CapabilityWords (&ret)[2]);
/// A capability that is taken out of the permitted or the inheritable set is no longer ambient
/// either. This call is not in systemd's group @process: dropin/needs.cc allows it.
long set_capabilities(const CapabilityWords (&words)[2]);

/// 1 or 0.
inline long is_in_bounding_set(unsigned capability) {
    return call(__NR_prctl, pr_capbset_read, static_cast<long>(capability));
}

/// Needs CAP_SETPCAP, even if the capability is not there; otherwise EPERM.
inline long drop_from_bounding_set(unsigned capability) {
    return call(__NR_prctl, pr_capbset_drop, static_cast<long>(capability));
}

/// An instruction of classic BPF, and a program (include/uapi/linux/filter.h).
struct FilterStep {
    std::uint16_t code;
    std::uint8_t if_true, if_false;
    std::uint32_t value;
};
struct FilterProgram {
    std::uint16_t length;
    const FilterStep* steps;
};

/// Adds a seccomp filter for this process and its children. prctl(2) is in systemd's group
/// @process; seccomp(2) is not.
inline long add_filter(const FilterProgram& program) {
    constexpr long seccomp_mode_filter = 2;
    return call(__NR_prctl, pr_set_seccomp, seccomp_mode_filter, address(&program));
}

inline long random(void* buffer, std::size_t size) {
    constexpr long grnd_nonblock = 1;
    return call(__NR_getrandom, reinterpret_cast<long>(buffer), static_cast<long>(size),
                grnd_nonblock);
}

inline long execve(const char* path, char* const* argv, char* const* envp) {
    return call(__NR_execve, address(path), address(argv), address(envp));
}

/// Zeroed memory from the kernel; -errno on failure. There is no heap.
inline long map(std::size_t size) {
    constexpr long prot_read_write = 3;
    constexpr long map_private_anonymous = 0x22;
    return call(__NR_mmap, 0, static_cast<long>(size), prot_read_write, map_private_anonymous, -1);
}

inline void sleep_milliseconds(long milliseconds) {
    const long time[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call(__NR_nanosleep, address(time), 0);
}

struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint32_t user = 0;
    std::uint32_t group = 0;
    std::uint16_t mode = 0;   ///< type and permissions
    bool is_mounted = false;  ///< it is the root of a mount (Linux 5.8)
};

inline constexpr std::uint16_t type_mask = 0170000;
inline constexpr std::uint16_t type_regular = 0100000;
inline constexpr std::uint16_t type_directory = 0040000;
inline constexpr std::uint16_t type_link = 0120000;
inline constexpr std::uint16_t type_socket = 0140000;
inline constexpr std::uint16_t type_fifo = 0010000;

/// Uses statx(2), whose structure is the same on every architecture. If `path` is empty, identifies
/// `fd` itself. Symbolic links are followed.
long identify(int fd, const char* path, FileIdentity* ret);

/// Whether this process may write in the directory; as access(2).
inline long access_write(int directory) {
    constexpr long w_ok = 2;
    return call(__NR_faccessat, directory, address("."), w_ok);
}

/// Whether something is found at the path; as access(2).
inline long access_exists(const char* path) {
    constexpr long f_ok = 0;
    return call(__NR_faccessat, at_fdcwd, address(path), f_ok);
}

/// Whether this process may execute the file; as access(2).
inline long access_execute(const char* path) {
    constexpr long x_ok = 1;
    return call(__NR_faccessat, at_fdcwd, address(path), x_ok);
}

[[noreturn]] inline void exit(int status) {
    for (;;)
        call(__NR_exit_group, status);
}

}  // namespace ringfence::exec::sys
