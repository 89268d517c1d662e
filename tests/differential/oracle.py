#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""oracle.py UNIT-PATH LISTFILE: prints how systemd itself reads service units.

Loads the units that LISTFILE names (one on each line) with PID 1's own code. Prints one JSON array for
each unit:

    [NAME, LOAD-STATE, ID, {"ExecStart": [[PATH, [ARGV…], FLAGS, [EXPANDED-ARGV…]], …], …}]

EXPANDED-ARGV is the result of replace_env_argv() on ARGV, directly before execve(2), with ENVIRONMENT.
FLAGS are the prefixes in a fixed order.

The code is that of libsystemd-core-NNN.so: manager_new() as `systemd-analyze verify` calls it, then
manager_load_unit(). systemd's own
D-Bus table, bus_service_vtable, tells the offsets of settings inside the private struct Service. The
layouts of two structs must be known: ExecCommand and the head of Unit. They are checked with a known
unit before anything is printed. Bytes that are not UTF-8 become surrogate escapes.
"""
import ctypes
import glob
import json
import os
import re
import sys
import tempfile

SETTINGS = ["ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop",
            "ExecStopPost"]
LIBRARIES = "/usr/lib/*/systemd/libsystemd-core-*.so", "/usr/lib*/systemd/libsystemd-core-*.so"


class ExecCommand(ctypes.Structure):
    pass


def exec_command(version):
    """src/core/execute.h: path, argv, ExecStatus (dual_timestamps, pid, code, status), flags, links."""
    status = 48 if version < 256 else 64  # 256 added the timestamp of the handoff
    return [("path", ctypes.c_char_p), ("argv", ctypes.POINTER(ctypes.c_char_p)),
            ("status", ctypes.c_char * status), ("flags", ctypes.c_int),
            ("next", ctypes.POINTER(ExecCommand)), ("previous", ctypes.c_void_p)]


class VtableItem(ctypes.Structure):
    # The row of a property in struct sd_bus_vtable (sd-bus-vtable.h). The row of a method has one
    # more member.
    _fields_ = [("type_flags", ctypes.c_uint64), ("member", ctypes.c_char_p),
                ("signature", ctypes.c_char_p), ("get", ctypes.c_void_p), ("set", ctypes.c_void_p),
                ("offset", ctypes.c_size_t), ("names", ctypes.c_void_p)]


class UnitHead(ctypes.Structure):
    # src/core/unit.h: the first members of struct Unit.
    _fields_ = [("manager", ctypes.c_void_p), ("type", ctypes.c_int), ("load_state", ctypes.c_int),
                ("merged_into", ctypes.c_void_p), ("id", ctypes.c_char_p)]


LOAD_STATES = ["stub", "loaded", "not-found", "bad-setting", "error", "merged", "masked"]


def find_library():
    found = sorted(path for pattern in LIBRARIES for path in glob.glob(pattern))
    return found[-1] if found else None


# The variables in the lines of lines.py, except UNSET.
ENVIRONMENT = ["A=one two", "B=", "C=it's \"q\" \\x", "PERCENT=%i", "DOLLAR=$A"]
Strings = ctypes.POINTER(ctypes.c_char_p)


def version(path):
    return int(re.search(r"core-(\d+)", path)[1])


def listed(strings):
    out = []
    while strings and strings[len(out)] is not None:
        out.append(os.fsdecode(strings[len(out)]))
    return out


class Oracle:
    def __init__(self, path):
        self.shared = ctypes.CDLL(path.replace("-core-", "-shared-"), ctypes.RTLD_GLOBAL)
        self.shared.log_set_max_level(2)  # LOG_CRIT: messages about bad lines are not needed
        self.version = version(path)
        self.library = ctypes.CDLL(path)
        self.library.unit_follow_merge.restype = ctypes.c_void_p
        self.library.unit_follow_merge.argtypes = [ctypes.c_void_p]
        ExecCommand._fields_ = exec_command(self.version)
        self.offsets = dict(self._offsets())
        self.environment = (ctypes.c_char_p * (len(ENVIRONMENT) + 1))(
            *[os.fsencode(entry) for entry in ENVIRONMENT], None)
        self.prefixes = {}
        self.manager = ctypes.c_void_p()
        system, minimal, no_dependencies = 0, 1, 16
        self._check(self.library.manager_new(system, minimal | no_dependencies,
                                             ctypes.byref(self.manager)), "manager_new")
        # There is no serialization, no descriptors, no root and, in 262, no further argument.
        self._check(self.library.manager_startup(self.manager, *[None] * 7), "manager_startup")

    @staticmethod
    def _check(result, what):
        if result < 0:
            raise OSError(-result, what)

    def _offsets(self):
        table = ctypes.addressof(ctypes.c_char.in_dll(self.library, "bus_service_vtable"))
        index = 0
        while True:
            item = VtableItem.from_address(table + index * ctypes.sizeof(VtableItem))
            kind = chr(item.type_flags & 0xff)
            if kind == ">":
                return
            if kind == "P" and item.member and item.member.decode() in SETTINGS:
                yield item.member.decode(), item.offset
            index += 1

    def load(self, name):
        unit = ctypes.c_void_p()
        result = self.library.manager_load_unit(self.manager, name.encode(), None, None,
                                                ctypes.byref(unit))
        if result < 0:
            return [name, "error %d" % result, "", {}]
        address = self.library.unit_follow_merge(unit)
        head = UnitHead.from_address(address)
        return [name, LOAD_STATES[head.load_state], head.id.decode(), self._commands(address)]

    def _commands(self, address):
        found = {}
        for setting, offset in self.offsets.items():
            pointer = ctypes.POINTER(ExecCommand).from_address(address + offset)
            commands = []
            while pointer:
                command = pointer.contents
                commands.append([os.fsdecode(command.path), listed(command.argv),
                                 self._flags(command), self._expanded(command)])
                pointer = command.next
            if commands:
                found[setting] = commands
        return found

    def _flags(self, command):
        return "".join(p for p, bit in self.prefixes.items() if command.flags & bit)

    def _expanded(self, command):
        words = listed(command.argv)
        if ":" in self._flags(command):
            return words
        # One word always remains, because 257 returns a list without an end if no word remains.
        argv = (ctypes.c_char_p * (len(words) + 2))(*map(os.fsencode, words), b"end", None)
        if self.version < 254:
            self.shared.replace_env_argv.restype = Strings
            return listed(self.shared.replace_env_argv(argv, self.environment))[:-1]
        result = Strings()
        self._check(self.shared.replace_env_argv(argv, self.environment, ctypes.byref(result), None, None),
                    "replace_env_argv")
        return listed(result)[:-1]

    def learn_prefixes(self, name):
        """The bit of each prefix, from a unit with one command for each."""
        unit = ctypes.c_void_p()
        self._check(self.library.manager_load_unit(self.manager, name.encode(), None, None,
                                                   ctypes.byref(unit)), name)
        pointer = ctypes.POINTER(ExecCommand).from_address(unit.value + self.offsets["ExecStart"])
        for prefix in PREFIXES:
            if not pointer or pointer.contents.path != b"/x":
                sys.exit("the structures of libsystemd-core are not those that this script knows")
            bit = pointer.contents.flags
            if bit:  # systemd 258 and later ignore "!!"
                self.prefixes[prefix] = bit
            pointer = pointer.contents.next


PREFIXES = ["-", ":", "+", "!", "!!"]
PREFIX_TEST = "[Service]\nType=oneshot\n" + "".join(f"ExecStart={p}/x\n" for p in PREFIXES)
SELF_TEST = ("[Service]\nType=oneshot\nExecStart=-@:/usr/bin//a b \"$A d\"\nExecStart=+/usr/bin/e $A\n"
             "ExecStopPost=/usr/bin/f\n")
SELF_TEST_RESULT = {
    "ExecStart": [["/usr/bin/a", ["b", "$A d"], "-:", ["b", "$A d"]],
                  ["/usr/bin/e", ["/usr/bin/e", "$A"], "+", ["/usr/bin/e", "one", "two"]]],
    "ExecStopPost": [["/usr/bin/f", ["/usr/bin/f"], "", ["/usr/bin/f"]]]}


def main(unit_path, listfile):
    library = find_library()
    if library is None:
        sys.exit("no libsystemd-core-*.so here")
    with tempfile.TemporaryDirectory() as stubs:
        for target in ("sysinit", "basic", "shutdown", "multi-user"):
            with open(f"{stubs}/{target}.target", "w") as file:
                file.write("[Unit]\nDescription=stub\n")
        for name, text in (("prefixes", PREFIX_TEST), ("self-test", SELF_TEST)):
            with open(f"{stubs}/oracle-{name}.service", "w") as file:
                file.write(text)
        os.environ["SYSTEMD_UNIT_PATH"] = f"{unit_path}:{stubs}"
        oracle = Oracle(library)
        oracle.learn_prefixes("oracle-prefixes.service")
        test = oracle.load("oracle-self-test.service")
        if test[1:] != ["loaded", "oracle-self-test.service", SELF_TEST_RESULT]:
            sys.exit(f"{library}: its structures are not those that this script knows: {test}")
        with open(listfile) as names:
            for name in names:
                print(json.dumps(oracle.load(name.rstrip("\n"))))
        sys.stdout.flush()
        os._exit(0)  # skips the shutdown code of PID 1


if __name__ == "__main__":
    main(*sys.argv[1:])
