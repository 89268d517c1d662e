# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fenced service restricts itself once more and switches off the logging of its own restriction."""
import pytest

from lib.rig.policies import sleep_policy

UNIT = "hiding.service"
DIRECTORY = "/usr/lib/ringfence-rig"

# Landlock's calls: a ruleset that handles fs.read_file and allows nothing, and LOG_SAME_EXEC_OFF.
PROGRAM = """\
import ctypes, struct
libc = ctypes.CDLL(None, use_errno=True)
def attempt(path):
    try:
        open(path).close()
        print("opened", path, flush=True)
    except PermissionError:
        pass
attempt("/opt/secrets/before")
ruleset = libc.syscall(444, struct.pack("=QQQ", 4, 0, 0), 24, 0)
restricted = libc.syscall(446, ruleset, 1)
print("restricted", restricted, ctypes.get_errno(), flush=True)
attempt("/opt/secrets/after")
print("done", flush=True)
"""


@pytest.mark.parametrize("forbidden", [True, False])
def test_a_service_hides_its_denials_unless_it_is_forbidden(machine, forbidden):
    for name in ("before", "after"):
        machine.write(f"/opt/secrets/{name}", "x")
    machine.write(f"{DIRECTORY}/hide.py", PROGRAM)
    policy = sleep_policy(UNIT, programs=["/usr/bin/python3"]).replace(
        "read = [", f'read = ["{DIRECTORY}", "/usr/lib", ', 1).replace(
        "[filesystem]", f"forbid_landlock = {str(forbidden).lower()}\n[filesystem]", 1)
    machine.policy("hiding", policy)
    machine.unit(UNIT, f"[Service]\nType=oneshot\nRemainAfterExit=yes\nUser=nobody\nX-LandlockPolicy=hiding\n"
                 f"ExecStart=/usr/bin/python3 {DIRECTORY}/hide.py\n")
    began = machine.now()
    machine.start(UNIT)
    said = [entry["MESSAGE"] for entry in machine.journal(since=began, _SYSTEMD_UNIT=UNIT)]
    assert "done" in said and not any(message.startswith("opened") for message in said), said
    assert ("restricted -1 95" in said) == forbidden, said
    assert ("restricted 0 0" in said) != forbidden, said
    paths = {denial["object"]["path"] for denial in machine.settled_denials(UNIT, f"--since=@{began:.6f}")["denials"]}
    assert "/opt/secrets/before" in paths
    assert ("/opt/secrets/after" in paths) == forbidden
