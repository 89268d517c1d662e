# SPDX-License-Identifier: LGPL-2.1-or-later
"""Representative runs of the wrapper, and the errors that its system calls can return."""

import dataclasses
import errno

from lib.exit_status import CANNOT_ENFORCE, NOT_EXECUTED, REFUSED, USAGE

TREE = "/tmp/ringfence-matrix"
PROBE = "/run/matrix/probe"

FIXTURE = ["dir a", "dir a/sub", "dir b", "dir b/d1", "file a/file", "file a/x1", "file b/file",
           "file b/u1", "file b/x2", "null b/null", "stream b/stream", "dir links",
           "symlink ../a links/a", "symlink /tmp/./ringfence-matrix/links links/again",
           "symlink ../a/file a/link", "shared shared", "symlink ../a shared/a"]

# The actions that the fence of every scenario denies, one for each right of ABI 7.
DENIED = ["read:b/file", "write:b/file", "write:a/file", "execute:b/file", "list:b",
          "truncate:b/file", "truncate:a/file", "open-truncate:b/file", "make-reg:b/m1",
          "make-fifo:b/m2", "make-sock:b/m3", "make-char:b/m4", "make-block:b/m5", "make-dir:b/m6",
          "make-sym:b/m7", "create:a/m8", "unlink:b/u1", "rmdir:b/d1", "rename:a/x1:b/x1",
          "link:b/x2:a/x2", "ioctl:b/null", "mount:a/sub", "bind-tcp:4002", "connect-tcp:4002",
          "connect-tcp6:4002", "bind-tcp:0", "connect-stream:@ringfence-matrix-stream",
          "send-datagram:@ringfence-matrix-datagram", "signal-parent"]
ALLOWED = ["read:a/file", "list:a", "bind-tcp:4001", "connect-tcp:4001", "signal-child",
           "handle:b/file"]

SCOPES = ["--scope=signal", "--scope=abstract-unix-socket"]
RUN = f"--allow=fs.execute,fs.read_file:{PROBE}"
ENVIRONMENT = ["INVOCATION_ID=0123456789abcdef0123456789abcdef", "JOURNAL_STREAM=9:9999",
               "NOTIFY_SOCKET=/run/matrix/notify", "PATH=/nowhere"]
PORTS = ["--bind-tcp=4000-4001", "--connect-tcp=4001"]
DROP = "--drop-capabilities=audit_control,bpf,perfmon,sys_admin,sys_boot,sys_module,sys_rawio"
LAYER = ["--abi=7", *SCOPES, RUN, f"--read={TREE}/a", *PORTS]


@dataclasses.dataclass
class Scenario:
    name: str
    options: list
    user: int = 0
    journal: bool = True
    notify: bool = True
    environment: list = dataclasses.field(default_factory=lambda: list(ENVIRONMENT))
    items: list = dataclasses.field(default_factory=list)
    program: str = PROBE
    statuses: tuple = (USAGE, CANNOT_ENFORCE, REFUSED, NOT_EXECUTED)
    runs: bool = True                 # unfaulted
    descriptors: int = 0b1000000111   # open in the program, without a fault
    more_denied: tuple = ()           # what this fence denies besides DENIED

    @property
    def denied(self):
        return [*DENIED, *self.more_denied]

    def lines(self):
        yield f"scenario\t{self.name}"
        yield f"user\t{self.user}"
        if self.journal:
            yield "journal"
        if self.notify:
            yield "notify"
        for word, values in (("env", self.environment), ("option", self.options),
                             ("item", self.items), ("program", [self.program]),
                             ("action", [*self.denied, *ALLOWED, "descriptors"])):
            yield from (f"{word}\t{value}" for value in values)


