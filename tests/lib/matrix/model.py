# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second description of what Landlock should do, written independently of the wrapper.

A case is a list of layers, as the wrapper's options give them. For a kernel of a given ABI, the model says
whether the wrapper runs the program, what its report says, and which of the probe's actions the kernel
denies. Sources: Documentation/userspace-api/landlock.rst of Linux 7.3 and
ringfence-exec's documented options; only the names, bits and first ABIs of the rights are read from
the wrapper's own table (fence-probe --rights).
"""

import dataclasses
import errno
import subprocess

from lib.exit_status import CANNOT_ENFORCE, REFUSED

PROBE = "/run/matrix/probe"
TREE = "/tmp/ringfence-matrix"
# The kernel opens an executed file for reading.
PROBE_RIGHTS = ("fs.execute", "fs.read_file")

# ---- the tree: "fixture" lines of the runner; paths are relative to TREE

DIRECTORIES = ["a", "a/sub", "a/sub/deep", "a/empty", "b", "m",
               "a/d1", "a/sub/deep/d1", "b/d1", "a/d2", "a/d4"]
FILES = ["a/file", "a/sub/deep/file", "b/file", "mf",
         "a/u1", "a/sub/deep/u1", "b/u1", "a/r1", "b/r1",
         "a/x1", "b/x2", "a/x3", "a/sub/deep/x4", "a/e1", "b/e1"]
SPECIAL = {"a/fifo": "fifo", "b/fifo": "fifo", "a/null": "null", "b/null": "null",
           "a/stream": "stream", "b/stream": "stream",
           "a/datagram": "datagram", "b/datagram": "datagram"}
HARD_LINKS = {"b/hard": "a/file"}
SYMBOLIC_LINKS = {"b/symbolic": "../a/file"}
BINDS = {"m": "a/sub", "mf": "a/file"}  # mounted over the objects of these names


def fixture_lines():
    lines = [f"dir {path}" for path in DIRECTORIES]
    lines += [f"file {path}" for path in FILES]
    lines += [f"{kind} {path}" for path, kind in SPECIAL.items()]
    lines += [f"hardlink {old} {new}" for new, old in HARD_LINKS.items()]
    lines += [f"symlink {target} {path}" for path, target in SYMBOLIC_LINKS.items()]
    lines += [f"bind {source} {target}" for target, source in BINDS.items()]
    return [f"fixture {line}" for line in lines]


def parent(path):
    return path.rpartition("/")[0] or "."


def identity(path):
    """The inode that a path leads to, named by the path that it was made under."""
    if path in BINDS:
        return BINDS[path]
    if path in HARD_LINKS:
        return HARD_LINKS[path]
    if path == "b/symbolic":
        return "a/file"
    if path.startswith("m/"):
        return identity(BINDS["m"] + path[1:])
    return path


def chain(path):
    """The inodes whose rules count for `path`: its own and all above it, as mounted."""
    if path == "b/symbolic":
        path = "a/file"
    result = []
    while path != ".":
        result.append(identity(path))
        path = parent(path)
    return result + [".", "/tmp", "/"]


def is_directory(target):
    return target in ("/", "/tmp", ".") or identity(target) in DIRECTORIES


def absolute(target):
    if target.startswith("/"):
        return target
    return TREE if target == "." else f"{TREE}/{target}"


# ---- rights

@dataclasses.dataclass(frozen=True)
class Right:
    name: str
    abi: int
    file: bool

    @property
    def family(self):
        return self.name.partition(".")[0]


class Table:
    """The wrapper's table, as fence-probe --rights prints it."""

    def __init__(self, probe):
        self.rights = {}
        self.groups = {}
        self.ports = {}
        self.scopes = {}
        self.flags = {}               # of landlock_restrict_self(2): name -> first ABI
        listing = subprocess.run([probe, "--rights"], check=True, capture_output=True, text=True)
        for line in listing.stdout.splitlines():
            kind, name, *rest = line.split()
            if kind == "right":
                self.rights[name] = Right(name, int(rest[2]), rest[3] == "1")
            elif kind == "group":
                self.groups[name] = frozenset(rest)
            elif kind == "port":
                self.ports[name] = rest[0]
            elif kind == "scope":
                self.scopes[name] = rest[0]
            elif kind == "flag":
                self.flags[name] = int(rest[0])

    def known(self, abi):
        return {name for name, right in self.rights.items() if right.abi <= abi}

    def ordered(self, names):
        return [name for name in self.rights if name in names]

    def fs(self):
        return [name for name, right in self.rights.items() if right.family == "fs"]


