# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fence under newer systemds, which run generators in a sandbox (253 and later). These machines have no audit,
so the tests look at what the service can do."""
import pytest

from lib.exit_status import REFUSED
from lib.rig import Image, Machine, Tree
from lib.rig.policies import sleep_policy
from lib.rig.tree import SMALL

from test_hidden_paths import CASES, prepare, what_check_says, what_happens

POLICY = sleep_policy("probe.service", programs=["/usr/bin/dash"], write=["/var/lib/probe"])
UNIT = """\
[Service]
StateDirectory=probe
ExecStart=/bin/sh -c 'if read line </etc/hostname; then echo open; else echo shut; fi \
>/var/lib/probe/read; exec /usr/bin/sleep infinity'

[Install]
WantedBy=multi-user.target
"""
REQUEST = "[Service]\nX-LandlockPolicy=probe\n"


@pytest.fixture(scope="module", params=["trixie", "sid"])
def shared_machine(request, product):
    """The unit is enabled before the machine boots, so that the generator fences it at boot."""
    tree = Tree(request.param, SMALL).ensure()
    with Image(tree, **product) as image:
        place(image.layers[0])
        with Machine(image) as machine:
            yield machine


def place(root):
    for path, text in {"etc/ringfence/policies/probe.toml": POLICY,
                       "etc/systemd/system/probe.service": UNIT,
                       "etc/systemd/system/probe.service.d/50-fence.conf": REQUEST}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True)
    (wants / "probe.service").symlink_to("/etc/systemd/system/probe.service")
    # The tree has no kernel modules.
    (root / "etc/systemd/system/systemd-modules-load.service").symlink_to("/dev/null")


def what_it_read(machine):
    path = "/var/lib/probe/read"
    machine.wait_for(lambda: machine.run("test", "-s", path, check=False).returncode == 0, what=path)
    return machine.read(path).strip()


def test_the_version_is_newer(machine):
    version = int(machine.run("systemctl", "--version").stdout.split()[1])
    assert version >= 257


def test_fenced_from_the_boot_on(machine):
    assert what_it_read(machine) == "shut"
    assert machine.fence("probe.service")["LANDLOCK_STATUS"] == "enforced"
    assert machine.show("probe.service", "StatusText").startswith("ringfence: probe enforced")


def test_without_a_request_it_reads(machine):
    """The control."""
    machine.drop_in("probe.service", "[Service]\nX-LandlockPolicy=\n", name="60-off.conf")
    machine.run("rm", "/var/lib/probe/read")
    machine.restart("probe.service")
    assert what_it_read(machine) == "open"


def test_enable_status_and_a_missing_generator(machine):
    machine.run("rm", "-r", "/etc/systemd/system/probe.service.d")
    done = machine.run("ringfence", "enable", "probe")
    assert "policy probe, as /etc/ringfence/policies/probe.toml says" in done.stdout
    machine.run("rm", "/var/lib/probe/read")
    machine.restart("probe.service")
    assert what_it_read(machine) == "shut"
    machine.run("journalctl", "--sync")
    assert "enforced" in machine.run("ringfence", "status").stdout
    machine.write("/etc/systemd/system-generators/ringfence-generator", "")
    machine.reload()
    assert machine.restart("probe.service", check=False).returncode != 0
    assert machine.show("probe.service", "AssertResult") == "no"


def test_a_broken_policy_refuses(machine):
    machine.policy("probe", POLICY.replace("write", "wriet"))
    machine.reload()
    machine.restart("probe.service", check=False)
    machine.wait_state("probe.service", "failed")
    assert machine.show("probe.service", "ExecMainStatus") == str(REFUSED)


def test_a_later_drop_in_of_another_generator_refuses(machine):
    """The pattern of the assertion is read by this systemd's glob."""
    machine.write("/etc/systemd/system-generators/other",
                  "#!/bin/sh\nmkdir -p \"$1\"/probe.service.d\n"
                  "printf '[Service]\\nExecStart=\\nExecStart=/usr/bin/sleep 99\\n' "
                  ">\"$1\"/probe.service.d/~site.conf\n", mode="755")
    machine.run("ringfence", "enable", "probe", check=False)
    assert machine.restart("probe.service", check=False).returncode != 0
    assert machine.show("probe.service", "AssertResult") == "no"
    status = machine.run("ringfence", "status", "probe", "--json", check=False).stdout
    assert "~site.conf replaces the command" in status
    # The control: without the assertion it starts, and without a fence.
    machine.run("rm", "/etc/systemd/system/probe.service.d/50-ringfence.conf")
    machine.drop_in("probe.service", "[Service]\nX-LandlockPolicy=probe\n", name="51-by-hand.conf")
    machine.restart("probe.service")
    assert "ringfence-exec" not in machine.show("probe.service", "ExecStart")


