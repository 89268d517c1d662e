# SPDX-License-Identifier: LGPL-2.1-or-later
"""`ringfence report` about a real machine, run by hand and by the shipped units."""
import json
import re

NODE_EXPORTER = "/var/lib/prometheus/node-exporter"
POLICY = """version = 1
abi = 7
extends = ["base"]
[filesystem]
execute = ["/usr/bin"]
"""


def fenced_reader(machine, name):
    """A unit that is denied two files at its start. Each test uses another unit, because the journal stays."""
    machine.policy("reader", POLICY)
    # journald finds the unit of the wrapper's report while the process runs.
    machine.unit(name, "[Service]\nType=oneshot\nX-LandlockPolicy=reader\n"
                 "ExecStart=/bin/sh -c 'cat /etc/shadow; cat /root/x; cat /etc/gshadow; sleep 1'\n")
    machine.start(name)
    machine.wait_for(lambda: len(machine.denials(name)) >= 2, what="the denials")


def report(machine, *arguments):
    ran = machine.run("ringfence", "report", "--json", *arguments, check=False)
    assert ran.returncode in (0, 3), ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def unit_of(document, name):
    found = [unit for unit in document["units"] if unit["unit"] == name]
    return found[0] if found else None


def test_starts_and_denials(machine):
    name = "counted.service"
    fenced_reader(machine, name)
    status, document = report(machine)
    unit = unit_of(document, name)
    assert (unit["state"], unit["policy"], unit["abi"]) == ("enforced", "reader", 7)
    assert unit["starts"] == {"enforced": 1, "degraded": 0, "refused": 0}
    assert unit["denials"] == 2
    series = [one for one in document["series"] if one["unit"] == name]
    assert [(one["right"], sum(one["columns"])) for one in series] == [("fs.read_file", 2)]
    assert status == 0


def test_the_kernel_is_named_once_for_the_host(machine):
    name = "older.service"
    machine.policy("reader", POLICY.replace("abi = 7", "abi = 10"))
    machine.unit(name, "[Service]\nType=oneshot\nX-LandlockPolicy=reader\nExecStart=/bin/sleep 1\n")
    machine.start(name)
    status, document = report(machine)
    awaited = ["fs.resolve_unix", "net.bind_udp", "net.connect_send_udp"]
    assert status == 0 and unit_of(document, name)["state"] == "enforced"
    assert unit_of(document, name)["unenforced"] == awaited and document["expected_abi"] is None
    host = machine.run("hostname").stdout.strip()
    assert document["kernels"] == [{"host": host, "abi": 7, "degraded": False, "unenforced": awaited}]
    text = machine.run("ringfence", "report", "--no-pager").stdout
    assert f"\nKernel: Landlock ABI 7, too old for {', '.join(awaited)}\n" in text
    assert text.count("net.bind_udp") == 1


def test_a_kernel_below_the_expected_abi(machine):
    name = "expected.service"
    machine.policy("reader", POLICY.replace("abi = 7", "abi = 10"))
    machine.unit(name, "[Service]\nType=oneshot\nX-LandlockPolicy=reader\nExecStart=/bin/sleep 1\n")
    machine.start(name)
    machine.write("/etc/ringfence/ringfence.conf", "expected_abi = 9\n")
    # The journals of a fleet, with the expectation of the machine that reports.
    for choice in ([], ["--directory=/run/log/journal"]):
        status, document = report(machine, *choice)
        unit = unit_of(document, name)
        assert status == 3 and unit["state"] == "degraded" and unit["starts"]["degraded"] == 1
        assert document["expected_abi"] == 9 and document["kernels"][0]["degraded"]
        text = machine.run("ringfence", "report", "--no-pager", *choice, check=False).stdout
        assert "Landlock ABI 7, degraded: expected_abi is 9, too old for fs.resolve_unix" in text
    machine.run("mkdir", "-p", NODE_EXPORTER)
    machine.start("ringfence-metrics.service")  # its sandbox lets the kernel say its ABI
    lines = machine.read(f"{NODE_EXPORTER}/ringfence.prom").splitlines()
    machine.run("rm", "-r", NODE_EXPORTER)
    assert "ringfence_kernel_abi 7" in lines and "ringfence_kernel_degraded 1" in lines
    machine.start("ringfence-report.service")
    assert "kernels below expected_abi" in machine.read("/var/lib/ringfence/report.html")
    machine.write("/etc/ringfence/ringfence.conf", "expected_abi = 7\n")
    status, document = report(machine)
    assert status == 0 and unit_of(document, name)["state"] == "enforced"
    machine.write("/etc/ringfence/ringfence.conf", "expected_abi = 100\n")
    done = machine.run("ringfence", "report", check=False)
    assert done.returncode == 3 and "ringfence.conf:1:16: `expected_abi` is 100" in done.stderr