# ---- cases

@dataclasses.dataclass
class Layer:
    abi: int = 11
    unrestricted: tuple = ()
    scopes: tuple = ()                # option values
    rules: list = dataclasses.field(default_factory=list)  # (group option or tuple of rights, path)
    ports: list = dataclasses.field(default_factory=list)  # (option, first, last)
    probe_rule: bool = True

    def options(self):
        result = [f"--abi={self.abi}"]
        if self.unrestricted:
            result.append("--unrestricted=" + ",".join(self.unrestricted))
        result += [f"--scope={scope}" for scope in self.scopes]
        if self.probe_rule:
            result.append(f"--allow={','.join(PROBE_RIGHTS)}:{PROBE}")
        for what, path in self.rules:
            if isinstance(what, str):
                result.append(f"--{what}={absolute(path)}")
            else:
                result.append(f"--allow={','.join(what)}:{absolute(path)}")
        for option, first, last in self.ports:
            result.append(f"--{option}={first}" + (f"-{last}" if last != first else ""))
        return result


@dataclasses.dataclass
class Case:
    name: str
    layers: list
    minimum_abi: object = None        # None, a number or "all"
    extra: tuple = ()                 # further options, without effect on what is enforced
    extra_rules: tuple = ()           # the same, at the end of the last layer
    user: int = 0
    flags: tuple = ("journal",)
    actions: object = None            # None: all
    needs_landlock: bool = False      # the wrapper looks at the kernel before it refuses with `status`
    logged: object = None             # ABI -> what the audit log has: "blockers path"
    status: object = None             # expected on every kernel

    def options(self):
        result = ["--policy=matrix", "--report=notify,journal"]
        if self.minimum_abi is not None:
            result.append(f"--minimum-abi={self.minimum_abi}")
        result += list(self.extra)
        for index, layer in enumerate(self.layers):
            result += (["--layer"] if index else []) + layer.options()
        return result + list(self.extra_rules)


class Domain:
    """One layer as a kernel of `abi` enforces it."""

    def __init__(self, table, layer, abi, all_layers=()):
        named = {table.scopes[scope] for scope in layer.scopes}
        asked = {name for name in table.known(layer.abi) if table.rights[name].family != "scope"}
        self.asked = (asked - set(layer.unrestricted)) | named
        self.handled = self.asked & table.known(abi)
        self.any_fs = any(name.startswith("fs.") for name in self.handled)
        self.granted = {}             # inode -> rights
        self.allowed_ports = set()    # (right, port)
        self.rule_count = 0
        self.refused = False
        # If any layer restricts files, the kernel denies refer in each layer that does not grant
        # it.
        restricts_files = self.any_fs or any(Domain(table, other, abi).any_fs
                                             for other in all_layers)
        self.lifts_refer = (bool(self.handled) and restricts_files and abi >= 2
                            and "fs.refer" in layer.unrestricted)
        if self.lifts_refer:
            self.granted["/"] = {"fs.refer"}
            self.rule_count += 1
        if self.handled and restricts_files and abi >= 2:
            self.handled.add("fs.refer")  # denied although it is not asked for
        rules = list(layer.rules)
        if layer.probe_rule:
            rules.append((PROBE_RIGHTS, PROBE))
        for what, path in rules:
            self.add_rule(table, layer, what, path)
        for option, first, last in layer.ports:
            right = table.ports[option]
            if right in self.handled:
                self.allowed_ports.update((right, port) for port in range(first, last + 1))
                self.rule_count += last - first + 1

    def add_rule(self, table, layer, what, path):
        rights = table.groups[what] if isinstance(what, str) else set(what)
        handled = self.handled & (self.asked | ({"fs.refer"} if self.lifts_refer else set()))
        effective = set(rights) & handled
        if not effective:
            return
        if path != PROBE and not is_directory(path):
            effective = {name for name in effective if table.rights[name].file}
            if not effective:
                # Of a group, the applicable rights count. Rights by name must have an effect.
                by_name = not isinstance(what, str)
                nothing_applies = not any(table.rights[name].file for name in rights)
                self.refused = self.refused or by_name or nothing_applies
                return
        self.rule_count += 1
        inode = path if path.startswith("/") else identity(path)
        self.granted.setdefault(inode, set()).update(effective)

    def grants(self, right, inodes):
        return right not in self.handled or any(right in self.granted.get(i, ()) for i in inodes)

    def rights_at(self, inodes, names):
        return {name for name in names if name in self.handled and self.grants(name, inodes)}


