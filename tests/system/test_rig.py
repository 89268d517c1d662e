# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the rig itself. If they fail, the results of the other tests mean nothing."""
import pytest

from lib.rig import Machine


def test_ringfence_comes_from_its_packages(machine, product):
    """No file is another than dpkg installed, and the generator is one of them."""
    if "packages" not in product:
        pytest.skip("$RINGFENCE_PACKAGES is not set, so the rig has installed a build")
    names = ("ringfence", "ringfence-policies")
    assert machine.run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", *names).stdout == "ii ii "
    assert machine.run("dpkg", "--verify", *names).stdout == ""
    assert machine.run("dpkg-query", "--search", "*/ringfence-generator").stdout.startswith("ringfence: ")


def test_boot_is_quick(shared_machine):
    assert shared_machine.boot_seconds < 5


def test_services_of_the_tree_run(machine):
    assert "nginx" in machine.run("curl", "-s", "http://127.0.0.1/").stdout
    assert machine.run("redis-cli", "ping").stdout == "PONG\n"


def test_journal_gets_audit_records(machine):
    """PID 1 sends audit records, which must come back through the kernel."""
    start = machine.now()
    machine.restart("redis-server.service")
    machine.wait_for(lambda: [record for record in machine.journal(
        since=start, _TRANSPORT="audit")
        if "unit=redis-server " in record["MESSAGE"]], what="the audit record of the restart")


def test_changes_are_undone(machine):
    before = machine.cat("redis-server.service")
    machine.drop_in("redis-server.service", "[Service]\nEnvironment=A=B\n")
    assert "Environment=A=B" in machine.cat("redis-server.service")
    machine.undo()
    assert machine.cat("redis-server.service") == before
    assert machine.show("redis-server.service", "ActiveState") == "active"


def test_machines_are_independent(machine, image):
    """Two machines at the same time must both work, with the same ports and separate units."""
    with Machine(image) as other:
        other.write("/run/mark", "other")
        assert machine.run("test", "-e", "/run/mark", check=False).returncode == 1
        assert other.run("redis-cli", "set", "k", "v").stdout == "OK\n"
        assert machine.run("redis-cli", "get", "k").stdout == "\n"
        machine.restart("redis-server.service")
        assert other.run("redis-cli", "get", "k").stdout == "v\n"
