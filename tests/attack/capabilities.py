# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ways out of a fence that need a capability and no right of Landlock. None of them changes the machine: each call
is made in a form that the kernel refuses, or that has no effect, after it has looked at the capability."""
import ctypes
import errno
import os
import socket
import struct

from syscalls import AT_FDCWD, NUMBERS, Missing, call

OPEN_TREE_CLONE = 1
BPF_MAP_CREATE, BPF_MAP_TYPE_LPM_TRIE, BPF_F_NO_PREALLOC = 0, 11, 1
PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK = 1, 0
NETLINK_AUDIT, AUDIT_GET, NLMSG_ERROR = 9, 1000, 2


def _expecting(number, name, *arguments):
    """The call passes the check of the capability, and then fails with this error."""
    try:
        call(name, *arguments)
    except OSError as error:
        if error.errno != number:
            raise


def enter_another_mount_tree(c):
    """What a mount over /run/systemd hides is there again in a copy of the tree above it."""
    os.close(call("open_tree", AT_FDCWD, "/", OPEN_TREE_CLONE))


def make_writable(c):
    """Undoes ProtectSystem=: clears the flag "read only"."""
    attributes = ctypes.create_string_buffer(struct.pack("<QQQQ", 0, 1, 0, 0), 32)
    call("mount_setattr", AT_FDCWD, "/", 0, attributes, 32)


def load_module(c):
    _expecting(errno.ENOEXEC, "init_module", b"no module", 9, b"")


def load_kernel(c):
    """Without segments: unloads the kernel that is loaded, mostly none."""
    call("kexec_load", 0, 0, None, 0)


def reboot(c):
    _expecting(errno.EINVAL, "reboot", 0, 0, 0, None)  # wrong magic numbers


def load_bpf(c):
    """A map of a type that is never for everybody, whatever kernel.unprivileged_bpf_disabled is."""
    attributes = struct.pack("<5I", BPF_MAP_TYPE_LPM_TRIE, 8, 4, 1, BPF_F_NO_PREALLOC)
    os.close(call("bpf", BPF_MAP_CREATE, ctypes.create_string_buffer(attributes, 128), 128))


def watch_processor(c):
    """Samples of all processes of a processor."""
    attributes = ctypes.create_string_buffer(
        struct.pack("<IIQQ", PERF_TYPE_SOFTWARE, 112, PERF_COUNT_SW_CPU_CLOCK, 100000), 112)
    os.close(call("perf_event_open", attributes, -1, 0, -1, 0))


def read_kernel_memory(c):
    """The fence of the scene lets /proc be read."""
    try:
        os.close(os.open("/proc/kcore", os.O_RDONLY))
    except FileNotFoundError:
        raise Missing("the kernel has no /proc/kcore") from None


def reach_ports(c):
    """All I/O ports of an x86 machine."""
    if "iopl" not in NUMBERS:
        raise Missing("this architecture has no I/O ports")
    call("iopl", 3)


def control_audit(c):
    """Asks for the state of the audit, which needs what switching it off needs."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT) as audit:
        audit.sendto(struct.pack("<IHHII", 16, AUDIT_GET, 1, 1, 0), (0, 0))
        answer = audit.recv(4096)
    kind, = struct.unpack_from("<H", answer, 4)
    error, = struct.unpack_from("<i", answer, 16)
    if kind == NLMSG_ERROR and error != 0:
        raise OSError(-error, os.strerror(-error))