class Prediction:
    def __init__(self, table, case, abi):
        self.table = table
        self.abi = abi
        self.domains = [Domain(table, layer, abi, case.layers) for layer in case.layers]
        asked = set().union(*(domain.asked for domain in self.domains))
        # ABI 1 always denies it, so it is never unenforced.
        self.unenforced = table.ordered(asked - table.known(abi) - {"fs.refer"})
        self.status = self.predict_status(case)
        self.layers = sum(1 for domain in self.domains if domain.handled)
        self.rules = sum(domain.rule_count for domain in self.domains if domain.handled)

    def predict_status(self, case):
        if case.status is not None and not (case.needs_landlock and self.abi == 0):
            return case.status
        if self.abi == 0:
            return CANNOT_ENFORCE
        if isinstance(case.minimum_abi, int) and self.abi < case.minimum_abi:
            return CANNOT_ENFORCE
        if case.minimum_abi == "all" and self.unenforced:
            return CANNOT_ENFORCE
        if not any(domain.handled for domain in self.domains):
            return CANNOT_ENFORCE
        if any(domain.refused for domain in self.domains):
            return REFUSED
        if "no-prctl" in case.flags and self.abi < 11:
            return CANNOT_ENFORCE  # from ABI 11 on landlock_restrict_self(2) sets no_new_privs itself
        return 0

    # -- what the actions need

    def has(self, *needs):
        """Whether every layer grants every (right, path)."""
        return all(domain.grants(right, chain(path)) for domain in self.domains
                   for right, path in needs)

    def port(self, right, port):
        return all(right not in domain.handled or (right, port) in domain.allowed_ports
                   for domain in self.domains)

    def handles(self, right):
        return any(right in domain.handled for domain in self.domains)

    def moves(self, child, target_parent, names):
        """fs.refer: a file must not gain rights by being moved."""
        for domain in self.domains:
            before = domain.rights_at(chain(child), names)
            after = domain.rights_at([identity(child)] + chain(target_parent), names)
            if not after <= before:
                return False
        return True

    def file_names(self):
        return [name for name in self.table.fs() if self.table.rights[name].file]

    def refer(self, needs, pairs, names):
        old, new = pairs[0]
        across = ("fs.refer", parent(old)), ("fs.refer", new)
        if not self.has(*needs, *across):
            return {errno.EACCES, errno.EXDEV}
        if all(self.moves(child, target, names) for child, target in pairs):
            return {0}
        return {errno.EXDEV, errno.EACCES}

    def expect(self, action):
        """The set of errno values of which the probe must print one (0: not denied)."""
        verb, _, rest = action.partition(":")
        paths = rest.split(":") if rest else []
        return getattr(self, "on_" + verb.replace("-", "_"))(*paths)

    def need(self, *needs):
        return {0} if self.has(*needs) else {errno.EACCES}

    def on_read(self, path):
        return self.need(("fs.read_file", path))

    def on_write(self, path):
        return self.need(("fs.write_file", path))

    def on_read_write(self, path):
        return self.need(("fs.read_file", path), ("fs.write_file", path))

    def on_list(self, path):
        return self.need(("fs.read_dir", path))

    def on_handle(self, _path):
        return {0}

    def on_execute(self, path):
        return self.need(("fs.execute", path), ("fs.read_file", path))

    def on_truncate(self, path):
        return self.need(("fs.truncate", path))

    def on_open_truncate(self, path):
        return self.need(("fs.write_file", path), ("fs.truncate", path))

    on_truncate_open = on_open_truncate

    def on_create(self, path):
        return self.need(("fs.make_reg", parent(path)), ("fs.write_file", parent(path)))

    def make(self, right, path):
        return self.need((right, parent(path)))

    def on_make_reg(self, path):
        return self.make("fs.make_reg", path)

    def on_make_fifo(self, path):
        return self.make("fs.make_fifo", path)

    def on_make_sock(self, path):
        return self.make("fs.make_sock", path)

    on_bind_unix = on_make_sock

    def on_own_unix(self, name):
        """A server of the own domain may be connected to, in every layer."""
        return {0} if name.startswith("@") else self.make("fs.make_sock", name)

    def on_make_char(self, path):
        return self.make("fs.make_char", path)

    def on_make_block(self, path):
        return self.make("fs.make_block", path)

    def on_make_dir(self, path):
        return self.make("fs.make_dir", path)

    def on_make_sym(self, path):
        return self.make("fs.make_sym", path)

    def on_unlink(self, path):
        return self.make("fs.remove_file", path)

    def on_rmdir(self, path):
        return self.make("fs.remove_dir", path)

    def kind(self, path):
        return "dir" if identity(path) in DIRECTORIES else "reg"

    def on_rename(self, old, new):
        kind = self.kind(old)
        remove = "fs.remove_dir" if kind == "dir" else "fs.remove_file"
        needs = (remove, parent(old)), (f"fs.make_{kind}", parent(new))
        if parent(old) == parent(new):
            return self.need(*needs)
        names = self.table.fs() if kind == "dir" else self.file_names()
        return self.refer(needs, [(old, parent(new))], names)

    def on_link(self, old, new):
        needs = (("fs.make_reg", parent(new)),)
        if parent(old) == parent(new):
            return self.need(*needs)
        return self.refer(needs, [(old, parent(new))], self.file_names())

    def on_exchange(self, one, other):
        needs = [(right, parent(path)) for path in (one, other)
                 for right in ("fs.remove_file", "fs.make_reg")]
        return self.refer(needs, [(one, parent(other)), (other, parent(one))], self.file_names())

    def on_mount(self, _path):
        return {errno.EPERM} if any(domain.any_fs for domain in self.domains) else {0}

    def on_ioctl(self, path):
        return self.need(("fs.read_file", path), ("fs.ioctl_dev", path))

    def on_connect_stream(self, name):
        if name.startswith("@"):
            return {errno.EPERM} if self.handles("scope.abstract_unix_socket") else {0}
        return self.need(("fs.resolve_unix", name))

    on_connect_datagram = on_connect_stream
    on_send_datagram = on_connect_stream

    def reach(self, *needs):
        ok = all(self.port(right, int(port)) for right, port in needs)
        return {0} if ok else {errno.EACCES}

    def on_bind_tcp(self, port):
        return self.reach(("net.bind_tcp", port))

    on_bind_tcp6 = on_bind_tcp

    def on_connect_tcp(self, port):
        return self.reach(("net.connect_tcp", port))

    on_connect_tcp6 = on_connect_tcp

    def on_bind_udp(self, port):
        return self.reach(("net.bind_udp", port))

    on_bind_udp6 = on_bind_udp

    def on_connect_udp(self, port):
        """The kernel gives a socket without a local port a port, which is a bind to port 0."""
        return self.reach(("net.bind_udp", 0), ("net.connect_send_udp", port))

    on_send_udp = on_connect_udp

    def on_send_udp_bound(self, port):
        return self.reach(("net.bind_udp", 4099), ("net.connect_send_udp", port))

    def on_signal_parent(self):
        return {errno.EPERM} if self.handles("scope.signal") else {0}

    def on_signal_child(self):
        return {0}


