# SPDX-License-Identifier: LGPL-2.1-or-later
"""States in which a process can execute a program. Each function brings the caller into one state.

They run in a forked child and return nothing, or the environment for the program.
"""
import ctypes
import fcntl
import itertools
import os
import resource
import signal
import socket

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECUREBITS = 1, 8, 28
PR_SET_TIMERSLACK, PR_MCE_KILL, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 29, 33, 36, 38
PR_SET_THP_DISABLE, PR_CAP_AMBIENT, PR_SET_MDWE = 41, 47, 65
KEYCTL_JOIN_SESSION_KEYRING = 1
SYS = {"x86_64": {"keyctl": 250, "ioprio_set": 251, "unshare": 272},
       "aarch64": {"keyctl": 219, "ioprio_set": 30, "unshare": 97}}[os.uname().machine]


def control(option, *values):
    # prctl(2) is variadic: every argument is a whole word.
    words = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if libc.prctl(option, *words) < 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def plain(_):
    pass


def socket_activated(_):
    """Three sockets as descriptors from 3 on: stream, datagram, UNIX."""
    listeners = [socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
                 socket.socket(socket.AF_UNIX)]
    for listener in listeners[:2]:
        listener.bind(("127.0.0.1", 0))
    for number, listener in enumerate(listeners, 3):
        os.dup2(listener.fileno(), number, inheritable=True)
    return {"LISTEN_FDS": "3", "LISTEN_PID": str(os.getpid()), "LISTEN_FDNAMES": "a:b:c"}


def stored_descriptors(directory):
    """Descriptors like those of FDSTORE: high numbers, many kinds, one with an offset in a file, and one that is
    closed on execution."""
    file = os.open(directory / "data", os.O_RDWR | os.O_CREAT | os.O_APPEND)
    os.write(file, b"0123456789")
    os.lseek(file, 4, os.SEEK_SET)
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    kinds = [file, reader, writer, os.memfd_create("m"), os.eventfd(7),
             os.open("/dev/null", os.O_RDWR), os.open(directory, os.O_RDONLY | os.O_DIRECTORY),
             os.open(directory / "data", os.O_PATH), os.pidfd_open(os.getpid()),
             libc.epoll_create1(0), libc.signalfd(-1, bytes(128), 0)]
    for number, fd in enumerate(kinds, 1000):
        os.dup2(fd, number, inheritable=True)
    os.dup2(file, 1020, inheritable=False)
    fcntl.flock(1000, fcntl.LOCK_EX)
    fcntl.fcntl(1001, fcntl.F_SETOWN, 1)


def own_limits(_):
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, 4096))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 2 << 20))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 31))
    resource.setrlimit(resource.RLIMIT_CPU, (100, 200))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))
    resource.setrlimit(resource.RLIMIT_NPROC, (5000, 6000))


def few_descriptors(_):
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))


def small_stack(_):
    resource.setrlimit(resource.RLIMIT_STACK, (128 << 10, 128 << 10))


def blocked_signals(_):
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) | {40, 64})


def pending_signals(_):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM, 40})
    for number in (signal.SIGUSR1, signal.SIGTERM, 40):
        os.kill(os.getpid(), number)


def ignored_signals(_):
    for number in range(1, 65):
        if number not in (signal.SIGKILL, signal.SIGSTOP, 32, 33):
            signal.signal(number, signal.SIG_IGN)


def creation_mask(_):
    os.umask(0o077)


def no_creation_mask(_):
    os.umask(0)


def nice(_):
    os.nice(5)


def batch(_):
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def real_time(_):
    os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(7))


def one_processor(_):
    os.sched_setaffinity(0, {0})


def io_priority(_):
    libc.syscall(SYS["ioprio_set"], 1, 0, 2 << 13 | 6)


def other_directory(_):
    os.chdir("/usr/share")


def deleted_directory(directory):
    os.mkdir(directory / "gone")
    os.chdir(directory / "gone")
    os.rmdir(directory / "gone")


def terminal(_):
    """A session of its own with a controlling terminal, which is also standard input."""
    os.setsid()
    master, slave = os.openpty()
    fcntl.ioctl(slave, 0x540E, 0)  # TIOCSCTTY
    os.dup2(slave, 0)
    os.dup2(master, 10, inheritable=True)  # if it is closed, the terminal hangs up


