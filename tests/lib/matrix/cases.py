# SPDX-License-Identifier: LGPL-2.1-or-later
"""The generated cases, the same for every kernel."""

from .model import TREE, Case, Layer, absolute

from lib.exit_status import REFUSED

TARGETS = ["/", ".", "a", "a/sub", "a/sub/deep", "m", "b", "a/file", "b/hard", "mf",
           "a/sub/deep/file"]
SPECIAL_FILES = ["a/file", "b/hard", "mf", "b/symbolic", "a/fifo", "a/null", "a/stream",
                 "a/datagram"]
DIRECTORY_TARGETS = ["a", "a/sub", "m", "b"]
EVERYTHING = 11


def each_right(table):
    """One right on one object. It allows its own action on this object, and nothing else."""
    for right in table.fs():
        for target in TARGETS:
            yield Case(f"right/{right}/{target}", [Layer(rules=[((right,), target)])])


def each_right_but_one(table):
    """A case that allows everything except one right."""
    for right in table.fs():
        rest = tuple(name for name in table.fs() if name != right)
        yield Case(f"without/{right}", [Layer(rules=[(rest, "/")])])
        yield Case(f"without/{right}/below", [Layer(rules=[(rest, "a"), (rest, "b")])])
    yield Case("without/nothing", [Layer(rules=[(tuple(table.fs()), "/")])])
    yield Case("without/nothing/apart", [Layer(rules=[(tuple(table.fs()), "a"),
                                                      (tuple(table.fs()), "b")])])


def each_unrestricted(table):
    for name, right in table.rights.items():
        if right.family == "scope":
            continue
        yield Case(f"unrestricted/{name}", [Layer(unrestricted=(name,))])
    fs = tuple(table.fs())
    net = tuple(name for name in table.rights if name.startswith("net."))
    yield Case("unrestricted/fs", [Layer(unrestricted=fs)])
    yield Case("unrestricted/fs/scoped", [Layer(unrestricted=fs, scopes=("signal",))])
    yield Case("unrestricted/all-but-scope",
               [Layer(unrestricted=fs + net, scopes=("signal", "abstract-unix-socket"))])
    yield Case("unrestricted/everything", [Layer(unrestricted=fs + net)])
    yield Case("unrestricted/refer/rules",
               [Layer(unrestricted=("fs.refer",), rules=[("write", "a"), ("write", "b")])])
    yield Case("unrestricted/refer/unequal",
               [Layer(unrestricted=("fs.refer",), rules=[("write", "a"), ("read", "b"),
                      (("fs.make_reg", "fs.remove_file", "fs.execute"), "b")])])


def each_group(table):
    for group in table.groups:
        for target in TARGETS + [path for path in SPECIAL_FILES if path not in TARGETS]:
            yield Case(f"group/{group}/{target}", [Layer(rules=[(group, target)])])
    yield Case("group/read+write", [Layer(rules=[("read", "b"), ("write", "a/sub")])])
    yield Case("group/write+execute", [Layer(rules=[("write", "a"), ("execute", "a/sub")])])
    for group in table.groups:
        rights = tuple(name for name in table.groups[group] if table.rights[name].file)
        yield Case(f"group/{group}/unrestricted-on-file",
                   [Layer(unrestricted=table.ordered(rights), rules=[(group, "a/file")])])


def each_abi(_table):
    """Cases for the rights that each ABI adds, and for --minimum-abi=."""
    for abi in range(1, EVERYTHING + 1):
        scopes = ("signal", "abstract-unix-socket") if abi >= 6 else ()
        yield Case(f"abi/{abi}", [Layer(abi=abi, scopes=scopes)])
        yield Case(f"abi/{abi}/strict", [Layer(abi=abi, scopes=scopes)], minimum_abi="all",
                   actions=["read:b/file"])
        yield Case(f"minimum/{abi}", [Layer(scopes=("signal",))], minimum_abi=abi,
                   actions=["read:b/file", "signal-parent"])
    yield Case("abi/11/scope-signal", [Layer(scopes=("signal",))])
    yield Case("abi/11/scope-abstract", [Layer(scopes=("abstract-unix-socket",))])


