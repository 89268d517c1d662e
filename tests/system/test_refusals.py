# SPDX-License-Identifier: LGPL-2.1-or-later
"""A refused start is a short process, whose record must still be attributed to its unit and give the reason."""
import pytest

from lib.exit_status import REFUSED as STATUS
from lib.rig.policies import sleep_policy

REFUSED = "4748a0589cb240159cefea06afd9731c"  # src/landlock/report.h
STARTS = 100


def test_every_refusal_is_attributed(machine):
    """journald learns the unit from /proc/PID/cgroup, which is gone when the sender has exited."""
    machine.unit("refused@.service", "[Service]\nExecStart=/usr/libexec/ringfence-exec --policy=p"
                 " --refuse='refusal number %i' -- /bin/true\n")
    start = machine.now()
    machine.run(f"for i in $(seq {STARTS}); do systemctl start --no-block refused@$i; done")
    records = machine.wait_for(
        lambda: enough(machine.journal(since=start, MESSAGE_ID=REFUSED)), 20,
        f"{STARTS} records of refusals")
    assert {record["LANDLOCK_ERROR"]: record.get("_SYSTEMD_UNIT") for record in records} \
        == {f"refusal number {i}": f"refused@{i}.service" for i in range(1, STARTS + 1)}


@pytest.mark.parametrize("settings", ["InaccessiblePaths=/usr/libexec", "InaccessibleDirectories=/usr/libexec",
                                      "SystemCallFilter=~landlock_add_rule", "InaccessiblePaths=/usr\nNoExecPaths=/"])
def test_a_unit_that_hides_the_wrapper_says_why_it_does_not_start(machine, settings):
    machine.policy("hidden", sleep_policy())
    machine.unit("hidden.service", f"[Service]\nX-LandlockPolicy=hidden\nExecStart=/usr/bin/sleep 9\n{settings}\n")
    machine.start("hidden.service", check=False)
    machine.wait_state("hidden.service", "failed")
    assert machine.show("hidden.service", "ExecMainStatus") == str(STATUS)
    reason = settings.split("=")[0].replace("Directories", "Paths")
    assert reason in machine.fence("hidden.service")["LANDLOCK_ERROR"]


def test_a_unit_without_a_command_for_its_fence_does_not_start(machine):
    """With ExecStop= alone, a unit of Type=oneshot can start. The control does not ask for a fence."""
    text = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStop=/usr/bin/true\n"
    machine.unit("idle.service", text)
    machine.start("idle.service")
    machine.run("systemctl", "stop", "idle.service")
    machine.unit("idle.service", text + "X-LandlockPolicy=missing\n")
    machine.start("idle.service", check=False)
    assert machine.show("idle.service", "ExecMainStatus") == str(STATUS)
    assert "no command of ExecStart=" in machine.run("ringfence", "check", "idle.service", check=False).stdout
    assert machine.run("ringfence", "status", "idle.service", check=False).returncode == 4


def enough(records):
    return records if len(records) >= STARTS else None