def own_session(_):
    os.setsid()


def own_group(_):
    os.setpgid(0, 0)


def _become_nobody():
    os.setgroups([65534, 4, 20])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


def nobody(_):
    _become_nobody()
    control(PR_SET_NO_NEW_PRIVS, 1)


def nobody_with_new_privileges(_):
    _become_nobody()


def become_nobody_with(*capabilities):
    """User=nobody and AmbientCapabilities=, for capabilities below 32."""
    control(PR_SET_KEEPCAPS, 1)
    _become_nobody()
    header = ctypes.create_string_buffer((0x20080522).to_bytes(4, "little") + bytes(4), 8)
    mask = sum(1 << number for number in capabilities)
    data = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    assert libc.capset(header, data) == 0
    for number in capabilities:
        control(PR_CAP_AMBIENT, 2, number)


def nobody_with_capability(_):
    """AmbientCapabilities=CAP_NET_BIND_SERVICE."""
    become_nobody_with(10)
    control(PR_SET_NO_NEW_PRIVS, 1)


def no_new_privs(_):
    control(PR_SET_NO_NEW_PRIVS, 1)


def secure_bits(_):
    control(PR_SET_SECUREBITS, 1 << 6 | 1 << 7)  # no_cap_ambient_raise, locked


def smaller_bounding_set(_):
    for capability in (0, 12, 13, 38):
        control(24, capability)


def process_attributes(_):
    control(PR_SET_PDEATHSIG, signal.SIGUSR2)
    control(PR_SET_CHILD_SUBREAPER, 1)
    control(PR_SET_TIMERSLACK, 123456)
    control(PR_SET_THP_DISABLE, 1)
    control(PR_MCE_KILL, 1, 1)
    for name, value in (("oom_score_adj", "321"), ("coredump_filter", "0x11")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(value)


def personality(_):
    libc.personality(0x0040000 | 0x0200000)  # ADDR_NO_RANDOMIZE, ADDR_COMPAT_LAYOUT


def no_write_execute(_):
    control(PR_SET_MDWE, 1)


def timer(_):
    signal.setitimer(signal.ITIMER_REAL, 1000, 2000)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1000, 3)


def session_keyring(_):
    libc.syscall(SYS["keyctl"], KEYCTL_JOIN_SESSION_KEYRING, b"ringfence-test")


def namespaces(_):
    """IPC, UTS and network, as PrivateIPC=, ProtectHostname=, PrivateNetwork=."""
    assert libc.unshare(0x08000000 | 0x04000000 | 0x40000000) == 0


def strange_environment(_):
    return {"A": "", "LONG": "x" * 50000, "LINES": "a\nb\tc\x01", "B": "=", "B ": "x",
            "INVOCATION_ID": "0123456789abcdef" * 2, "JOURNAL_STREAM": "1:1",
            "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid()),
            "CREDENTIALS_DIRECTORY": "/run/credentials/x", "NOTIFY_SOCKET": "/run/nothing",
            "LD_PRELOAD": "x.so", "GLIBC_TUNABLES": "x=y", "MAINPID": "1", "PATH": ":"}


def full_environment(_):
    return {f"VARIABLE_{number}": "x" * 100 for number in range(5000)}


def chrooted(directory):
    """Changes the root to `directory`, which has only the programs: no /proc, no /dev."""
    os.chroot(directory)
    os.chdir("/")


STATES = {function.__name__: function for function in (
    plain, socket_activated, stored_descriptors, own_limits, few_descriptors, small_stack,
    blocked_signals, pending_signals, ignored_signals, creation_mask, no_creation_mask, nice,
    batch, real_time, one_processor, io_priority, other_directory, deleted_directory, terminal,
    own_session, own_group, nobody, nobody_with_new_privileges, nobody_with_capability,
    no_new_privs, secure_bits, smaller_bounding_set, process_attributes, personality,
    no_write_execute, timer, session_keyring, namespaces, strange_environment, full_environment,
    chrooted)}


def _closing(closed):
    def close(_):
        for fd in closed:
            os.close(fd)
    close.__doc__ = f"Descriptors {closed} are closed."
    return close


STATES.update({"closed_" + "_".join(map(str, closed)): _closing(closed)
               for count in (1, 2, 3) for closed in itertools.combinations(range(3), count)})
