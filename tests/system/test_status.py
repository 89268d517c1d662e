# SPDX-License-Identifier: LGPL-2.1-or-later
"""ringfence status: makes every state on a real system, and checks the exit status."""
import json

import pytest

from lib.rig.policies import sleep_policy
from test_enable import OTHER, clean, ringfence, without_generator  # noqa: F401

UNIT = "sleeper.service"
POLICY = sleep_policy("sleeper.service")
SETTLED = 2.2  # seconds after which a missing report counts as not sent


@pytest.fixture
def sleeper(clean):  # noqa: F811
    """A service that is enabled, restarted and fenced."""
    clean.policy("sleeper", POLICY)
    clean.unit(UNIT, "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    ringfence(clean, "enable", "sleeper")
    clean.restart(UNIT)
    yield clean
    clean.run("systemctl", "stop", UNIT)


def status(machine, *arguments):
    """The exit status and the units of --json, by name."""
    machine.run("journalctl", "--sync")
    done = machine.run("ringfence", "status", "--json", *arguments, check=False)
    document = json.loads(done.stdout)
    assert document["version"] == 1
    assert document["status"] == done.returncode
    return done.returncode, {unit["unit"]: unit for unit in document["units"]}


def expect(machine, state, exit_status, says="", unit=UNIT):
    """Expects the state of the unit by its name and in the list of all units."""
    code, units = status(machine, unit)
    assert (units[unit]["state"], code) == (state, exit_status), units[unit]
    assert says in "\n".join(units[unit]["reasons"])
    _, every = status(machine)
    if state != "unattached":
        assert every[unit] == units[unit]
    else:
        assert unit not in every
    table = machine.run("ringfence", "status", "--no-pager", unit, check=False).stdout.splitlines()
    assert table[0].split() == ["UNIT", "STATE", "POLICY", "ACTIVE"]
    assert table[1].split()[:2] == [unit, state]
    return units[unit]


def test_enforced(sleeper):
    unit = expect(sleeper, "enforced", 0)
    assert unit["policy"] == "sleeper" and unit["active"] == "active"
    assert unit["running"] == {"policy": "sleeper", "digest": unit["digest"], "status": "enforced"}
    assert unit["reasons"] == [] and "unenforced" not in unit and not unit["static"]


AWAITED = ["fs.resolve_unix", "net.bind_udp", "net.connect_send_udp"]  # by a policy for ABI 10, where the kernel has 7
KERNEL = f"\nKernel: Landlock ABI 7, too old for {', '.join(AWAITED)}"
EXPECTED = "/etc/ringfence/ringfence.conf.d/50-expected.conf"


def wants_abi_10(machine):
    machine.policy("sleeper", POLICY.replace("abi = 7", "abi = 10"))
    machine.reload()
    machine.restart(UNIT)


def kernel_of(machine):
    return json.loads(machine.run("ringfence", "status", "--json", check=False).stdout)["kernel"]


def test_what_the_kernel_is_too_old_for_is_said_once(sleeper):
    wants_abi_10(sleeper)
    unit = expect(sleeper, "enforced", 0)
    assert unit["unenforced"] == AWAITED and unit["reasons"] == []
    sleeper.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    sleeper.restart("nginx.service")
    text = sleeper.run("ringfence", "status", "--no-pager").stdout
    assert text.endswith(KERNEL + "\n") and text.count("net.bind_udp") == 1
    assert kernel_of(sleeper) == {"abi": 7, "degraded": False, "unenforced": AWAITED}
    assert "this kernel is too old for fs.resolve_unix (ABI 9)" in \
        sleeper.run("ringfence", "doctor", check=False).stdout


def test_the_record_of_the_start_is_complete(sleeper):
    wants_abi_10(sleeper)
    record = sleeper.fence(UNIT)
    assert record["LANDLOCK_STATUS"] == "enforced" and record["PRIORITY"] == "6"
    assert record["LANDLOCK_UNENFORCED"] == ",".join(AWAITED)
    assert "this kernel is too old for fs.resolve_unix (needs ABI 9), net.bind_udp (needs ABI 10)" in record["MESSAGE"]


def test_the_status_of_systemctl_is_one_line(sleeper):
    """Measured on the shipped policy of nginx, on a terminal of 80 columns."""
    sleeper.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    sleeper.restart("nginx.service")
    lines = [line for line in sleeper.status("nginx.service").splitlines() if "Status:" in line]
    assert len(lines) == 1 and len(lines[0]) <= 80, lines
    assert lines[0].startswith('     Status: "ringfence: nginx enforced, ABI 7 of 10, ')


def test_a_kernel_below_the_expected_abi(sleeper):
    """The key only reports: the fence and its digest stay, and the service needs no restart."""
    wants_abi_10(sleeper)
    digest = expect(sleeper, "enforced", 0)["digest"]
    sleeper.write(EXPECTED, "expected_abi = 9\n")
    unit = expect(sleeper, "degraded", 3, "a kernel of expected_abi = 9 would enforce fs.resolve_unix")
    assert unit["digest"] == digest and unit["unenforced"] == AWAITED
    text = sleeper.run("ringfence", "status", "--no-pager", check=False).stdout
    assert text.endswith(f"{KERNEL}; degraded: expected_abi is 9 ({EXPECTED}:1:16)\n"), text
    sleeper.write(EXPECTED, "expected_abi = 7\n")
    expect(sleeper, "enforced", 0)
    sleeper.write(EXPECTED, "expected_abi = 100\n")
    expect(sleeper, "refused", 4, f"{EXPECTED}:1:16: `expected_abi` is 100")


def test_a_kernel_below_the_expected_abi_whose_units_are_enforced(sleeper):
    sleeper.write(EXPECTED, "expected_abi = 10\n")
    unit = expect(sleeper, "enforced", 3)
    assert "unenforced" not in unit
    assert kernel_of(sleeper) == {"abi": 7, "degraded": True, "unenforced": [], "expected_abi": 10}
    doctor = sleeper.run("ringfence", "doctor", check=False).stdout
    assert f"its Landlock ABI 7 is older than expected_abi = 10 ({EXPECTED}:1:16)" in doctor


def test_attached(sleeper):
    sleeper.run("systemctl", "stop", UNIT)
    assert expect(sleeper, "attached", 0)["active"] == "inactive"


def test_stale_until_reload_then_outdated_until_restart(sleeper):
    sleeper.policy("sleeper", POLICY.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hosts"'))
    expect(sleeper, "stale", 3, "systemctl daemon-reload")
    sleeper.reload()
    expect(sleeper, "outdated", 3, f"systemctl restart {UNIT}")
    sleeper.restart(UNIT)
    expect(sleeper, "enforced", 0)


def test_stale_when_the_unit_itself_changed(sleeper):
    sleeper.write(f"/etc/systemd/system/{UNIT}", "[Service]\nExecStart=/usr/bin/sleep 1000\n")
    expect(sleeper, "stale", 3)
    sleeper.reload()
    expect(sleeper, "enforced", 0)


def test_stale_when_the_request_was_taken_back(sleeper):
    ringfence(sleeper, "disable", "--no-reload", "sleeper")
    expect(sleeper, "stale", 3, "nothing asks for this fence any more")
    sleeper.reload()
    expect(sleeper, "unattached", 4, "the running service stays fenced until it is restarted")
    sleeper.run("systemctl", "stop", UNIT)
    assert expect(sleeper, "unattached", 4)["reasons"] == []


def test_refused_by_the_policy(sleeper):
    sleeper.policy("sleeper", POLICY.replace("execute", "exceute"))
    unit = expect(sleeper, "refused", 4, "/etc/ringfence/policies/sleeper.toml:7:1: ")
    assert unit["running"]["status"] == "enforced"
    sleeper.reload()
    sleeper.restart(UNIT, check=False)
    sleeper.wait_state(UNIT, "failed")  # Type=simple: systemctl does not wait for the refusal
    expect(sleeper, "refused", 4, "did you mean `execute`?")


def test_refused_by_the_wrapper(sleeper):
    sleeper.policy("sleeper", POLICY.replace("/etc/ld.so.cache", "/etc/no-such-file"))
    sleeper.reload()
    sleeper.restart(UNIT, check=False)
    sleeper.wait_state(UNIT, "failed")
    expect(sleeper, "refused", 4, "/etc/no-such-file")


def test_not_generated(sleeper):
    without_generator(sleeper, "crashes")
    sleeper.reload()
    expect(sleeper, "not-generated", 4, "~ringfence.conf is missing")
    sleeper.restart(UNIT, check=False)
    expect(sleeper, "not-generated", 4, "AssertPathExistsGlob=")


def test_unfenced_when_the_generator_is_gone_and_nothing_asserts(sleeper):
    ringfence(sleeper, "disable", "sleeper")
    sleeper.drop_in(UNIT, "[Service]\nX-LandlockPolicy=sleeper\n")
    without_generator(sleeper, "masked")
    sleeper.reload()
    sleeper.restart(UNIT)
    sleeper.run("sleep", str(SETTLED))
    expect(sleeper, "unfenced", 4, "the running service is not fenced")


def test_unfenced_until_the_first_restart(clean):  # noqa: F811
    clean.policy("sleeper", POLICY)
    clean.unit(UNIT, "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    clean.start(UNIT)
    clean.run("sleep", str(SETTLED))
    expect(clean, "unattached", 4)
    ringfence(clean, "enable", "sleeper")
    expect(clean, "unfenced", 4, f"systemctl restart {UNIT}")
    clean.restart(UNIT)
    expect(clean, "enforced", 0)


def test_stale_when_another_generator_changes_the_command(sleeper):
    """The fence sorts behind its drop-in and puts the command of the unit back. test_trust.py has more."""
    text = ("#!/bin/sh\nmkdir -p \"$1\"/sleeper.service.d\n"
            "printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/sleep 99\\n'"
            " >\"$1\"/sleeper.service.d/zzz-other.conf\n")
    sleeper.write("/etc/systemd/system-generators/other", text, mode="755")
    sleeper.reload()
    expect(sleeper, "stale", 3, "zzz-other.conf changes the command")


def test_masked(clean):  # noqa: F811
    """No drop-in can apply to this unit alone, so the generator masks it."""
    clean.policy("sleeper", POLICY)
    clean.unit("sleeper-.service",
               "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep infinity\n")
    expect(clean, "masked", 4, unit="sleeper-.service")


def test_hidden_static_and_stale(clean):  # noqa: F811
    clean.policy("other", POLICY.replace("sleeper", "other"))
    clean.write("/etc/other", "infinity")
    clean.write("/etc/systemd/system-generators/other", OTHER, mode="755")
    clean.drop_in("other.service", "[Service]\nX-LandlockPolicy=other\n")
    expect(clean, "hidden", 4, "--static", unit="other.service")
    ringfence(clean, "enable", "--static", "other")
    clean.restart("other.service")
    assert expect(clean, "enforced", 0, unit="other.service")["static"]
    clean.write("/etc/other", "1000")
    clean.reload()
    expect(clean, "stale", 3, "ringfence enable --static", unit="other.service")
    ringfence(clean, "enable", "--static", "other")
    expect(clean, "enforced", 0, unit="other.service")  # only the command changed, and the fence is the same
    clean.restart("other.service")
    expect(clean, "enforced", 0, unit="other.service")
    clean.policy("other", POLICY.replace("sleeper", "other").replace("read =", "write ="))
    expect(clean, "stale", 3, unit="other.service")
    clean.run("systemctl", "stop", "other.service")


def test_unknown_when_the_journal_and_systemd_have_forgotten(sleeper):
    """systemd knows which command it started, until a reload. Its record of the start remains."""
    sleeper.run("sleep", "1.1")
    sleeper.run("journalctl", "--rotate", "--vacuum-time=1s")
    assert expect(sleeper, "enforced", 0)["reasons"] == []
    sleeper.reload()
    sleeper.run("sleep", "1.1")
    sleeper.run("journalctl", "--rotate", "--vacuum-time=1s")
    assert expect(sleeper, "enforced", 0)["reasons"] == []
    sleeper.run("rm", f"/run/systemd/units/log-extra-fields:{UNIT}")
    expect(sleeper, "unknown", 1, "does not have the wrapper's report")


def test_not_installed_is_not_shown(sleeper):
    """A drop-in on all hosts of a fleet, for a service that only some of them have."""
    sleeper.drop_in("absent.service", "[Service]\nX-LandlockPolicy=sleeper\n")
    code, units = status(sleeper)
    assert code == 0 and "absent.service" not in units
    assert status(sleeper, "absent")[0] == 4


def test_instances(clean):  # noqa: F811
    clean.policy("sleeper", POLICY)
    clean.unit("nap@.service", "[Service]\nExecStart=/usr/bin/sleep 100%i\n")
    ringfence(clean, "enable", "nap@", "--policy=sleeper")
    _, units = status(clean)
    assert units["nap@.service"]["state"] == "attached"
    clean.restart("nap@1.service")
    clean.restart("nap@2.service")
    code, units = status(clean)
    assert code == 0
    assert {name: unit["state"] for name, unit in units.items()} == \
        {"nap@1.service": "enforced", "nap@2.service": "enforced"}
    clean.run("systemctl", "stop", "nap@1.service", "nap@2.service")


def test_instances_that_differ_from_their_template(clean):  # noqa: F811
    """The generator keeps the template's fence out of both of them."""
    clean.policy("sleeper", POLICY)
    clean.unit("nap@.service",
               "[Service]\nX-LandlockPolicy=sleeper\nExecStart=/usr/bin/sleep 100%i\n")
    clean.drop_in("nap@3.service", "[Service]\nX-LandlockPolicy=\n")
    clean.drop_in("nap@4.service", "[Service]\nExecStart=\nExecStart=/usr/bin/sleep 4\n", name="~~.conf")
    for unit, state, shown in (("nap@3.service", "unattached", "not fenced"),
                               ("nap@4.service", "attached", "fenced by sleeper")):
        for where in ([], ["--root=/"]):
            assert status(clean, *where, unit)[1][unit]["state"] == state
        assert ringfence(clean, "show", unit).startswith(f"{unit}: {shown}")


def test_nothing_is_attached_and_usage(clean):  # noqa: F811
    assert clean.run("ringfence", "status").stdout == "No unit asks for a fence.\n"
    assert clean.run("ringfence", "status", "--jsn", check=False).returncode == 2
    assert clean.run("ringfence", "status", "a b", check=False).returncode == 1
    assert "cannot open the root" in \
        clean.run("ringfence", "status", "--root=/none", check=False).stderr


def test_of_an_image(sleeper):
    """With --root, only files are read, and the states are those of the next boot."""
    code, units = status(sleeper, "--root=/")
    assert code == 0 and units[UNIT]["state"] == "attached" and units[UNIT]["active"] == ""
    sleeper.policy("sleeper", "nonsense")
    code, units = status(sleeper, "--root=/")
    assert code == 4 and units[UNIT]["state"] == "refused"