@pytest.mark.parametrize("lines", CASES[2::4] + [case for case in CASES if "DynamicUser" in case])
def test_check_says_what_systemd_hides(machine, lines):
    prepare(machine)
    assert what_check_says(machine, lines) == what_happens(machine, lines)


# A sample of what tests/system tests on 252 about the consequences of a fence


ASKS = "X-LandlockPolicy=sample\n"
SHELL = sleep_policy("sample.service", programs=["/usr/bin/dash"])


@pytest.mark.parametrize("asks", ["", ASKS])
def test_the_identifier_is_that_of_the_program(machine, asks):
    """Without the fence it is the control."""
    machine.policy("sample", SHELL)
    machine.unit("sample.service", "[Service]\nExecStart=/bin/sh -c 'echo printed; exec sleep infinity'\n" + asks)
    start = machine.now()
    machine.restart("sample.service")
    printed = machine.wait_for(lambda: machine.journal(since=start, MESSAGE="printed"), what="the output")
    assert [record["SYSLOG_IDENTIFIER"] for record in printed] == ["sh"]
    assert ("ringfence-exec" in machine.show("sample.service", "ExecStart")) == bool(asks)


def test_a_refused_start_is_not_tried_again(machine):
    machine.policy("sample", SHELL.replace('read = [', 'read = ["/srv/lost", '))
    machine.unit("sample.service", "[Service]\nExecStart=/usr/bin/sleep infinity\nRestart=always\nRestartSec=10ms\n"
                 + ASKS + "[Unit]\nStartLimitIntervalSec=0\n")
    machine.start("sample.service", check=False)
    machine.wait_state("sample.service", "failed")
    assert machine.show("sample.service", "ExecMainStatus") == str(REFUSED)
    assert machine.show("sample.service", "NRestarts") == "0"


@pytest.mark.parametrize("text,key", [("[Sevice]\n" + ASKS, "[Sevice]"),
                                      ("[Service]\nX-LandlokPolicy=sample\n", "X-LandlokPolicy=")])
def test_a_request_that_is_misspelt_refuses(machine, text, key):
    machine.policy("sample", SHELL)
    machine.unit("sample.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    machine.start("sample.service")  # the control
    machine.drop_in("sample.service", text)
    machine.restart("sample.service", check=False)
    machine.wait_state("sample.service", "failed")
    assert machine.show("sample.service", "ExecMainStatus") == str(REFUSED)
    assert key in machine.run("ringfence", "check", "sample.service", check=False).stdout


def test_a_root_that_cannot_be_written(machine):
    root = "/srv/sample"
    machine.run(f"mkdir -p {root} && mount -t tmpfs -o mode=755 tmpfs {root}")
    for directory in ("usr/bin", "usr/lib", "usr/lib64", "proc", "sys", "dev", "run", "tmp", "var/tmp", "etc"):
        machine.run("mkdir", "-p", f"{root}/{directory}")
    for link in ("bin", "lib", "lib64"):
        machine.run("ln", "-s", f"usr/{link}", f"{root}/{link}")
    machine.run("mount", "-o", "remount,ro", root)
    try:
        machine.policy("sample", 'version = 1\nabi = 7\nextends = ["base"]\n[filesystem]\nexecute = ["/usr/bin"]\n')
        machine.unit("sample.service", f"[Service]\nRootDirectory={root}\nBindReadOnlyPaths=/usr/bin /usr/lib /usr/lib64"
                     "\nExecStart=/usr/bin/sh -c 'ls / || exit 7; exec sleep infinity'\n")
        machine.start("sample.service")  # the control
        machine.drop_in("sample.service", "[Service]\n" + ASKS)
        machine.restart("sample.service")
        machine.wait_state("sample.service", "failed")  # it may not list its root
        assert machine.show("sample.service", "ExecMainStatus") == "7"
    finally:
        machine.run("systemctl", "stop", "sample.service", check=False)
        machine.run("umount", root)


def test_enforced_is_all_that_this_kernel_can(machine):
    """Policies are written for newer kernels. What this one is too old for is said once, and only degraded if the
    machine's configuration expects more."""
    machine.policy("sample", SHELL.replace("abi = 7", "abi = 11"))
    machine.unit("sample.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n" + ASKS)
    machine.restart("sample.service")
    machine.run("journalctl", "--sync")
    done = machine.run("ringfence", "status", "sample", check=False)
    assert done.returncode == 0 and "enforced" in done.stdout, done.stdout
    kernel = machine.fence("sample.service")["LANDLOCK_ABI"]
    if int(kernel) < 11:
        assert f"Kernel: Landlock ABI {kernel}, too old for" in done.stdout
        machine.write("/etc/ringfence/ringfence.conf", "version = 1\nexpected_abi = 11\n")
        done = machine.run("ringfence", "status", "sample", check=False)
        assert done.returncode == 3 and "degraded" in done.stdout, done.stdout
