# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that lie about their own fences. What they send must not make the review believe in a fence."""
import json

import pytest

from lib.rig.policies import sleep_policy
from test_enable import clean, ringfence  # noqa: F401
from test_status import SETTLED, status

UNIT = "liar.service"
# "unknown" if the wrapper's own report is lost, as on a busy machine. Never "enforced".
NOT_FENCED_AS_DUE = ("outdated", "unknown")
POLICY = sleep_policy("liar.service").replace("[filesystem]", 'minimum_abi = 1\n\n[filesystem]', 1)
DIRECTORY = "/usr/lib/ringfence-rig"

# Sends a report to the journal's socket, with the policy, digest and tag in its arguments. The ABI of the kernel and
# further fields may follow.
FORGE = """\
import socket, sys, time
policy, digest, tag = sys.argv[1:4]
abi, *more = sys.argv[4:] or ["7"]
text = f"MESSAGE=x\\nMESSAGE_ID=24d70d8d2bc94cfc835749197d384851\\nLANDLOCK_STATUS=enforced\\n" \
       f"LANDLOCK_POLICY={policy}\\nLANDLOCK_POLICY_DIGEST={digest}\\nLANDLOCK_ABI={abi}\\n" \
       f"LANDLOCK_RULES=3\\nLANDLOCK_LAYERS=1\\nLANDLOCK_TAG={tag}\\nLANDLOCK_PROGRAM=/bin/true\\n"
text += "".join(line + "\\n" for line in more)
sent = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sent.sendto(text.encode(), "/run/systemd/journal/socket")
time.sleep(60)  # journald looks up the unit of a process that runs
"""


