# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random policies, as the text that an administrator would write."""
import json

from lib.matrix import model

# No rule leads through b/symbolic: whether the wrapper follows a link depends on all other rules, and
# tests/attack/test_next_fence.py tries that.
OBJECTS = (["/", "/tmp", "."] + model.DIRECTORIES + model.FILES + list(model.SPECIAL)
           + list(model.HARD_LINKS) + ["m/deep", "m/deep/file", "nowhere"])
# Paths on which rules matter for the tried accesses.
USUAL = [".", "a", "a/sub", "a/sub/deep", "b", "m", "a/file", "b/file", "b/hard", "mf",
         "m/deep", "/tmp", "/"]
GROUPS = ("read", "execute", "write", "connect_unix")
PORT_KEYS = {"bind_tcp": "net.bind_tcp", "connect_tcp": "net.connect_tcp",
             "bind_udp": "net.bind_udp", "connect_udp": "net.connect_send_udp"}
SCOPES = ("signal", "abstract_unix_socket")


def value(thing):
    return json.dumps(thing)


class Writer:
    """Makes one random policy."""

    def __init__(self, random, table):
        self.random = random
        self.table = table
        self.abi = random.choice([11, 11, 11, 10, 9, 8, 7, 7, 6, 5, 4, 3, 2, 1])
        self.known = table.known(self.abi)

    def chance(self, share):
        return self.random.random() < share

    def path(self):
        path = self.random.choice(USUAL if self.chance(0.8) else OBJECTS)
        return path, ("-" if path == "nowhere" or self.chance(0.2) else "") + model.absolute(path)

    def unrestricted(self, family):
        names = [name for name in self.table.ordered(self.known)
                 if name.startswith(family) and name != "fs.refer"]
        share = self.random.choice([0.1, 0.3, 0.9])
        return [name for name in names if self.chance(share)] if self.chance(0.3) else []

    def filesystem(self, prefix):
        lifted = self.unrestricted("fs.")
        lines = [f"[{prefix}filesystem]"]
        if lifted:
            lines.append(f"unrestricted = {value(lifted)}")
        for group in GROUPS:
            if group == "connect_unix" and self.abi < 9:
                continue
            paths = [self.path()[1] for _ in range(self.random.choice([0, 0, 1, 1, 2]))]
            if paths or self.chance(0.1):
                lines.append(f"{group} = {value(paths)}")
        rules = [self.rule(prefix, lifted) for _ in range(self.random.choice([0, 1, 2, 4]))]
        # The program that tries the accesses.
        rules.append(f"[[{prefix}filesystem.rule]]\npath = {value(model.PROBE)}\n"
                     f"allow = {value(list(model.PROBE_RIGHTS))}")
        return lines + [rule for rule in rules if rule]

    def rule(self, prefix, lifted):
        name, path = self.path()
        directory = model.is_directory(name) if name != "nowhere" else True
        names = [right for right in self.table.ordered(self.known)
                 if right.startswith("fs.") and (directory or self.table.rights[right].file)]
        share = self.random.choice([0.1, 0.4, 0.95])
        allow = [right for right in names if self.chance(share)]
        if not allow:
            return ""
        return (f"[[{prefix}filesystem.rule]]\npath = {value(path)}\nallow = {value(allow)}\n"
                f'reason = "random"')

    def network(self, prefix):
        lines = [f"[{prefix}network]"]
        lifted = self.unrestricted("net.")
        if lifted:
            lines.append(f"unrestricted = {value(lifted)}")
        for key, right in PORT_KEYS.items():
            if right in lifted or right not in self.known or self.chance(0.3):
                continue
            lowest = 1 if key == "connect_tcp" else 0
            ports = [self.random.choice([4001, 4002, 4005, 4099, "4000-4003", "4002-4004", lowest])
                     for _ in range(self.random.choice([0, 1, 2, 3]))]
            lines.append(f"{key} = {value(ports)}")
        return lines

    def scope(self, prefix):
        lines = [f"[{prefix}scope]"]
        for key in SCOPES:
            if self.chance(0.7):
                free = self.abi < 6 or self.chance(0.6)
                lines.append(f"{key} = {'false' if free else 'true'}")
        return lines

    def tables(self, prefix, share):
        """If a table is missing, the policy itself restricts everything of that kind, and a layer restricts nothing."""
        lines = []
        for table, chance in ((self.filesystem, max(share, 0.7)), (self.network, share),
                              (self.scope, share)):
            if table == self.filesystem and not prefix or self.chance(chance):
                lines += table(prefix)
        return lines

    def text(self):
        lines = ["version = 1", f"abi = {self.abi}", 'description = "random"']
        if self.chance(0.3):
            lines.append('extends = ["shared"]')
        lines += self.tables("", 0.6)
        for _ in range(self.random.choice([0, 0, 0, 1, 1, 2])):
            tables = self.tables("layer.", 0.5)
            if tables:
                lines += ["[[layer]]"] + tables
        return "\n".join(lines) + "\n"


ABSTRACTION = f"""version = 1
abi = 11
[filesystem]
read = ["{model.TREE}/a/sub", "-{model.TREE}/nowhere"]
[[filesystem.rule]]
path = "{model.TREE}/b"
allow = ["fs.make_dir", "fs.make_reg", "fs.refer"]
[network]
bind_tcp = [4005]
"""
