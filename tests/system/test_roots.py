# SPDX-License-Identifier: LGPL-2.1-or-later
"""Units with a root of their own: the wrapper has to be there, also in a root that cannot be written."""
import pytest

from test_enable import clean, ringfence  # noqa: F401
from test_status import status

ROOT = "/srv/root"
UNIT = "rooted.service"
POLICY = """version = 1
abi = 7
units = ["rooted.service"]
extends = ["base"]
[filesystem]
execute = ["/usr/bin"]
"""
SERVICE = f"""[Service]
RootDirectory={ROOT}
BindReadOnlyPaths=/usr/bin /usr/lib /usr/lib64
ExecStart=/usr/bin/sh -c '/usr/bin/ls /; exec /usr/bin/sleep infinity'
"""
LINKS = ("bin", "lib", "lib64")


@pytest.fixture(params=["read-only", "writable"])
def rooted(request, clean):  # noqa: F811
    clean.run(f"mkdir -p {ROOT} && mount -t tmpfs -o mode=755 tmpfs {ROOT}")
    for directory in ("usr/bin", "usr/lib", "usr/lib64", "proc", "sys", "dev", "run", "tmp", "var/tmp", "etc"):
        clean.run("mkdir", "-p", f"{ROOT}/{directory}")
    for link in LINKS:
        clean.run("ln", "-s", f"usr/{link}", f"{ROOT}/{link}")
    if request.param == "read-only":
        clean.run("mount", "-o", "remount,ro", ROOT)
    clean.policy("rooted", POLICY)
    clean.unit(UNIT, SERVICE)
    clean.start(UNIT)  # the control: it runs without the fence
    yield clean
    clean.run("systemctl", "stop", UNIT)
    clean.run("umount", ROOT)


def files(machine):
    return machine.run("find", ROOT, "-xdev").stdout.split()


def test_the_fence_holds_in_a_root(rooted):
    before = files(rooted)
    ringfence(rooted, "enable", "rooted")
    rooted.restart(UNIT)
    assert status(rooted, UNIT)[1][UNIT]["state"] == "enforced"
    denied = rooted.wait_for(lambda: rooted.denials(UNIT)["denials"], what="the denial")
    assert [denial["object"]["path"] for denial in denied] == ["/"]
    assert files(rooted) == before


def test_a_refusal_says_why_in_a_root(rooted):
    rooted.policy("rooted", POLICY + 'read = ["/missing"]\n')
    ringfence(rooted, "enable", "rooted")
    rooted.restart(UNIT, check=False)
    rooted.wait_state(UNIT, "failed")
    rooted.policy("rooted", POLICY + "nonsense = 1\n")
    rooted.reload()
    rooted.restart(UNIT, check=False)
    rooted.wait_state(UNIT, "failed")
    assert "nonsense" in rooted.status(UNIT)
