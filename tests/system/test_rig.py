# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rig itself: without these, a passing test further on means nothing."""
from rig import Machine


def test_boot_is_quick(shared_machine):
    assert shared_machine.boot_seconds < 5


def test_services_of_the_tree_run(machine):
    assert "nginx" in machine.run("curl", "-s", "http://127.0.0.1/").stdout
    assert machine.run("redis-cli", "ping").stdout == "PONG\n"


def test_journal_gets_audit_records(machine):
    """PID 1 itself sends audit records; they must come back through the kernel."""
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
    """Two at once: same ports, separate units, both usable."""
    with Machine(image) as other:
        other.write("/run/mark", "other")
        assert machine.run("test", "-e", "/run/mark", check=False).returncode == 1
        assert other.run("redis-cli", "set", "k", "v").stdout == "OK\n"
        assert machine.run("redis-cli", "get", "k").stdout == "\n"
        machine.restart("redis-server.service")
        assert other.run("redis-cli", "get", "k").stdout == "v\n"
