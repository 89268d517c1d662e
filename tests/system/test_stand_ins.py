# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sockets that command the machine, from inside a fenced service that runs as root, where nothing restricts
fs.resolve_unix: this kernel, or the policy's abi, is older than 9. The control is the same unit without stand-ins."""
import json

import pytest

POLICY = """\
version = 1
description = "a shell that asks the service manager"
abi = 7
stand_ins = [{stand_ins}]
[filesystem]
execute = ["/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/systemd", "/lib64", "/bin", "/usr/sbin"]
read = ["/usr", "/etc/ld.so.cache", "/proc", "/run", "/etc/ringfence"]
write = ["/srv/out"]
{more}
"""
UNIT = "asker.service"
ASK = """\
[Service]
Type=oneshot
RemainAfterExit=yes
X-LandlockPolicy=asker
ExecStart=/bin/sh -c 'rm -f /srv/out/*; for try in 1; do {attacks}; done; exit 0'
"""
ATTACKS = {
    "systemd-run": "systemd-run -q --pipe --wait head -c 5 /etc/shadow",
    "busctl": "busctl --no-pager call org.freedesktop.systemd1 /org/freedesktop/systemd1 "
              "org.freedesktop.systemd1.Manager ListUnits",
    "systemctl": "systemctl show -p Version",
}


def asking():
    """A command for each attack, which leaves a file if it succeeded."""
    return ASK.format(attacks="; ".join(f"{command} >/srv/out/{name}.log 2>&1 && echo yes >/srv/out/{name}"
                                        for name, command in ATTACKS.items()))


@pytest.fixture
def asker(machine):
    machine.run("install", "-d", "/srv/out")
    yield machine
    machine.run("rm", "-rf", "/srv/out")


def succeeded(machine):
    """The attacks that succeed from inside the fence now."""
    machine.restart(UNIT)
    machine.wait_state(UNIT, "active")
    return {name for name in ATTACKS if machine.run("test", "-s", f"/srv/out/{name}", check=False).returncode == 0}


def fence(machine, stand_ins='"sockets"', more="", lines=""):
    machine.policy("asker", POLICY.format(stand_ins=stand_ins, more=more))
    machine.unit(UNIT, asking() + lines)


def test_the_control_gets_out(asker):
    fence(asker, stand_ins="")
    assert succeeded(asker) == set(ATTACKS)
    assert "LANDLOCK_STOOD_IN" not in asker.fence(UNIT)


def test_nothing_gets_out(asker):
    fence(asker)
    assert succeeded(asker) == set()
    assert asker.fence(UNIT)["LANDLOCK_STOOD_IN"] == "fs.resolve_unix"
    assert asker.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"


LONG = """\
[Service]
X-LandlockPolicy=asker
ExecStart=/bin/sh -c 'while :; do test -e /srv/out/go && {{ rm /srv/out/go; {attacks}; echo done >/srv/out/done; }}; \
sleep 0.1; done'
"""


def test_it_holds_while_it_runs(asker):
    """After everything that makes the sockets anew, in one start of the service."""
    attacks = "; ".join(f"{command} >/srv/out/{name}.log 2>&1 && echo yes >/srv/out/{name}"
                        for name, command in ATTACKS.items())
    asker.policy("asker", POLICY.format(stand_ins='"sockets"', more=""))
    asker.unit(UNIT, LONG.format(attacks=attacks))
    asker.start(UNIT)
    main = asker.show(UNIT, "MainPID")

    def ask():
        asker.run("rm -f /srv/out/done; touch /srv/out/go")
        asker.wait_for(lambda: asker.run("test", "-e", "/srv/out/done", check=False).returncode == 0,
                       timeout=60, what="the attacks")
        return {name for name in ATTACKS if asker.run("test", "-s", f"/srv/out/{name}", check=False).returncode == 0}

    assert ask() == set()
    for change in ("systemctl daemon-reload", "systemctl daemon-reexec",
                   "systemctl stop dbus.service; systemctl restart dbus.socket"):
        asker.run("sh", "-c", change, timeout=60)
        asker.wait_for(lambda: asker.run("systemctl is-system-running", check=False).stdout.strip() in
                       ("running", "degraded"), timeout=60, what="the service manager")
        assert ask() == set(), change
    assert asker.show(UNIT, "MainPID") == main


