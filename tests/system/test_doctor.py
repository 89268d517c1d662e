# SPDX-License-Identifier: LGPL-2.1-or-later
"""`ringfence doctor` must find nothing on a good machine, and must find each defect on a bad one."""
import json

GENERATOR = "/etc/systemd/system-generators/ringfence-generator"


def doctor(machine):
    ran = machine.run("ringfence", "doctor", "--json", check=False)
    document = json.loads(ran.stdout)
    return ran.returncode, document["worst"], document["findings"]


def messages(findings, examination, level):
    return [f["message"] for f in findings if (f["examination"], f["level"]) == (examination, level)]


def test_a_good_machine(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.reload()
    status, worst, findings = doctor(machine)
    assert messages(findings, "wrapper", "ok") == ["/usr/libexec/ringfence-exec fences"]
    assert messages(findings, "generator", "ok")
    assert messages(findings, "units", "ok") == ["1 unit is fenced"]
    assert worst != "problem" and status in (0, 3), findings


def test_its_trial_leaves_no_denial(machine):
    since = machine.now()
    doctor(machine)
    machine.run("journalctl", "--sync")
    records = machine.journal(since=since, _AUDIT_TYPE="1423")
    assert not [r for r in records if "ringfence-exec" in str(r["MESSAGE"])]


def test_a_masked_generator(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.write(GENERATOR, "")
    machine.reload()
    status, worst, findings = doctor(machine)
    assert (status, worst) == (1, "problem")
    assert GENERATOR in messages(findings, "generator", "problem")[0]


def test_a_refused_unit(machine):
    machine.policy("bad", "version = 1\nabi = 7\n[filesystem]\nraed = []\n")
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=bad\n")
    machine.reload()
    status, _, findings = doctor(machine)
    assert status == 1
    assert "bad.toml:4:1: unknown key \"raed\"" in messages(findings, "units", "problem")[0]


def test_a_change_that_was_not_loaded(machine):
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.reload()
    machine.write("/etc/ringfence/policies/nginx.toml.d/50-x.toml",
                  'version = 1\n[filesystem]\nread = ["/srv"]\n')
    _, _, findings = doctor(machine)
    assert messages(findings, "units", "warning") == ["changed since the generator ran: nginx.service"]


def test_it_reads_well(machine):
    ran = machine.run("ringfence", "doctor", check=False)
    for line in ran.stdout.splitlines():
        assert line.split()[0] in ("ok", "note", "unknown", "warning", "problem", "→"), line