SCENARIOS = [
    Scenario("plain", ["--policy=p", "--digest=00", *LAYER]),
    Scenario("layers", ["--policy=p", "--minimum-abi=7", *LAYER, f"--read={TREE}/a/file",
                        f"--read=-{TREE}/nowhere", f"--read=-{TREE}/a/sub", "--log=new-exec",
                        f"--quiet={TREE}/b", "--layer", *LAYER,
                        f"--allow=fs.make_dir,fs.read_file:{TREE}/a/sub"]),
    Scenario("older-kernel", ["--policy=p", "--abi=11", *LAYER[1:]]),
    Scenario("unprivileged", ["--policy=p", "--failure-status=99", *LAYER, "--layer", *LAYER],
             user=65534, statuses=(99,)),
    Scenario("list", ["--policy=p", "--args-fd=7", f"--read=-{TREE}/a/sub"],
             items=[*LAYER, f"--read=-{TREE}/a/nothing"]),
    Scenario("bare-name", ["--search-path=/nowhere:/run/matrix", "--argv0=other",
                           "--unset-environment=NOTIFY_SOCKET", *LAYER], program="probe"),
    Scenario("forbid", ["--policy=p", "--forbid-landlock", *LAYER]),
    Scenario("forbid-unprivileged", ["--policy=p", "--forbid-landlock", *LAYER], user=65534),
    Scenario("capabilities", ["--policy=p", DROP, *LAYER], more_denied=("capability",)),
    # Without CAP_SETPCAP it must set no_new_privs instead; it has none as this user.
    Scenario("capabilities-unprivileged", ["--policy=p", DROP, *LAYER], user=65534, more_denied=("capability",)),
    Scenario("stand-in", ["--policy=p", *LAYER, "--stand-in=fs.resolve_unix:absent:/run/matrix/nothing",
                          "--stand-in=fs.resolve_unix:mounted:/proc"]),
    Scenario("no-report", ["--report=none", *LAYER]),
    Scenario("no-sockets", ["--report=notify,journal", "--abi=11", *LAYER[1:]], journal=False,
             notify=False),
    Scenario("lifted-refer", ["--abi=7", "--unrestricted=fs.refer", *LAYER[1:]]),
    Scenario("links", ["--policy=p", *LAYER[:-3], f"--read={TREE}/links/again/a", f"--read={TREE}/links/a/file",
                       *[f"--allow=fs.make_sym:-{TREE}/b/d1"] * 9, *PORTS]),
    Scenario("links-unprivileged", ["--failure-status=99", "--trust-links=root", *LAYER[:-3], *PORTS,
                                    f"--read={TREE}/links/a"], user=65534, statuses=(99,)),
    Scenario("links-group", ["--failure-status=99", *LAYER[:-3], *PORTS, f"--read={TREE}/shared/a"],
             user=65534, statuses=(99,)),
    Scenario("link-refused", [*LAYER, f"--read={TREE}/a/link", f"--allow=fs.make_sym:{TREE}/a"],
             runs=False),
    Scenario("refusal", ["--policy=p", "--refuse=not today", *LAYER], runs=False),
    Scenario("strict", ["--policy=p", "--minimum-abi=all", "--abi=11", *LAYER[1:]], runs=False),
]

# The manual pages' errors of each call (man-pages 6.x, section 2; Landlock's of Linux 7.3), and
# what a seccomp filter may answer instead (EPERM, EACCES, ENOSYS).
NUMBERS = {"capget": 125, "capset": 126, "read": 0, "write": 1, "close": 3, "mmap": 9, "socket": 41, "connect": 42, "sendto": 44,
           "execve": 59, "prctl": 157, "openat": 257, "faccessat": 269, "statx": 332,
           "readlinkat": 267, "geteuid": 107, "getegid": 108, "getgroups": 115, "openat2": 437,
           "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
           "nanosleep": 35, "getrandom": 318}
