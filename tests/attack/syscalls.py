# SPDX-License-Identifier: LGPL-2.1-or-later
"""System calls that Python's os module lacks, by number (x86-64 and arm64)."""
import ctypes
import errno
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)

# arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/asm-generic/unistd.h. From 424 on they agree.
_NUMBERS = {
    "x86_64": {"ptrace": 101, "pivot_root": 155, "tkill": 200, "tgkill": 234, "mknodat": 259,
               "rt_sigqueueinfo": 129, "name_to_handle_at": 303, "open_by_handle_at": 304,
               "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "renameat2": 316,
               "execveat": 322, "linkat": 265, "inotify_init1": 294, "inotify_add_watch": 254,
               "setns": 308, "prlimit64": 302, "fanotify_init": 300, "fanotify_mark": 301,
               "acct": 163,
               "init_module": 175, "kexec_load": 246, "reboot": 169, "bpf": 321, "perf_event_open": 298, "iopl": 172},
    "aarch64": {"ptrace": 117, "pivot_root": 41, "tkill": 130, "tgkill": 131, "mknodat": 33,
                "rt_sigqueueinfo": 138, "name_to_handle_at": 264, "open_by_handle_at": 265,
                "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272, "renameat2": 276,
                "execveat": 281, "linkat": 37, "inotify_init1": 26, "inotify_add_watch": 27,
                "setns": 268, "prlimit64": 261, "fanotify_init": 262, "fanotify_mark": 263,
                "acct": 89,
                "init_module": 105, "kexec_load": 104, "reboot": 142, "bpf": 280, "perf_event_open": 241},
}
NUMBERS = {"pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426,
           "io_uring_register": 427, "open_tree": 428, "move_mount": 429, "fsopen": 430,
           "fsconfig": 431, "fsmount": 432, "pidfd_open": 434, "openat2": 437, "pidfd_getfd": 438,
           "mount_setattr": 442, "landlock_create_ruleset": 444, "landlock_add_rule": 445,
           "landlock_restrict_self": 446, **_NUMBERS[platform.machine()]}
AT_FDCWD = -100
AT_EMPTY_PATH = 0x1000


class Missing(Exception):
    """The kernel does not have what the attack needs."""


def checked(result):
    if result < 0:
        number = ctypes.get_errno()
        if number == errno.ENOSYS:
            raise Missing("the kernel does not have the system call")
        raise OSError(number, os.strerror(number))
    return result


def _argument(value):
    if isinstance(value, str):
        value = value.encode()
    if value is None or isinstance(value, bytes):
        return ctypes.c_char_p(value)
    if isinstance(value, int):
        return ctypes.c_long(value)
    return value


def call(name, *arguments):
    """Returns the result or raises OSError."""
    return checked(libc.syscall(ctypes.c_long(NUMBERS[name]), *map(_argument, arguments)))


def mount(source, target, kind, flags):
    checked(libc.mount(*map(_argument, (source, target, kind)), ctypes.c_ulong(flags), None))


def landlock_abi():
    return libc.syscall(NUMBERS["landlock_create_ruleset"], None, 0, 1)


class IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
