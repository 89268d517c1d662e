# SPDX-License-Identifier: LGPL-2.1-or-later
"""A policy that cannot be used: the service does not start, and says where and what to do."""
from dataclasses import dataclass

import pytest

POLICY = "/etc/ringfence/policies/sleeper.toml"
UNIT = "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n"
GOOD = """\
version = 1
description = "sleeps"
abi = 7

[filesystem]
execute = ["/usr/bin/sleep", "/usr/lib/x86_64-linux-gnu"]
read = ["/etc/ld.so.cache"]
"""


@dataclass(frozen=True)
class Case:
    name: str
    text: str  # None: there is no such policy
    where: str
    says: tuple  # all of these are in the message


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
    """The unit with the broken policy, beside a fenced nginx that runs already."""
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
    # Type=simple has started once the wrapper runs; it must not be tried again.
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
    assert machine.fence("redis-server.service")["LANDLOCK_STATUS"] in ("enforced", "degraded")
    machine.restart("nginx.service")
    assert machine.fence("nginx.service")["LANDLOCK_STATUS"] in ("enforced", "degraded")


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
    """daemon-reload with a broken policy must not touch what runs; only the next start refuses."""
    machine.policy("sleeper", GOOD)
    machine.unit("sleeper.service", UNIT)
    machine.start("sleeper.service")
    machine.policy("sleeper", GOOD.replace("execute", "exceute"))
    machine.reload()
    assert machine.show("sleeper.service", "ActiveState") == "active"
    machine.restart("sleeper.service", check=False)
    machine.wait_state("sleeper.service", "failed")


def test_a_sandboxed_unit_says_why_as_well(machine):
    """Debian's redis-server.service has NoExecPaths=/: the wrapper must be let in even to refuse."""
    machine.drop_in("redis-server.service", "[Service]\nX-LandlockPolicy=no-such\n")
    machine.restart("redis-server.service", check=False)
    machine.wait_state("redis-server.service", "failed")
    assert machine.show("redis-server.service", "ExecMainStatus") == "78"
    assert 'there is no policy "no-such"' in machine.status("redis-server.service")
    assert 'there is no policy "no-such"' in machine.show("redis-server.service", "StatusText")