def layers(table):
    fs = tuple(table.fs())
    net = tuple(name for name in table.rights if name.startswith("net."))
    everything = [(fs, "/")]
    yield Case("layers/2/same", [Layer(rules=[("write", "a")]), Layer(rules=[("write", "a")])])
    yield Case("layers/2/disjoint", [Layer(rules=[("write", "a")]), Layer(rules=[("write", "b")])])
    yield Case("layers/2/narrower", [Layer(rules=[("write", "/")]), Layer(rules=[("read", "a")])])
    yield Case("layers/2/net-only-second",
               [Layer(rules=everything), Layer(unrestricted=fs, ports=[("bind-tcp", 4001, 4001)])])
    yield Case("layers/2/net-only-first",
               [Layer(unrestricted=fs, ports=[("connect-tcp", 4001, 4002)]),
                Layer(rules=everything, unrestricted=net)])
    yield Case("layers/2/refer-lifted-twice",
               [Layer(rules=[("write", "/")], unrestricted=("fs.refer",)),
                Layer(unrestricted=("fs.refer",), rules=[("write", "a"), ("write", "b")])])
    yield Case("layers/2/scope-only-second",
               [Layer(rules=everything), Layer(unrestricted=fs + net, scopes=("signal",))])
    yield Case("layers/2/older-second", [Layer(rules=everything), Layer(abi=1)])
    yield Case("layers/2/older-first", [Layer(abi=3, rules=[("read", "a")]), Layer(rules=[("write", "a")])])
    yield Case("layers/2/udp-only-second",
               [Layer(rules=everything),
                Layer(unrestricted=fs + ("net.bind_tcp", "net.connect_tcp"))])
    yield Case("layers/16", [Layer(rules=[("write", "a")])] * 16)
    yield Case("layers/17", [Layer(rules=[("write", "a")])] * 17, status=REFUSED)


def ports(table):
    for option in table.ports:
        yield Case(f"port/{option}/one", [Layer(ports=[(option, 4001, 4001)])])
        yield Case(f"port/{option}/range", [Layer(ports=[(option, 4000, 4002)])])
        yield Case(f"port/{option}/range-around", [Layer(ports=[(option, 4001, 4001), (option, 4003, 4010)])])
        yield Case(f"port/{option}/zero", [Layer(ports=[(option, 0, 0)])])
        yield Case(f"port/{option}/bounds", [Layer(ports=[(option, 65535, 65535), (option, 0, 0)])])
        yield Case(f"port/{option}/layers", [Layer(ports=[(option, 4001, 4002)]),
                                             Layer(ports=[(option, 4002, 4003)])])
    every = [(option, 4001, 4001) for option in table.ports]
    yield Case("port/all", [Layer(ports=every)])
    yield Case("port/udp-and-zero", [Layer(ports=[("connect-udp", 4001, 4001), ("bind-udp", 0, 0)])])
    yield Case("port/udp-and-source", [Layer(ports=[("connect-udp", 4001, 4001),
                                                    ("bind-udp", 4099, 4099)])])


def refusals(_table):
    """Cases in which no program may run, with the documented status."""
    one = ["read:b/file"]
    yield Case("refused/missing-path", [Layer(rules=[("read", "nowhere")])], actions=one, status=REFUSED,
               needs_landlock=True)
    yield Case("refused/option", [Layer()], extra=("--nonsense=1",), actions=one, status=REFUSED)
    yield Case("refused/refuse", [Layer()], extra=("--refuse=because",), actions=one, status=REFUSED)
    yield Case("refused/own-status", [Layer(rules=[("read", "nowhere")])], actions=one,
               extra=("--failure-status=255",), status=255)
    yield Case("refused/newer-right", [Layer(abi=1, rules=[(("fs.truncate",), "a")])], actions=one,
               status=REFUSED)
    yield Case("refused/newer-port", [Layer(abi=3, ports=[("bind-tcp", 80, 80)])], actions=one,
               status=REFUSED)
    yield Case("refused/newer-scope", [Layer(abi=5, scopes=("signal",))], actions=one, status=REFUSED)


UNPRIVILEGED_ACTIONS = ["no-new-privs", "read:a/file", "read:b/file", "write:a/file",
                        "write:b/file", "list:b", "make-dir:b/b-make-dir", "bind-tcp:4001",
                        "connect-tcp:4001", "connect-stream:@ringfence-matrix-stream"]