def test_a_grant_of_the_bus_is_a_way_out(asker):
    """All three programs ask the service manager over the bus when its own socket is not there."""
    fence(asker, more='connect_unix = ["/run/dbus/system_bus_socket"]')
    assert succeeded(asker) == set(ATTACKS)
    drop_in = asker.read(f"/run/systemd/generator/{UNIT}.d/~ringfence.conf")
    assert "TemporaryFileSystem=/run/systemd:ro\n" in drop_in


def test_what_is_not_so_is_reported(asker):
    """Another generator's drop-in, which sorts behind the fence's, takes the mounts away: the wrapper sees it."""
    asker.write("/etc/systemd/system-generators/zz", f"#!/bin/sh\nmkdir -p $3/{UNIT}.d\n"
                f"printf '[Service]\\nTemporaryFileSystem=\\n' >$3/{UNIT}.d/~zz.conf\n", mode="755")
    fence(asker)
    assert "systemctl" in succeeded(asker)
    record = asker.fence(UNIT)
    assert record["LANDLOCK_STATUS"] == "degraded" and record["LANDLOCK_UNENFORCED"] == "fs.resolve_unix"
    assert "LANDLOCK_STOOD_IN" not in record and record["LANDLOCK_NOT_STOOD_IN"] == "fs.resolve_unix"
    for verb in ("status", "report"):
        done = asker.run("ringfence", verb, "--json", check=False)
        unit, = [unit for unit in json.loads(done.stdout)["units"] if unit["unit"] == UNIT]
        assert (done.returncode, unit["state"]) == (3, "degraded"), (verb, unit)
    assert "nothing stands in for fs.resolve_unix: Stand-ins in ringfence.unit(5)" in \
        asker.run("ringfence", "status", "--no-pager", check=False).stdout


def test_notification_and_the_journal_work(asker):
    """What is brought back: a service of Type=notify with a watchdog, and its messages."""
    fence(asker)
    asker.unit(UNIT, "[Service]\nType=notify\nNotifyAccess=all\nX-LandlockPolicy=asker\n"
                     "ExecStart=/bin/sh -c 'systemd-notify --ready; echo here I am; exec sleep infinity'\n")
    asker.start(UNIT)
    assert asker.show(UNIT, "ActiveState") == "active"
    asker.wait_for(lambda: [r for r in asker.journal(_SYSTEMD_UNIT=UNIT) if r.get("MESSAGE") == "here I am"],
                   what="the message")
    assert asker.fence(UNIT)["LANDLOCK_STOOD_IN"] == "fs.resolve_unix"
    unit, = json.loads(asker.run("ringfence", "status", "--json", UNIT).stdout)["units"]
    assert unit["state"] == "enforced" and unit["stood_in"] == ["fs.resolve_unix"]


@pytest.mark.parametrize("unit, policy", [("nginx.service", "nginx"), ("redis-server.service", "redis-server")])
def test_real_services(machine, unit, policy):
    """With the policies of the package, whose stand-ins the host switches on."""
    machine.write("/etc/ringfence/ringfence.conf.d/50-stand-ins.conf", 'stand_ins = ["sockets"]\n')
    machine.drop_in(unit, f"[Service]\nX-LandlockPolicy={policy}\n")
    machine.restart(unit)
    assert machine.show(unit, "ActiveState") == "active"
    assert machine.fence(unit)["LANDLOCK_STOOD_IN"] == "fs.resolve_unix"
    mounts = machine.read(f"/proc/{machine.show(unit, 'MainPID')}/mountinfo")
    assert all(f" {directory} ro" in mounts for directory in ("/run/systemd", "/run/dbus", "/run/user"))
