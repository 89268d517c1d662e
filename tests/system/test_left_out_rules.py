# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rules that the drop-in leaves out: for other architectures, and those that another rule covers. The judges are
systemd, which knows the machine's architecture, and the kernel."""
import json

import pytest

from lib.rig.policies import sleep_policy
from test_enable import clean  # noqa: F401

UNIT = "reader.service"
# Each file that could be read leaves its path in /srv/out, with "_" for "/".
READER = """\
[Service]
Type=oneshot
RemainAfterExit=yes
X-LandlockPolicy=reader
ExecStart=/bin/sh -c 'rm -f /srv/out/*; for name in {files}; do \
if read line <$$name; then echo >/srv/out/$$(echo $$name | tr / _); fi; done; exit 0'
"""
READ = ("/lib/os-release", "/usr/lib/os-release", "/proc/meminfo", "/srv/here", "/srv/there", "/etc/shadow")


@pytest.fixture
def reader(clean):  # noqa: F811
    machine = clean
    machine.run("install -d /srv/out; echo a | tee /srv/here >/srv/there")
    yield machine
    machine.run("rm -rf /srv/out /srv/here /srv/there")


def rule(path, architecture):
    return f'\n[[filesystem.rule]]\npath = "{path}"\nallow = ["fs.read_file"]\narchitecture = ["{architecture}"]\n'


def architecture_of(machine):
    shown = json.loads(machine.run("ringfence", "show", "--json", "reader").stdout)
    return shown["shown"][0]["architecture"]


def fence(machine, lines="", here="x86-64", there="s390x"):
    policy = sleep_policy(programs=["/usr/bin"], write=["/srv/out"])
    policy = policy.replace("read = [", 'read = ["-/lib", "/usr/lib", "-/usr/lib/systemd", "-/proc/meminfo", "/proc", ')
    machine.policy("reader", policy + rule("-/srv/here", here) + rule("/srv/there", there))
    machine.unit(UNIT, READER.format(files=" ".join(READ)) + lines)


def could_read(machine):
    machine.restart(UNIT)
    machine.wait_state(UNIT, "active")
    names = machine.run("ls", "/srv/out").stdout.split()
    return {name.replace("_", "/") for name in names}


def test_systemd_gives_the_machine_this_architecture(reader):
    fence(reader)
    name = architecture_of(reader)
    reader.run("systemd-analyze", "condition", f"ConditionArchitecture={name}")
    other = reader.run("systemd-analyze", "condition", "ConditionArchitecture=s390x", check=False)
    assert other.returncode != 0


def test_the_kernel_allows_the_same_without_them(reader):
    fence(reader)
    left = "/lib (", "/usr/lib/systemd (", "/proc/meminfo (", "/srv/there"
    text = reader.cat(UNIT)
    commands = [line for line in text.splitlines() if not line.startswith("#")]
    comments = "\n".join(line for line in text.splitlines() if line.startswith("# "))
    assert all(path in comments for path in left)
    options = "\n".join(commands)
    assert not any(f"={path}" in options or f"=-{path}" in options
                   for path in ("/lib ", "/usr/lib/systemd", "/proc/meminfo", "/srv/there"))
    assert could_read(reader) == set(READ) - {"/srv/there", "/etc/shadow"}


def test_they_stay_where_the_unit_mounts_files_of_its_own(reader):
    """The control: with all options, the service may read the same."""
    fence(reader, lines="TemporaryFileSystem=/media\n")
    assert "=-/usr/lib/systemd" in reader.cat(UNIT)
    assert could_read(reader) == set(READ) - {"/srv/there", "/etc/shadow"}


def test_what_is_left_out_makes_no_drop_in_stale(reader):
    """A package adds a directory beneath a rule, and then a link, which takes the rule along at the next reload."""
    fence(reader)
    policy = reader.read("/etc/ringfence/policies/reader.toml")
    reader.policy("reader", policy.replace('"-/lib", ', '"-/lib", "-/usr/lib/added", '))
    reader.reload()
    could_read(reader)

    def state():
        done = reader.run("ringfence", "status", "--json", UNIT, check=False)
        return json.loads(done.stdout)["units"][0]["state"]

    before = state()
    assert before != "stale"
    reader.run("mkdir", "/usr/lib/added")
    assert state() == before
    reader.run("rmdir /usr/lib/added && ln -s /srv /usr/lib/added")
    assert state() == "stale"
    reader.reload()
    assert "=-/usr/lib/added" in reader.cat(UNIT)
    reader.run("rm", "/usr/lib/added")