# ---- the actions that every case tries; each has objects of its own

FILE_PATHS = ["a/file", "a/sub/deep/file", "b/file", "b/hard", "b/symbolic", "m/deep/file", "mf"]
NEW_IN = ["a", "a/sub/deep", "b", "m/deep"]
MAKE = ["create", "make-reg", "make-fifo", "make-sock", "make-char", "make-block", "make-dir",
        "make-sym", "bind-unix", "own-unix"]

ACTIONS = (
    [f"{verb}:{path}" for verb in ("read", "write", "execute", "truncate", "open-truncate",
                                   "truncate-open") for path in FILE_PATHS]
    + [f"{verb}:{path}" for verb in ("read", "write", "read-write")
       for path in ("a/null", "b/null")]
    + [f"read-write:{path}" for path in ("a/fifo", "b/fifo", "a/file")]
    + [f"list:{path}" for path in ("a", "a/sub", "a/sub/deep", "b", "m")]
    + ["handle:b/file", "handle:a"]
    + [f"ioctl:{path}" for path in ("a/null", "b/null")]
    + [f"{verb}:{path}" for path in ("a/stream", "b/stream") for verb in ("connect-stream",)]
    + [f"{verb}:{path}" for path in ("a/datagram", "b/datagram")
       for verb in ("connect-datagram", "send-datagram")]
    + [f"{verb}:{directory}/{directory[0]}-{verb}" for directory in NEW_IN for verb in MAKE]
    + ["unlink:a/u1", "unlink:a/sub/deep/u1", "unlink:b/u1"]
    + ["rmdir:a/d1", "rmdir:a/sub/deep/d1", "rmdir:b/d1"]
    + ["rename:a/r1:a/r2", "rename:b/r1:b/r2", "rename:a/d2:a/d3"]
    + ["link:a/file:a/l1", "link:b/file:b/l1"]
    + ["link:a/file:b/l2", "link:b/file:a/l3", "link:a/file:a/sub/deep/l4"]
    + ["exchange:a/e1:b/e1"]
    + ["rename:a/x1:b/x1", "rename:b/x2:a/x2", "rename:a/x3:a/sub/deep/x3",
       "rename:a/sub/deep/x4:a/x4", "rename:a/d4:b/d4"]
    + ["mount:a/empty"]
    + [f"{verb}:{port}" for verb in ("bind-tcp", "bind-tcp6", "connect-tcp", "connect-tcp6",
                                     "bind-udp", "bind-udp6", "connect-udp", "send-udp",
                                     "send-udp-bound") for port in (4001, 4002, 4005)]
    + [f"{verb}:0" for verb in ("bind-tcp", "bind-udp")]
    + ["connect-stream:@ringfence-matrix-stream", "send-datagram:@ringfence-matrix-datagram",
       "own-unix:@own", "signal-parent", "signal-child"]
)