def test_a_refused_unit_changes_the_exit_status(machine):
    machine.policy("broken", "version = 1\nabi = 7\n[filesystem]\nraed = []\n")
    machine.unit("broken.service", "[Service]\nX-LandlockPolicy=broken\nExecStart=/bin/true\n")
    machine.start("broken.service", check=False)
    status, document = report(machine)
    unit = unit_of(document, "broken.service")
    assert status == 3
    assert unit["state"] == "refused" and 'unknown key "raed"' in unit["error"]


def test_an_attached_unit_that_did_not_start(machine):
    machine.policy("reader", POLICY)
    machine.unit("idle.service", "[Service]\nX-LandlockPolicy=reader\nExecStart=/bin/true\n")
    _, document = report(machine)
    assert unit_of(document, "idle.service")["state"] == "not-started"


def test_a_start_before_the_period_still_counts_as_state(machine):
    name = "before.service"
    fenced_reader(machine, name)
    _, document = report(machine, "--since=+1h", "--until=+2h")
    assert unit_of(document, name)["state"] == "enforced"
    assert unit_of(document, name)["starts"]["enforced"] == 0
    assert document["denials"] == 0


def test_the_shipped_service_writes_the_page_from_its_own_sandbox(machine):
    name = "page.service"
    fenced_reader(machine, name)
    machine.start("ringfence-report.service")
    page = machine.read("/var/lib/ringfence/report.html")
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    assert re.search(rf'<td class="name">{re.escape(name)}</td>.*enforced', page)
    assert machine.show("ringfence-report.service", "Result") == "success"


def test_the_shipped_service_writes_metrics(machine):
    name = "metrics.service"
    fenced_reader(machine, name)
    machine.run("mkdir", "-p", NODE_EXPORTER)
    machine.start("ringfence-metrics.service")
    lines = machine.read(f"{NODE_EXPORTER}/ringfence.prom").splitlines()
    assert f'ringfence_unit_state{{unit="{name}",policy="reader",state="enforced"}} 1' in lines
    assert f'ringfence_denials{{unit="{name}",right="fs.read_file"}} 2' in lines
    machine.run("rm", "-r", NODE_EXPORTER)


def test_without_a_node_exporter_nothing_fails(machine):
    machine.start("ringfence-metrics.service")
    assert machine.show("ringfence-metrics.service", "ConditionResult") == "no"


def test_the_timers_are_accepted(machine):
    ran = machine.run("systemd-analyze", "verify", "--man=no", "ringfence-report.timer", "ringfence-metrics.timer",
                      "ringfence-report.service", "ringfence-metrics.service")
    assert "ringfence" not in ran.stderr, ran.stderr


def test_a_full_disk_is_an_error_and_leaves_the_old_page(machine):
    machine.write("/tmp/page.html", "old")
    ran = machine.run("sh", "-c", "ulimit -f 0; trap '' XFSZ; ringfence report --html=/tmp/page.html",
                      check=False)
    assert ran.returncode == 1
    assert "/tmp/page.html: cannot be written" in ran.stderr
    assert machine.read("/tmp/page.html") == "old"
