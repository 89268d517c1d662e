# SPDX-License-Identifier: LGPL-2.1-or-later
"""A compromised nginx writes another process's ID into its PID file. Commands outside of the fence signal that process;
the drop-in of ringfence.unit(5) leaves the signals to systemd."""
from pathlib import Path

import pytest

MANUAL = Path(__file__).parents[2] / "packaging/man/ringfence.unit.5"
UNIT = "nginx.service"
REQUEST = "[Service]\nX-LandlockPolicy=nginx\n"
VICTIM = "victim.service"


def drop_in_of_the_manual():
    text = MANUAL.read_text().partition("For nginx on Debian:")[2]
    return text.partition(".EX\n")[2].partition(".EE\n")[0].replace("\\-", "-")


@pytest.fixture
def nginx(machine):
    machine.unit(VICTIM, "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    machine.start(VICTIM)
    machine.drop_in(UNIT, REQUEST, name="50-fence.conf")
    yield machine


def plant(machine):
    """The policy lets nginx write the file. Here, the test writes it."""
    machine.run("sh", "-c", f"echo {machine.show(VICTIM, 'MainPID')} >/run/nginx.pid")


def test_the_units_own_stop_kills_the_victim(nginx):
    """A limit, and the control of the next test."""
    nginx.restart(UNIT)
    plant(nginx)
    nginx.run("systemctl", "stop", UNIT, check=False)
    nginx.wait_for(lambda: nginx.show(VICTIM, "ActiveState") != "active", what="the victim's end")


def test_the_drop_in_of_the_manual_does_not(nginx):
    nginx.drop_in(UNIT, drop_in_of_the_manual(), name="60-no-pid-file.conf")
    nginx.restart(UNIT)
    assert nginx.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"
    main = nginx.show(UNIT, "MainPID")
    workers = nginx.run("pgrep", "-P", main).stdout
    plant(nginx)
    nginx.run("systemctl", "reload", UNIT)
    nginx.wait_for(lambda: nginx.run("pgrep", "-P", main, check=False).stdout not in ("", workers), what="new workers")
    nginx.run("systemctl", "stop", UNIT)
    assert nginx.show(UNIT, "Result") == "success"
    assert nginx.show(VICTIM, "ActiveState") == "active"


def test_show_and_check_name_the_commands(nginx):
    shown = nginx.run("ringfence", "show", UNIT).stdout
    assert "Commands outside of the fence" in shown
    assert "ExecStop" in shown and "start-stop-daemon" in shown
    assert "unfenced-command" in nginx.run("ringfence", "check", UNIT, check=False).stdout
