# SPDX-License-Identifier: LGPL-2.1-or-later
"""The capabilities that defeat a fence, in real units: they are gone from the service, and only from it."""
import re

import pytest

from lib.exit_status import CANNOT_ENFORCE
from lib.rig.policies import sleep_policy

NUMBERS = {"audit_control": 30, "bpf": 39, "perfmon": 38, "sys_admin": 21, "sys_boot": 22, "sys_module": 16,
           "sys_rawio": 17}
FENCED = {"nginx.service": "nginx", "redis-server.service": "redis-server"}
UNIT = "sleeper.service"
SLEEP = "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n"


def sets(machine, pid):
    """The capabilities of a process: {"CapEff": …}."""
    status = machine.read(f"/proc/{pid}/status")
    return {name: int(value, 16) for name, value in re.findall(r"^(Cap\w+):\s+(\w+)$", status, re.MULTILINE)}


def held(machine, unit):
    """The names of those that the main process has, or can gain by executing a program."""
    pid = machine.show(unit, "MainPID")
    found = sets(machine, pid)
    if "NoNewPrivs:\t1" in machine.read(f"/proc/{pid}/status"):
        del found["CapBnd"]
    return {name for name, number in NUMBERS.items() if any(mask >> number & 1 for mask in found.values())}


@pytest.fixture
def sleeper(machine):
    machine.policy("sleeper", sleep_policy())
    return machine


def start(machine, lines=""):
    machine.unit(UNIT, SLEEP + lines)
    machine.start(UNIT)
    machine.wait_state(UNIT, "active")
    return machine.fence(UNIT)


def test_the_control_has_them(sleeper):
    sleeper.unit("open.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    sleeper.start("open.service")
    assert held(sleeper, "open.service") == set(NUMBERS)


def test_a_fenced_service_has_none(sleeper):
    record = start(sleeper)
    assert held(sleeper, UNIT) == set()
    assert record["LANDLOCK_DROPPED"] == ",".join(NUMBERS)
    pid = sleeper.show(UNIT, "MainPID")
    others = sets(sleeper, 1)["CapBnd"] & ~sum(1 << number for number in NUMBERS.values())
    assert sets(sleeper, pid)["CapEff"] == others, "the service keeps all other capabilities"
    assert "NoNewPrivs:\t0" in sleeper.read(f"/proc/{pid}/status")


@pytest.mark.parametrize("unit", FENCED)
def test_real_services(machine, unit):
    machine.drop_in(unit, f"[Service]\nX-LandlockPolicy={FENCED[unit]}\n")
    machine.restart(unit)
    assert held(machine, unit) == set()
    assert machine.fence(unit)["LANDLOCK_DROPPED"] == ",".join(NUMBERS)


def test_a_policy_keeps_one(sleeper):
    sleeper.policy("sleeper", sleep_policy() + '[capabilities]\nkeep = ["sys_admin"]\nreason = "it mounts"\n')
    record = start(sleeper)
    assert held(sleeper, UNIT) == {"sys_admin"}
    assert "sys_admin" not in record["LANDLOCK_DROPPED"]
    found = sleeper.run("ringfence", "check", "sleeper", check=False).stdout
    assert "it keeps sys_admin, which enters other mount namespaces" in found and "kept-capability" in found


def test_commands_without_a_fence_keep_theirs(sleeper):
    sleeper.write("/run/before", "")
    start(sleeper, "ExecStartPre=/usr/bin/cp /proc/self/status /run/before\n")
    words = re.search(r"^CapEff:\s+(\w+)$", sleeper.read("/run/before"), re.MULTILINE)
    assert all(int(words[1], 16) >> number & 1 for number in NUMBERS.values())


# The filters that deny capset(2), and those that have no such line.
FILTERS = {
    "privileged": "SystemCallFilter=~@privileged\n",
    "usual": "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources\n",
    "error": "SystemCallFilter=~@privileged:EPERM\nSystemCallErrorNumber=EPERM\n",
    "names": "SystemCallFilter=@default @basic-io @file-system @process @network-io @signal\n",
}


@pytest.mark.parametrize("name", FILTERS)
def test_within_a_filter(sleeper, name):
    start(sleeper, FILTERS[name])
    assert held(sleeper, UNIT) == set()
    assert "SystemCallFilter=" in sleeper.read(f"/run/systemd/generator/{UNIT}.d/~ringfence.conf")


def test_without_capset_it_does_not_start(sleeper):
    """Another generator's drop-in, which sorts behind the fence's, takes the call away. The wrapper then refuses."""
    sleeper.write("/etc/systemd/system-generators/zz", f"#!/bin/sh\nmkdir -p $3/{UNIT}.d\n"
                  f"printf '[Service]\\nSystemCallFilter=~capset:EPERM\\n' >$3/{UNIT}.d/~zz.conf\n", mode="755")
    sleeper.unit(UNIT, SLEEP)
    sleeper.start(UNIT)
    sleeper.wait_state(UNIT, "failed")
    assert sleeper.show(UNIT, "ExecMainStatus") == str(CANNOT_ENFORCE)
    assert "the kernel does not take capabilities away: Operation not permitted" in \
        sleeper.show(UNIT, "StatusText")


@pytest.mark.parametrize("lines, no_new_privs", [
    ("CapabilityBoundingSet=~CAP_SETPCAP\n", "1"),
    ("CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n", "1"),
    ("User=daemon\nAmbientCapabilities=CAP_SYS_ADMIN CAP_NET_ADMIN\n", "1"),
    ("User=daemon\n", "1"),
    ("NoNewPrivileges=yes\n", "1"),
    ("PrivateDevices=yes\n", "0"),
    ("SecureBits=noroot\n", "1"),
])
def test_other_privileges(sleeper, lines, no_new_privs):
    start(sleeper, lines)
    assert held(sleeper, UNIT) == set()
    pid = sleeper.show(UNIT, "MainPID")
    assert f"NoNewPrivs:\t{no_new_privs}" in sleeper.read(f"/proc/{pid}/status")
