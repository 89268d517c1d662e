# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy that cannot be used. The service must not start, and its message must say where and what to do."""
from dataclasses import dataclass

import pytest

from lib.exit_status import REFUSED
from lib.rig.policies import sleep_policy

POLICY = "/etc/ringfence/policies/sleeper.toml"
UNIT = "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n"
GOOD = sleep_policy()


@dataclass(frozen=True)
class Case:
    name: str
    text: str  # None: the policy does not exist
    where: str
    says: tuple  # the message must contain all of these


CASES = (
    Case("misspelt key", GOOD.replace("execute", "exceute"), f"{POLICY}:6:1",
         ("exceute", "execute")),
    Case("misspelt table", GOOD.replace("[filesystem]", "[filesytem]"), f"{POLICY}:5:",
         ("filesytem", "filesystem")),
    Case("syntax error", GOOD.replace('["/etc/ld', '["/etc/ld"'), f"{POLICY}:7:", ()),
    Case("bad right name", GOOD + '\n[[filesystem.rule]]\npath = "/dev/tty"\n'
         'allow = ["fs.raed_file"]\n', f"{POLICY}:11:", ("fs.raed_file", "fs.read_file")),
    Case("missing policy", None, "/etc/systemd/system/sleeper.service:2:", ("sleeper",)),
)


@pytest.fixture(params=CASES, ids=lambda case: case.name.replace(" ", "-"))
def case(request, machine):
    """A unit with the broken policy. A fenced nginx runs already."""
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.restart("nginx.service")
    if request.param.text is not None:
        machine.policy("sleeper", request.param.text)
    machine.unit("sleeper.service", UNIT)
    return request.param


def test_the_service_does_not_start_and_says_why(machine, case):
    assert machine.show("sleeper.service", "LoadState") == "loaded"
    machine.start("sleeper.service", check=False)
    machine.wait_state("sleeper.service", "failed")
    assert machine.run("pgrep", "-x", "sleep", check=False).returncode == 1
    # With Type=simple the start counts as successful as soon as the wrapper runs. It must not be repeated.
    assert machine.show("sleeper.service", "NRestarts") == "0"

    record = machine.fence("sleeper.service")
    assert record["LANDLOCK_STATUS"] == "refused"
    for text in (record["MESSAGE"], machine.status("sleeper.service")):
        assert case.where in text
        assert [part for part in case.says if part not in text] == []


def test_other_services_do_not_notice(machine, case):
    machine.start("sleeper.service", check=False)
    machine.wait_state("sleeper.service", "failed")
    assert machine.show("nginx.service", "ActiveState") == "active"
    machine.drop_in("redis-server.service", "[Service]\nX-LandlockPolicy=redis-server\n")
    machine.restart("redis-server.service")
    assert machine.fence("redis-server.service")["LANDLOCK_STATUS"] == "enforced"
    machine.restart("nginx.service")
    assert machine.fence("nginx.service")["LANDLOCK_STATUS"] == "enforced"


def test_mended_it_starts_fenced(machine, case):
    machine.start("sleeper.service", check=False)
    machine.wait_state("sleeper.service", "failed")
    machine.policy("sleeper", GOOD)
    machine.reload()
    machine.restart("sleeper.service")
    record = machine.fence("sleeper.service")
    assert record["LANDLOCK_STATUS"] == "enforced"
    machine.wait_for(lambda: machine.run("pgrep", "-x", "sleep", check=False).returncode == 0)


def test_a_running_service_survives_a_broken_edit(machine):
    """daemon-reload with a broken policy must not touch the running service. Only the next start refuses."""
    machine.policy("sleeper", GOOD)
    machine.unit("sleeper.service", UNIT)
    machine.start("sleeper.service")
    machine.policy("sleeper", GOOD.replace("execute", "exceute"))
    machine.reload()
    assert machine.show("sleeper.service", "ActiveState") == "active"
    machine.restart("sleeper.service", check=False)
    machine.wait_state("sleeper.service", "failed")


def test_a_sandboxed_unit_says_why_as_well(machine):
    """Debian's redis-server.service has NoExecPaths=/. The wrapper must be executable there, even to refuse."""
    machine.drop_in("redis-server.service", "[Service]\nX-LandlockPolicy=no-such\n")
    machine.restart("redis-server.service", check=False)
    machine.wait_state("redis-server.service", "failed")
    assert machine.show("redis-server.service", "ExecMainStatus") == str(REFUSED)
    assert 'there is no policy "no-such"' in machine.status("redis-server.service")
    assert 'there is no policy "no-such"' in machine.show("redis-server.service", "StatusText")
