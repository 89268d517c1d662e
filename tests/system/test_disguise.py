# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fenced process with a root directory of its own: the kernel records paths as the process sees them. Nothing must
be suggested for such a path. A path that the process does not disguise is the control."""
import pytest

from lib.rig.policies import sleep_policy

UNIT = "disguised.service"
DIRECTORY = "/usr/lib/ringfence-rig"
POLICY = sleep_policy(UNIT, programs=["/usr/bin/python3"], write=["/var/lib/disguised"]).replace(
    "read = [", f'read = ["{DIRECTORY}", "/usr/lib", ', 1)

# As nobody, only a user namespace of its own lets it choose a root directory. It stays there, as a
# compromised service would, so that /proc/PID/root leads there, too.
PROGRAM = """\
import ctypes, os, time
def attempt(path, flags=os.O_RDONLY):
    try:
        os.close(os.open(path, flags, 0o600))
        print("opened", path, flush=True)
    except OSError as error:
        print(path, error.strerror, flush=True)
attempt("/opt/honest/data")
attempt("/opt/honest/replaced")
if os.getuid() != 0 and ctypes.CDLL(None).unshare(0x10000000) != 0:
    raise SystemExit("no user namespace")
os.chroot("/etc")
attempt("/passwd")
attempt("/systemd/system/x.service", os.O_WRONLY | os.O_CREAT)
print("done", flush=True)
time.sleep(1000)
"""


@pytest.fixture(params=["nobody", "root"])
def disguised(request, machine):
    machine.write("/opt/honest/data", "x")
    machine.write("/opt/honest/replaced", "x")
    machine.write(f"{DIRECTORY}/disguise.py", PROGRAM)
    machine.policy("disguised", POLICY)
    machine.unit(UNIT, "[Service]\nX-LandlockPolicy=disguised\nStateDirectory=disguised\n"
                 f"User={request.param}\nExecStart=/usr/bin/python3 {DIRECTORY}/disguise.py\n")
    return attempts(machine)


def attempts(machine):
    """Starts the unit. Only what it does from now on is looked at. What changed just before may have taken the place
    of the denied object, so the changes must be some seconds old."""
    changed = [float(machine.run("stat", "-c", "%.Z", path).stdout) for path in ("/", "/opt")]
    machine.wait_for(lambda: machine.now() > max(changed) + 3, what="an older root directory")
    began = machine.now()
    machine.since = f"--since=@{began:.6f}"
    machine.start(UNIT)
    machine.wait_for(lambda: any(entry["MESSAGE"] == "done"
                                 for entry in machine.journal(since=began, _SYSTEMD_UNIT=UNIT)), what="the attempts")
    return machine


def checks(machine):
    return {denial["object"]["path"]: denial["object"]["check"]
            for denial in machine.settled_denials(UNIT, machine.since)["denials"]}


def suggested(machine):
    """The lines of the policy, and the comments about what is not proposed."""
    text = machine.run("ringfence", "denials", UNIT, "--suggest", machine.since).stdout
    lines, _, refused = text.partition("# Not proposed:")
    return lines, refused


def test_paths_of_another_root_are_not_suggested(disguised):
    found = checks(disguised)
    assert found["/passwd"] == "mismatch"
    assert found["/systemd/system"] == "mismatch"
    assert found["/opt/honest/data"] == "verified"
    lines, refused = suggested(disguised)
    assert '"/opt/honest/data",' in lines and "path not verified" not in lines
    assert "passwd" not in lines and "/systemd" not in lines
    assert "/passwd" in refused and "another object was denied" in refused
    assert "/passwd (another object)" in disguised.run("ringfence", "denials", UNIT, disguised.since).stdout


def test_a_replaced_file_is_not_called_a_disguise(disguised):
    assert checks(disguised)["/opt/honest/replaced"] == "verified"
    disguised.run("sh", "-c", "echo y >/opt/honest/new && mv /opt/honest/new /opt/honest/replaced")
    assert checks(disguised)["/opt/honest/replaced"] == "unverified"
    lines, _ = suggested(disguised)
    line = next(line for line in lines.splitlines() if "path not verified" in line)
    assert '"/opt/honest/replaced",' in lines.splitlines()[lines.splitlines().index(line) + 1]
    disguised.run("rm", "/opt/honest/replaced")
    assert checks(disguised)["/opt/honest/replaced"] == "unverified"


def test_without_the_running_unit_nothing_is_called_a_disguise(disguised):
    """The mounts that the unit had are gone."""
    assert checks(disguised)["/passwd"] == "mismatch"
    disguised.run("systemctl", "stop", UNIT)
    found = checks(disguised)
    assert found["/passwd"] == "unverified"
    assert found["/opt/honest/data"] == "verified"


def test_the_mounts_of_the_unit_count(machine):
    """The unit has another file at the path than the machine. The policy does not let it inherit BindPaths=."""
    machine.write("/opt/inside/data", "x")
    machine.write("/opt/honest/data", "y")
    machine.write(f"{DIRECTORY}/disguise.py", PROGRAM)
    machine.policy("disguised", POLICY.replace("[filesystem]", "inherit = false\n[filesystem]").replace(
        'write = ["/var/lib/disguised"]\n', ""))
    machine.unit(UNIT, "[Service]\nX-LandlockPolicy=disguised\nBindPaths=/opt/inside:/opt/honest\n"
                 f"ExecStart=/usr/bin/python3 {DIRECTORY}/disguise.py\n")
    found = checks(attempts(machine))
    assert found["/opt/honest/data"] == "verified"
    assert found["/passwd"] == "mismatch"
