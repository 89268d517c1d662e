# SPDX-License-Identifier: LGPL-2.1-or-later
"""Mounting, and looking into other processes: every fence denies them, and `check` names programs that need them."""
import json

import pytest

from lib.rig.policies import LIBRARIES

UNIT = "needy.service"
POLICY = f"""version = 1
abi = 7
[filesystem]
execute = ["/usr/bin", "/usr/sbin", "{LIBRARIES}"]
read = ["/"]
write = ["/dev", "/run"]
"""


def run(machine, command, fenced):
    machine.policy("needy", POLICY)
    machine.unit(UNIT, "[Service]\nType=oneshot\n" + ("X-LandlockPolicy=needy\n" if fenced else "")
                 + f"ExecStart={command}\n")
    return machine.start(UNIT, check=False).returncode == 0


def checks(machine):
    done = machine.run("ringfence", "check", "--json", UNIT, check=False)
    return {finding["check"] for finding in json.loads(done.stdout)["findings"]}


@pytest.mark.parametrize("command, check", [
    ("/usr/bin/unshare -m /usr/bin/true", "denied-mount"),
    ("/usr/bin/sh -c 'mount -t tmpfs tmpfs /mnt && umount /mnt'", "denied-mount"),
    ("/usr/bin/unshare -rm /usr/bin/true", "denied-mount"),
    ("/usr/bin/env -i /usr/bin/true", None),
])
def test_mounting(machine, command, check):
    assert run(machine, command, fenced=False)  # the control
    assert run(machine, command, fenced=True) == (check is None)
    assert checks(machine) & {"denied-mount", "denied-process"} == ({check} if check else set())


@pytest.mark.parametrize("what, allowed", [("cat /proc/1/io", False), ("readlink /proc/1/exe", False),
                                           ("readlink /proc/1/fd/0", False), ("cat /proc/1/environ", False),
                                           ("cat /proc/1/stat", True), ("cat /proc/1/status", True),
                                           ("cat /proc/1/cmdline", True)])
def test_what_is_seen_of_other_processes(machine, what, allowed):
    command = f"/usr/bin/sh -c 'test -n \"$(/usr/bin/{what} | tr -d \\0)\"'"
    assert run(machine, command, fenced=False)  # the control
    assert run(machine, command, fenced=True) == allowed
