# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks on processes outside the fence: tracing, memory, descriptors, signals."""
import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import subprocess
import time

from syscalls import IoVec, Missing, call, checked, libc

PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_DETACH = 16, 0x4206, 17
CLONE_NEWNS = 0x20000
F_SETSIG, F_SETOWN_EX = 10, 15
KCMP_FILE = 0
NETLINK_AUDIT, AUDIT_GET, AUDIT_SET, AUDIT_STATUS_ENABLED = 9, 1000, 1001, 1
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2


def trace(c):
    call("ptrace", PTRACE_SEIZE, c.sleeper, 0, 0)


def attach(c):
    call("ptrace", PTRACE_ATTACH, c.sleeper, 0, 0)
    os.waitpid(c.sleeper, 0x40000000)
    call("ptrace", PTRACE_DETACH, c.sleeper, 0, 0)


def _transfer(name, c, content):
    buffer = ctypes.create_string_buffer(content, 9)
    local = IoVec(ctypes.addressof(buffer), 9)
    remote = IoVec(c.memory, 9)
    call(name, c.victim, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    assert buffer.raw == b"in memory"


def read_memory(c):
    _transfer("process_vm_readv", c, b"")


def write_memory(c):
    _transfer("process_vm_writev", c, b"in memory")


def proc_memory(c):
    memory = os.open(f"/proc/{c.victim}/mem", os.O_RDONLY)
    assert os.pread(memory, 9, c.memory) == b"in memory"


def proc_environment(c):
    with open(f"/proc/{c.victim}/environ", "rb") as file:
        assert file.read()


def _drop_capabilities(*numbers):
    """Removes capabilities from the effective set (struct __user_cap_data_struct, version 3)."""
    header = ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0), 8)
    data = ctypes.create_string_buffer(24)
    checked(libc.capget(header, data))
    for number in numbers:
        offset = number // 32 * 12
        mask, = struct.unpack_from("<I", data, offset)
        struct.pack_into("<I", data, offset, mask & ~(1 << number % 32))
    checked(libc.capset(header, data))


def proc_environment_without_perfmon(c):
    _drop_capabilities(21, 38)  # CAP_SYS_ADMIN, CAP_PERFMON
    proc_environment(c)


def steal_descriptor(c):
    fd = call("pidfd_getfd", call("pidfd_open", c.victim, 0), c.victim_fd, 0)
    assert os.pread(fd, 7, 0) == b"secret\n"


def compare_descriptors(c):
    call("kcmp", os.getpid(), c.victim, KCMP_FILE, 0, c.victim_fd)


def enter_namespace(c):
    call("setns", call("pidfd_open", c.victim, 0), CLONE_NEWNS)


def change_limits(c):
    resource.prlimit(c.victim, resource.RLIMIT_CORE, (0, 0))


def change_priority(c):
    os.setpriority(os.PRIO_PROCESS, c.victim, 1)


# Signals


def signal_zero(c):
    os.kill(c.victim, 0)


def kill(c):
    os.kill(c.victim, signal.SIGUSR1)


def kill_group(c):
    os.kill(-c.victim, signal.SIGUSR1)


def tkill(c):
    call("tkill", c.victim, signal.SIGUSR1)


def tgkill(c):
    call("tgkill", c.victim, c.victim, signal.SIGUSR1)


def sigqueue(c):
    information = ctypes.create_string_buffer(
        struct.pack("<iii4xiI", signal.SIGUSR1, 0, -1, os.getpid(), os.getuid()), 128)
    call("rt_sigqueueinfo", c.victim, signal.SIGUSR1, information)


def pidfd_signal(c):
    call("pidfd_send_signal", call("pidfd_open", c.victim, 0), signal.SIGUSR1, None, 0)


def pidfd_signal_inherited(c):
    """A pidfd that was opened outside."""
    call("pidfd_send_signal", c.pidfd, signal.SIGUSR1, None, 0)


def kill_parent(c):
    os.kill(os.getppid(), 0)


def _signals(c):
    with open(c.signals) as file:
        return file.read().split()


def _expect_signal(c, number):
    """The sender of such a signal gets no result, so this asks whether the signal has arrived."""
    deadline = time.monotonic() + 0.5
    while str(int(number)) not in _signals(c):
        if time.monotonic() > deadline:
            raise PermissionError(1, "the signal did not arrive")
        time.sleep(0.01)


def _own_socket(set_owner):
    ours, other = socket.socketpair()
    set_owner(ours)
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    other.send(b"x")


def sigio(c):
    """The kernel sends the signal on behalf of the process that set the owner of the socket."""
    _own_socket(lambda ours: fcntl.fcntl(ours, fcntl.F_SETOWN, c.victim))
    _expect_signal(c, signal.SIGIO)


def sigio_thread(c):
    """F_SETOWN_EX with F_OWNER_TID, and a chosen signal."""
    def set_owner(ours):
        fcntl.fcntl(ours, F_SETSIG, signal.SIGUSR1)
        fcntl.fcntl(ours, F_SETOWN_EX, struct.pack("<ii", 0, c.victim))
    _own_socket(set_owner)
    _expect_signal(c, signal.SIGUSR1)


def signal_child(c):
    child = subprocess.Popen(["/bin/sleep", "60"])
    child.terminate()
    assert child.wait() == -signal.SIGTERM


def signal_self(c):
    signal.signal(signal.SIGUSR1, lambda *_: None)
    os.kill(os.getpid(), signal.SIGUSR1)


# The kernel's audit


def switch_auditing(c):
    """Sets auditing to what it is set to. Who can do that can switch it off, and all denials are gone."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT) as audit:
        audit.settimeout(5)
        try:
            enabled = struct.unpack_from("=II", _ask_audit(audit, AUDIT_GET, b""))[1]
        except OSError as error:
            raise Missing("this machine's audit cannot be asked") from error
        _ask_audit(audit, AUDIT_SET, struct.pack("=II", AUDIT_STATUS_ENABLED, enabled) + bytes(32))


def _ask_audit(audit, kind, data):
    audit.sendto(struct.pack("=IHHII", 16 + len(data), kind, NLM_F_REQUEST | NLM_F_ACK, 1, 0) + data, (0, 0))
    while True:
        message = audit.recv(8192)
        answer, = struct.unpack_from("=H", message, 4)
        if answer == NLMSG_ERROR and struct.unpack_from("=i", message, 16)[0] != 0:
            raise OSError(-struct.unpack_from("=i", message, 16)[0], "audit")
        if answer == (AUDIT_GET if kind == AUDIT_GET else NLMSG_ERROR):
            return message[16:]
