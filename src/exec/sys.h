// SPDX-License-Identifier: LGPL-2.1-or-later
// The system calls of the wrapper besides Landlock's, one thin function each. Results are the
// kernel's: a value, or -errno. All are in systemd's @default, @basic-io, @file-system or @process,
// but for the sockets of the reports (@network-io), which `--report=none` avoids.
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
inline constexpr int af_unix = 1;
inline constexpr int sock_dgram = 2;
inline constexpr int sock_cloexec = 02000000;
inline constexpr int msg_dontwait = 0x40;
inline constexpr int msg_nosignal = 0x4000;
inline constexpr int pr_set_name = 15;
inline constexpr int pr_set_no_new_privs = 38;

enum : int {
    eperm = 1,
    enoent = 2,
    eintr = 4,
    e2big = 7,
    enoexec = 8,
    eacces = 13,
    enotdir = 20,
    einval = 22,
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

/// A handle of a path that opens nothing: FIFOs and devices never block, no permission but search
/// is needed, Landlock takes it as the parent of a rule.
inline long open_path(const char* path) {
    return call(__NR_openat, at_fdcwd, address(path), o_path | o_cloexec);
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

inline long random(void* buffer, std::size_t size) {
    constexpr long grnd_nonblock = 1;
    return call(__NR_getrandom, reinterpret_cast<long>(buffer), static_cast<long>(size),
                grnd_nonblock);
}

inline long execve(const char* path, char* const* argv, char* const* envp) {
    return call(__NR_execve, address(path), address(argv), address(envp));
}

/// Memory straight from the kernel, zeroed; -errno on failure. There is no heap.
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
    std::uint16_t mode = 0;
};

/// statx(2), since its structure is the same on every architecture; `path` "" means `fd` itself.
/// Symbolic links are followed.
long identify(int fd, const char* path, FileIdentity* ret);

/// Whether the file may be executed, as access(2) says it.
inline long access_execute(const char* path) {
    constexpr long x_ok = 1;
    return call(__NR_faccessat, at_fdcwd, address(path), x_ok);
}

[[noreturn]] inline void exit(int status) {
    for (;;)
        call(__NR_exit_group, status);
}

}  // namespace ringfence::exec::sys