# For each right, an action that needs only this right. (Executing also needs fs.read_file, which is
# as old.)
CANONICAL = {
    "fs.execute": "execute:b/file", "fs.write_file": "write:b/file", "fs.read_file": "read:b/file",
    "fs.read_dir": "list:b", "fs.remove_dir": "rmdir:b/d1", "fs.remove_file": "unlink:b/u1",
    "fs.make_char": "make-char:b/b-make-char", "fs.make_dir": "make-dir:b/b-make-dir",
    "fs.make_reg": "make-reg:b/b-make-reg", "fs.make_sock": "make-sock:b/b-make-sock",
    "fs.make_fifo": "make-fifo:b/b-make-fifo", "fs.make_block": "make-block:b/b-make-block",
    "fs.make_sym": "make-sym:b/b-make-sym", "fs.truncate": "truncate:b/file",
    "fs.resolve_unix": "connect-stream:b/stream", "net.bind_tcp": "bind-tcp:4001",
    "net.connect_tcp": "connect-tcp:4001", "net.bind_udp": "bind-udp:4001",
    "net.connect_send_udp": "send-udp:4001",  # also needs net.bind_udp, which is as old
    "scope.abstract_unix_socket": "connect-stream:@ringfence-matrix-stream",
    "scope.signal": "signal-parent",
}