ERRORS = {
    "capget": "EFAULT EINVAL EPERM ESRCH EACCES ENOSYS",
    "capset": "EFAULT EINVAL EPERM ESRCH EACCES ENOSYS",
    "read": "EAGAIN EBADF EFAULT EINTR EINVAL EIO EISDIR EPERM",
    "write": "EAGAIN EBADF EDQUOT EFAULT EFBIG EINTR EINVAL EIO ENOSPC EPERM EPIPE",
    "close": "EBADF EINTR EIO ENOSPC EDQUOT",
    "mmap": "EACCES EAGAIN EBADF EINVAL ENFILE ENOMEM EPERM",
    "socket": "EACCES EAFNOSUPPORT EINVAL EMFILE ENFILE ENOBUFS ENOMEM EPROTONOSUPPORT EPERM "
              "ENOSYS",
    "connect": "EACCES EPERM EAFNOSUPPORT EAGAIN EBADF ECONNREFUSED EFAULT EINTR EINVAL ENOENT "
               "ENOMEM ENOTSOCK EPROTOTYPE ETIMEDOUT ENOSYS",
    "sendto": "EACCES EAGAIN EBADF ECONNREFUSED ECONNRESET EDESTADDRREQ EFAULT EINTR EINVAL "
              "EISCONN EMSGSIZE ENOBUFS ENOMEM ENOTCONN ENOTSOCK EOPNOTSUPP EPIPE EPERM ENOSYS",
    "execve": "E2BIG EACCES EAGAIN EFAULT EINVAL EIO EISDIR ELIBBAD ELOOP EMFILE ENAMETOOLONG "
              "ENFILE ENOENT ENOEXEC ENOMEM ENOTDIR EPERM ETXTBSY",
    "prctl": "EACCES EBADF EBUSY EFAULT EINVAL ENXIO EOPNOTSUPP EPERM ERANGE ENOSYS",
    "openat": "EACCES EAGAIN EBADF EDQUOT EFAULT EINTR EINVAL EIO ELOOP EMFILE ENAMETOOLONG ENFILE "
              "ENODEV ENOENT ENOMEM ENOTDIR ENXIO EOVERFLOW EPERM ESTALE ENOSYS",
    "openat2": "EACCES EAGAIN EBADF EDQUOT EFAULT EINTR EINVAL EIO ELOOP EMFILE ENAMETOOLONG ENFILE "
               "ENODEV ENOENT ENOMEM ENOTDIR ENXIO EOVERFLOW EPERM ESTALE E2BIG EXDEV ENOSYS",
    "readlinkat": "EACCES EBADF EFAULT EINVAL EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM ENOSYS",
    "geteuid": "EPERM EACCES ENOSYS",  # a filter's: the call itself cannot fail
    "getegid": "EPERM EACCES ENOSYS",
    "getgroups": "EFAULT EINVAL EPERM EACCES ENOSYS",
    "faccessat": "EACCES EFAULT EINVAL EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM EROFS "
                 "ENOSYS",
    "statx": "EACCES EBADF EFAULT EINVAL EIO ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EPERM ENOSYS",
    "landlock_create_ruleset": "EOPNOTSUPP EINVAL E2BIG EFAULT ENOMSG ENOMEM EMFILE ENFILE EINTR "
                               "EPERM EACCES ENOSYS",
    "landlock_add_rule": "EAFNOSUPPORT EOPNOTSUPP EINVAL ENOMSG EBADF EBADFD EPERM EFAULT E2BIG "
                         "ENOMEM EINTR EACCES ENOSYS",
    "landlock_restrict_self": "EOPNOTSUPP EINVAL EBADF EBADFD EPERM E2BIG ENOMEM EINTR EACCES "
                              "ENOSYS",
    "nanosleep": "EFAULT EINTR EINVAL ENOSYS EPERM",
    "getrandom": "EAGAIN EFAULT EINTR EINVAL ENOSYS EPERM",
}
NEVER = {231: "exit_group"}           # cannot fail


def errors_of(name):
    return [getattr(errno, word) for word in ERRORS[name].split()]
