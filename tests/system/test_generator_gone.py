# SPDX-License-Identifier: LGPL-2.1-or-later
"""The generator did not run. The assertion in README.md must keep the unit from running without a fence."""

UNIT = "nginx.service"
GENERATED = f"/run/systemd/generator/{UNIT}.d/*ringfence.conf"
DROP_IN = f"[Unit]\nAssertPathExistsGlob={GENERATED}\n\n[Service]\nX-LandlockPolicy=nginx\n"


def without_generator(machine):
    machine.write("/etc/systemd/system-generators/ringfence-generator", "")  # empty: masked
    machine.reload()


def test_with_the_assertion_it_refuses(machine):
    machine.drop_in(UNIT, DROP_IN)
    machine.restart(UNIT)
    assert machine.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"
    without_generator(machine)
    assert machine.restart(UNIT, check=False).returncode != 0
    assert machine.show(UNIT, "ActiveState") != "active"
    assert machine.show(UNIT, "AssertResult") == "no"


def test_without_it_systemd_starts_the_unit_open(machine):
    """The control, and the reason for the assertion."""
    machine.drop_in(UNIT, DROP_IN.partition("\n\n")[2])
    without_generator(machine)
    machine.restart(UNIT)
    assert machine.show(UNIT, "ActiveState") == "active"
    assert "ringfence-exec" not in machine.show(UNIT, "ExecStart")
