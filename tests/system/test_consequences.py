# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fenced service is what it was without the fence: its identifier in the journal, and how systemd restarts it."""
import pytest

from lib.exit_status import REFUSED
from lib.rig.policies import sleep_policy
from test_enable import clean  # noqa: F401

ASKS = "X-LandlockPolicy=printer\n"
POLICY = sleep_policy().replace("execute = [", 'execute = ["/usr/bin", "/usr/sbin", "/opt", ').replace(
    "read = [", 'read = ["/usr", "/opt", ')

# The commands of a unit, and the instance for a template.
UNITS = {
    "plain": "ExecStart=/usr/bin/printf printed\n",
    "without-a-path": "ExecStart=printf printed\n",
    "argv0": "ExecStart=@/usr/bin/printf other printed\n",
    "prefixes": "ExecStart=-:/usr/bin/printf printed\n",
    "link": "ExecStart=/opt/linked printed\n",
    "percent": "ExecStart=/opt/100%% printed\n",
    "own": "SyslogIdentifier=chosen\nExecStart=/usr/bin/printf printed\n",
    "reset": "SyslogIdentifier=chosen\nSyslogIdentifier=\nExecStart=/usr/bin/printf printed\n",
    "to-error": "StandardOutput=journal\nExecStart=/usr/bin/sh -c 'echo printed >&2'\n",
    "script": "ExecStart=/opt/script\n",
    "instance@": "ExecStart=/opt/tool-%i printed\n",
}


@pytest.fixture(scope="module")
def tools(shared_machine):
    machine = shared_machine
    machine.run("install -d /opt && ln -sf /usr/bin/printf /opt/linked && cp /usr/bin/printf /opt/100%")
    machine.run("cp", "/usr/bin/printf", "/opt/tool-one")
    machine.run("install", "-m", "755", "/dev/stdin", "/opt/script", input="#!/bin/sh\necho printed\n")
    yield
    machine.run("rm -rf /opt/linked /opt/100% /opt/tool-one /opt/script")


def identifier(machine, unit):
    """Under which name the unit's only output stands in the journal."""
    start = machine.now()
    machine.restart(unit)
    # The process has ended, so journald may not know its unit.
    printed = machine.wait_for(lambda: machine.journal(since=start, MESSAGE="printed"), what="the output")
    assert len(printed) == 1, printed
    return printed[0]["SYSLOG_IDENTIFIER"]


@pytest.mark.parametrize("name", UNITS)
def test_the_identifier_stays(clean, tools, name):  # noqa: F811
    clean.policy("printer", POLICY)
    # The group of processes stays, so that journald finds the unit of what was printed.
    base = "[Service]\nType=oneshot\nRemainAfterExit=yes\n" + UNITS[name]
    file, unit = f"{name}.service", f"{name}one.service" if name.endswith("@") else f"{name}.service"
    clean.unit(file, base)
    before = identifier(clean, unit)
    clean.unit(file, base + ASKS)
    assert "ringfence-exec" in clean.show(unit, "ExecStart")
    assert identifier(clean, unit) == before != "ringfence-exec"


def test_a_refused_start_is_not_tried_again(clean):  # noqa: F811
    """The control is a unit that executes the wrapper without the generated drop-in."""
    clean.policy("lost", sleep_policy().replace('read = [', 'read = ["/srv/lost", '))
    clean.unit("lost.service", "[Service]\nX-LandlockPolicy=lost\nExecStart=/usr/bin/sleep infinity\n"
               "Restart=always\nRestartSec=10ms\n[Unit]\nStartLimitIntervalSec=0\n")
    clean.start("lost.service", check=False)
    clean.wait_state("lost.service", "failed")
    assert clean.show("lost.service", "ExecMainStatus") == str(REFUSED)
    assert clean.show("lost.service", "NRestarts") == "0"
    clean.unit("tries.service", "[Service]\nExecStart=/usr/libexec/ringfence-exec --refuse=x\nRestart=always\n"
               "RestartSec=10ms\n[Unit]\nStartLimitIntervalSec=0\n")
    clean.start("tries.service", check=False)
    clean.wait_for(lambda: int(clean.show("tries.service", "NRestarts")) > 2, what="restarts without the setting")


def test_a_crash_is_still_restarted(clean):  # noqa: F811
    clean.policy("crash", sleep_policy().replace("execute = [", 'execute = ["/usr/bin", ').replace(
        "read = [", 'read = ["/usr", '))
    clean.unit("crash.service", "[Service]\nX-LandlockPolicy=crash\nExecStart=/usr/bin/sh -c 'exit 3'\n"
               "Restart=on-failure\nRestartSec=10ms\n[Unit]\nStartLimitIntervalSec=0\n")
    clean.start("crash.service", check=False)
    clean.wait_for(lambda: int(clean.show("crash.service", "NRestarts")) > 2, what="restarts after a crash")
