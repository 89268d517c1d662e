# SPDX-License-Identifier: LGPL-2.1-or-later
"""The generator's directories cannot be written: the units concerned do not start unfenced, and
start again when there is room."""
import pytest

from test_enable import clean, ringfence  # noqa: F401

UNIT = "nginx.service"


def padding(lines):
    """Rules that change nothing, 70 bytes each in the generator's drop-in."""
    return "".join(f"X-LandlockReadPaths=-/nonexistent/{number:050}\n" for number in range(lines))


BY_HAND = "[Service]\nX-LandlockPolicy=nginx\n" + padding(100)  # more than a page
NORMAL, EARLY = "/run/systemd/generator", "/run/systemd/generator.early"


@pytest.fixture
def limited(clean):  # noqa: F811
    """Mounts a small file system over a directory of generators; systemd empties it, and cannot
    remove it."""
    mounted = []

    def limit(directory, options):
        clean.run("mkdir", "-p", directory)
        clean.run("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory)
        mounted.append(directory)

    yield limit
    for directory in mounted:
        clean.run("umount", directory, check=False)
    clean.run("rm", "-f", "/run/filler")
    clean.run("mount", "-o", "remount,size=512M,nr_inodes=100000", "/run")


def complaints(machine, since):
    return "\n".join(record["MESSAGE"] for record in machine.journal(since=since)
                     if "ringfence-generator" in record.get("SYSLOG_IDENTIFIER", "")
                     or "ringfence-generator" in str(record.get("MESSAGE")))


def does_not_start(machine):
    assert machine.restart(UNIT, check=False).returncode != 0
    machine.run("systemctl", "stop", UNIT, check=False)
    assert machine.start(UNIT, check=False).returncode != 0
    assert machine.run("pgrep", "-x", "nginx", check=False).returncode == 1


def starts_fenced(machine):
    machine.reload()
    machine.restart(UNIT)
    assert machine.fence(UNIT)["LANDLOCK_STATUS"] in ("enforced", "degraded")


def status(machine):
    done = machine.run("ringfence", "status", "--no-pager", UNIT, check=False)
    return done.stdout.splitlines()[1].split()[1], done.returncode


@pytest.mark.parametrize("options, what", [("size=4k", "bytes"), ("nr_inodes=1", "inodes")])
def test_no_room_for_drop_ins(clean, limited, options, what):  # noqa: F811
    """ENOSPC from write(2), and from mkdir(2): the unit stays masked."""
    limited(NORMAL, options)
    clean.drop_in(UNIT, BY_HAND)
    assert clean.run("find", NORMAL, "-name", "*ringfence.conf").stdout == ""
    assert clean.run("readlink", f"{EARLY}/{UNIT}").stdout == "/dev/null\n"
    assert clean.show(UNIT, "LoadState") == "masked"
    does_not_start(clean)
    assert status(clean)[1] == 4
    clean.run("umount", NORMAL)
    starts_fenced(clean)


def test_run_is_full(clean, limited):  # noqa: F811
    """systemd does not reload with less than 16 MiB in /run: generators do not run there, and what
    it has loaded stays fenced."""
    unit = "plain.service"  # nginx itself could not write its PID file
    clean.unit(unit, BY_HAND + "ExecStart=/usr/bin/sleep infinity\n")
    used = int(clean.run("df", "--output=used", "-B", "1", "/run").stdout.split()[1])
    clean.run("mount", "-o", f"remount,size={used + 65536}", "/run")
    full = clean.run("dd", "if=/dev/zero", "of=/run/filler", "bs=4096", check=False)
    assert "No space left" in full.stderr
    refused = clean.run("systemctl", "daemon-reload", check=False)
    assert refused.returncode != 0 and "space" in refused.stderr, refused.stderr
    clean.restart(unit)
    assert "path=/usr/libexec/ringfence-exec" in clean.show(unit, "ExecStart")
    clean.wait_for(lambda: clean.show(unit, "StatusText").startswith("ringfence: nginx "))
    assert "could not be reloaded" in ringfence(clean, "enable", "plain", status=1)
    clean.run("rm", "/run/filler")


def test_not_even_a_mask_can_be_made(clean, limited):  # noqa: F811
    """Then there is no file that a generator could leave: the assertion of ringfence enable keeps
    the service from running open."""
    ringfence(clean, "enable", "nginx")
    clean.restart(UNIT)
    limited(NORMAL, "nr_inodes=1")
    limited(EARLY, "nr_inodes=1")
    clean.reload()
    assert clean.run("find", NORMAL, EARLY, "-type", "f", "-o", "-type", "l").stdout == ""
    does_not_start(clean)
    assert clean.show(UNIT, "AssertResult") == "no"
    assert status(clean) == ("not-generated", 4)
    text = ringfence(clean, "enable", "nginx", status=1)
    assert "generator did not run" in text
    clean.run("umount", NORMAL)
    clean.run("umount", EARLY)
    starts_fenced(clean)