@pytest.fixture
def liar(clean):  # noqa: F811
    clean.write(f"{DIRECTORY}/forge.py", FORGE)
    clean.policy("liar", POLICY)
    clean.unit(UNIT, "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    yield clean
    clean.run("systemctl", "stop", UNIT)


def forge(machine, unit, digest, *more, policy="liar", tag="rf0123456789abc", abi=7):
    """A process in the control group of the unit sends the report, as one of the service's could."""
    group = machine.show(unit, "ControlGroup")
    process = machine.run("sh", "-c", f"echo $$ >/sys/fs/cgroup{group}/cgroup.procs; "
                          f"/usr/bin/python3 {DIRECTORY}/forge.py {policy} {digest} {tag} {abi} {' '.join(more)} >/dev/null 2>&1 & "
                          "echo $!").stdout.strip()

    def sent():
        machine.run("journalctl", "--sync")
        return [entry for entry in machine.journal(LANDLOCK_TAG=tag) if entry.get("LANDLOCK_POLICY_DIGEST") == digest]
    last = machine.wait_for(sent, what="the forged report")[-1]
    machine.run("kill", process)
    assert last["_SYSTEMD_UNIT"] == unit, last


def restart_with_report(machine):
    """On a busy machine journald may find no unit for the wrapper's report. Then it counts for nothing."""
    def reported():
        machine.restart(UNIT)
        invocation = machine.show(UNIT, "InvocationID")
        return [entry for entry in machine.journal(_SYSTEMD_INVOCATION_ID=invocation) if "LANDLOCK_STATUS" in entry]
    machine.wait_for(reported, what="a report with the unit")


def due_digest(machine):
    return status(machine, UNIT)[1][UNIT]["digest"]


def state(machine):
    return status(machine, UNIT)[1][UNIT]["state"]


def test_an_unfenced_service_cannot_report_itself_enforced(liar):
    liar.start(UNIT)
    liar.run("sleep", str(SETTLED))
    ringfence(liar, "enable", "liar")
    assert state(liar) == "unfenced"
    forge(liar, UNIT, due_digest(liar))
    assert state(liar) == "unfenced"
    liar.restart(UNIT)
    assert state(liar) == "enforced"  # the control


def test_an_outdated_service_cannot_report_itself_enforced(liar):
    ringfence(liar, "enable", "liar")
    restart_with_report(liar)
    assert state(liar) == "enforced"
    liar.policy("liar", POLICY.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    liar.reload()
    assert state(liar) in NOT_FENCED_AS_DUE
    forge(liar, UNIT, due_digest(liar))
    assert state(liar) in NOT_FENCED_AS_DUE


def test_a_lost_report_does_not_let_the_service_choose(liar):
    """It runs behind a wider fence, whose report does not arrive, and claims the fence that comes back later."""
    ringfence(liar, "enable", "liar")
    claimed = due_digest(liar)
    liar.policy("liar", POLICY.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    liar.drop_in(UNIT, "[Service]\nInaccessiblePaths=/run/systemd/journal\n")
    liar.restart(UNIT)
    forge(liar, UNIT, claimed)
    liar.policy("liar", POLICY)
    liar.reload()
    assert due_digest(liar) == claimed
    assert state(liar) in NOT_FENCED_AS_DUE
    liar.run("rm", f"/etc/systemd/system/{UNIT}.d/50-test.conf")
    liar.reload()
    restart_with_report(liar)
    liar.reload()
    assert state(liar) == "enforced"  # the control


def test_a_report_of_an_older_kernel_makes_it_worse(liar):
    """The wrapper's own report does not arrive. The service claims that its kernel was too old for a right, which would
    be no fault of anybody's. The running kernel knows the right."""
    ringfence(liar, "enable", "liar")
    liar.drop_in(UNIT, "[Service]\nInaccessiblePaths=/run/systemd/journal\n")
    liar.restart(UNIT)
    assert state(liar) == "enforced"  # systemd executed the wrapper
    forge(liar, UNIT, due_digest(liar), "LANDLOCK_UNENFORCED=scope.signal", abi=5, tag="rf0123456789abd")
    unit = status(liar, UNIT)[1][UNIT]
    assert unit["state"] == "degraded" and "this kernel knows scope.signal" in unit["reasons"][0], unit
    document = json.loads(liar.run("ringfence", "report", "--json", check=False).stdout)
    assert [unit["state"] for unit in document["units"] if unit["unit"] == UNIT] == ["degraded"]


def test_a_service_that_says_it_reloads_cannot_either(liar):
    """With RELOADING=1 the unit is no longer "active", and the last report counted."""
    ringfence(liar, "enable", "liar")
    liar.drop_in(UNIT, "[Service]\nNotifyAccess=all\n")
    restart_with_report(liar)
    liar.policy("liar", POLICY.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    liar.reload()
    forge(liar, UNIT, due_digest(liar))
    group = liar.show(UNIT, "ControlGroup")
    # systemd-notify waits until systemd has read the message. A sender that has ended has no unit.
    liar.run("sh", "-c", f"echo $$ >/sys/fs/cgroup{group}/cgroup.procs; "
             "NOTIFY_SOCKET=/run/systemd/notify systemd-notify RELOADING=1; exit $?")
    assert liar.show(UNIT, "ActiveState") == "reloading"
    assert state(liar) in NOT_FENCED_AS_DUE


def test_a_fence_survives_reloads_in_the_status(liar):
    """systemd forgets at a reload which process it started. The order of the request, a reload and the start remains."""
    ringfence(liar, "enable", "liar")
    liar.restart(UNIT)
    for _ in range(2):
        liar.reload()
        assert state(liar) == "enforced"


def test_a_unit_without_a_fence_is_not_enforced_in_the_report(liar):
    liar.unit("never.service", "[Service]\nUser=nobody\nExecStart=/usr/bin/sleep infinity\n")
    liar.start("never.service")
    forge(liar, "never.service", "0011223344556677")
    document = json.loads(liar.run("ringfence", "report", "--json").stdout)
    assert [unit["state"] for unit in document["units"] if unit["unit"] == "never.service"] == ["unconfirmed"]


def test_nor_is_one_that_runs_since_before_it_asked(liar):
    liar.start(UNIT)
    ringfence(liar, "enable", "liar")
    forge(liar, UNIT, due_digest(liar))

    def reported():
        document = json.loads(liar.run("ringfence", "report", "--json").stdout)
        return [unit["state"] for unit in document["units"] if unit["unit"] == UNIT]

    assert reported() == ["unconfirmed"]
    liar.restart(UNIT)
    assert reported() == ["enforced"]  # the control
