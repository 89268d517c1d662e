# SPDX-License-Identifier: LGPL-2.1-or-later
"""`ringfence check` must say about units what the booted systemd does with them."""
import json

import pytest

from lib.rig.policies import sleep_policy

POLICY = sleep_policy()


def check(machine, *operands):
    """The findings about these operands, by identifier."""
    done = machine.run("ringfence", "check", "--json", *operands, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    found = {}
    for finding in json.loads(done.stdout)["findings"]:
        found.setdefault(finding["check"], []).append(finding)
    return found


def start(machine, lines, policy=POLICY):
    machine.policy("nap", policy)
    machine.unit("nap.service", "[Service]\nType=exec\nX-LandlockPolicy=nap\n"
                 f"ExecStart=/usr/bin/sleep 100\n{lines}")
    found = check(machine, "nap.service")
    machine.start("nap.service", check=False)
    return found


def runs(machine):
    """Whether the wrapper got as far as executing the program."""
    def outcome():
        if machine.show("nap.service", "ActiveState") in ("failed", "inactive"):
            return "no"
        pid = machine.show("nap.service", "MainPID")
        words = machine.run("cat", f"/proc/{pid}/cmdline", check=False).stdout.split("\0")
        return "yes" if words[0] == "/usr/bin/sleep" else None
    return machine.wait_for(outcome, what="sleep, or a failed unit") == "yes"


@pytest.mark.parametrize("lines", [
    "SystemCallFilter=@system-service",
    "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources",
    "SystemCallFilter=@basic-io @file-system @process",
    "SystemCallFilter=~@mount @clock",
    "SystemCallFilter=~prctl",
    "SystemCallFilter=~@process",
    "SystemCallFilter=~statx",
    "SystemCallFilter=~openat2 readlinkat",
    "SystemCallFilter=@system-service\nSystemCallFilter=~statx openat2",
    "SystemCallFilter=@basic-io @file-system",
    "SystemCallFilter=@default",
    "SystemCallFilter=@basic-io @process",
])
def test_system_call_filters(machine, lines):
    found = start(machine, lines)
    assert runs(machine) == ("system-call-filter" not in found), found


def test_a_missing_path(machine):
    found = start(machine, "", POLICY + 'write = ["/srv/none"]\n')
    assert "missing-path" in found
    assert not runs(machine)


def test_a_refused_unit(machine):
    found = start(machine, "", POLICY + "raed = []\n")
    assert found["refused-unit"][0]["line"] == 8
    assert not runs(machine)


def test_a_signal_out_of_a_sibling_domain(machine):
    found = start(machine, "ExecReload=/bin/kill -HUP $MAINPID\nX-LandlockWrap=ExecReload\n",
                  POLICY + '[[filesystem.rule]]\npath = "/usr/bin/kill"\nallow = ["fs.execute"]\n')
    assert "reload-signal" in found
    assert runs(machine)
    assert machine.run("systemctl", "reload", "nap.service", check=False).returncode != 0


def test_the_shipped_policies_on_debians_services(machine):
    for unit, policy in (("nginx.service", "nginx"), ("redis-server.service", "redis-server")):
        machine.drop_in(unit, f"[Service]\nX-LandlockPolicy={policy}\n")
    found = check(machine)
    bad = [finding for findings in found.values() for finding in findings
           if finding["severity"] != "note"]
    assert bad == []