def users(_table):
    """Without CAP_SYS_ADMIN the wrapper must set no_new_privs. With it, the wrapper must not."""
    for user in (0, 65534):
        for count in (1, 2):
            if user != 0:
                yield Case(f"user/{user}/{count}/no-prctl",
                           [Layer(rules=[("read", "a")])] * count, user=user,
                           flags=("journal", "no-prctl"), actions=UNPRIVILEGED_ACTIONS)
            yield Case(f"user/{user}/{count}", [Layer(rules=[("read", "a")])] * count, user=user,
                       flags=("journal", "notify"), actions=UNPRIVILEGED_ACTIONS)
    yield Case("reports/abstract-notify", [Layer(scopes=("abstract-unix-socket",),
                                                 rules=[("read", "a")])],
               flags=("journal", "notify-abstract"), actions=["read:a/file", "read:b/file"])
    yield Case("reports/pathname-notify", [Layer(scopes=("abstract-unix-socket", "signal"))],
               flags=("journal", "notify"), actions=["read:b/file"])
    yield Case("reports/stderr", [Layer()], flags=("stderr",), actions=["read:b/file"])
    for name, path in (("missing", "nowhere"), ("below-a-file", "a/file/below")):
        yield Case(f"optional/{name}", [Layer(rules=[("read", "a")])],
                   flags=("stderr",), extra_rules=(f"--write=-{TREE}/{path}",),
                   actions=["read:a/file", "read:b/file", "write:a/file"])


def logs(table):
    """Cases about logged denials. Only a guest has its own audit log, so the log is ignored elsewhere."""
    both = ["read:a/file", "read:b/file", "bind-tcp:4001"]
    everything = Layer(rules=[(tuple(table.fs()), "/")], ports=[("bind-tcp", 4001, 4001)])
    of_file = "fs.read_file /a/file", "fs.read_file /b/file"
    of_net = "net.bind_tcp",

    def case(name, layers, expected, *options, quiet=None):
        def logged(abi):
            if abi < 7:
                return set()
            return set(quiet if abi >= 10 and quiet is not None else expected)
        return Case(f"log/{name}", layers, extra=options, actions=both,
                    flags=("journal", "audit"), logged=logged)

    yield case("default", [Layer()], of_file + of_net)
    yield case("none", [Layer()], (), "--log=none")
    yield case("new-exec", [Layer()], of_file + of_net, "--log=new-exec")
    yield case("same-exec", [Layer()], (), "--log=same-exec")
    yield case("subdomains", [Layer()], (), "--log=subdomains")
    yield case("inner-layer", [everything, Layer()], of_file + of_net, "--log=new-exec")
    yield case("outer-layer", [Layer(), everything], of_file + of_net, "--log=new-exec")
    for name, path, kept in (("directory", "b", of_file[:1]), ("file", "b/file", of_file[:1]),
                             ("root", "/", ())):
        quiet = case(f"quiet/{name}", [Layer()], of_file + of_net, quiet=kept + of_net)
        quiet.extra_rules = (f"--quiet={absolute(path)}",)
        yield quiet


GENERATORS = (each_right, each_right_but_one, each_unrestricted, each_group, each_abi, layers,
              ports, refusals, users, logs)


GUEST_TARGETS = ["a", "m", "b/hard", "a/file", "a/stream", "a/null"]


def for_guests(cases):
    """Leaves out cases that only differ in the kind of object, because an emulated machine is slow and all
    kernels find the rules of an object in the same way. The running kernel gets all cases."""
    return [case for case in cases if not case.name.startswith(("right/", "group/"))
            or case.name.count("/") == 1
            or any(case.name.split("/", 2)[2] == target for target in GUEST_TARGETS)
            or "unrestricted" in case.name]


def all_cases(table):
    cases = [case for generate in GENERATORS for case in generate(table)]
    assert len({case.name for case in cases}) == len(cases)
    return cases


def allows_nothing(case):
    """Whether a case allows nothing but the probe itself, so that every right that it restricts denies
    something."""
    return (case.actions is None and case.status is None and not case.user
            and all(not layer.rules and not layer.ports for layer in case.layers)
            and case.name.startswith(("abi/", "unrestricted/"))
            and case.name not in ("unrestricted/everything",)
            and not case.name.startswith("unrestricted/fs"))
