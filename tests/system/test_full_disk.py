# SPDX-License-Identifier: LGPL-2.1-or-later
"""The generator cannot write to its directories. The units must not start without a fence, and must start again
once there is room."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lib.rig import Tree
from test_enable import clean, ringfence  # noqa: F401

TOP = Path(__file__).resolve().parents[2]
UNIT = "nginx.service"


def padding(lines):
    """Rules without an effect, each with 70 bytes in the generator's drop-in."""
    return "".join(f"X-LandlockReadPaths=-/nonexistent/{number:050}\n" for number in range(lines))


BY_HAND = "[Service]\nX-LandlockPolicy=nginx\n" + padding(100)  # more than a page
NORMAL, EARLY = "/run/systemd/generator", "/run/systemd/generator.early"


@pytest.fixture
def limited(clean):  # noqa: F811
    """Mounts a small file system over a directory of generators. systemd empties it and cannot remove it."""
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
    assert machine.fence(UNIT)["LANDLOCK_STATUS"] == "enforced"


def status(machine):
    done = machine.run("ringfence", "status", "--no-pager", UNIT, check=False)
    return done.stdout.splitlines()[1].split()[1], done.returncode


@pytest.mark.parametrize("options, what", [("size=4k", "bytes"), ("nr_inodes=1", "inodes")])
def test_no_room_for_drop_ins(clean, limited, options, what):  # noqa: F811
    """write(2) or mkdir(2) fails with ENOSPC. The unit must stay masked."""
    limited(NORMAL, options)
    clean.drop_in(UNIT, BY_HAND)
    assert clean.run("find", NORMAL, "-name", "*ringfence.conf").stdout == ""
    assert clean.run("readlink", f"{EARLY}/{UNIT}").stdout == "/dev/null\n"
    assert clean.show(UNIT, "LoadState") == "masked"
    does_not_start(clean)
    assert status(clean)[1] == 4
    clean.run("umount", NORMAL)
    starts_fenced(clean)


def test_an_alias_of_a_masked_instance(clean, limited):  # noqa: F811
    """Only the instance asks for a fence. A mask of its name alone would not stop the alias of its template."""
    clean.unit("nap@.service", "[Service]\nExecStart=/usr/bin/sleep infinity\n")
    clean.link("/etc/systemd/system/doze@.service", "nap@.service")
    limited(NORMAL, "nr_inodes=1")
    clean.drop_in("nap@2.service", BY_HAND)
    for unit in ("doze@2.service", "nap@2.service"):
        assert clean.start(unit, check=False).returncode != 0
        assert clean.show(unit, "LoadState") == "masked"
    clean.start("doze@1.service")  # another unit is not affected
    clean.run("systemctl", "stop", "doze@1.service")


def test_run_is_full(clean, limited):  # noqa: F811
    """With less than 16 MiB in /run, systemd does not reload. It runs no generators, and loaded units stay fenced."""
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
    """The generator cannot write any file. The assertion of ringfence enable must keep the service from running
    without a fence."""
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


# Root is exempt from quotas (ignore_hardlimit(), fs/quota/dquot.c), and few kernels have them on
# tmpfs (CONFIG_TMPFS_QUOTA). So only the generator of a user manager can exceed one. The test
# injects what it would see: the system calls on its output fail.
@pytest.mark.parametrize("error", ["EDQUOT", "ENOSPC", "EIO"])
@pytest.mark.parametrize("call, path", [
    ("mkdir", "n/nginx.service.d"), ("openat", "n/nginx.service.d/.~ringfence.conf.tmp"),
    ("write", "n/nginx.service.d/.~ringfence.conf.tmp"),
    ("rename", "n/nginx.service.d/.~ringfence.conf.tmp")])
def test_a_call_on_the_output_fails(tmp_path, generator, call, path, error):
    root = tmp_path / "root"
    shutil.copytree(Tree().ensure() / "usr/lib/systemd/system", root / "usr/lib/systemd/system",
                    symlinks=True)
    shutil.copytree(TOP / "policies", root / "usr/lib/ringfence/policies")
    for unit in (UNIT, "redis-server.service"):
        drop_in = root / f"etc/systemd/system/{unit}.d/50-fence.conf"
        drop_in.parent.mkdir(parents=True)
        drop_in.write_text(f"[Service]\nX-LandlockPolicy={unit.removesuffix('.service')}\n")
    out = tmp_path / "out"
    for name in "nel":
        (out / name).mkdir(parents=True)
    done = subprocess.run(
        ["strace", "-o", tmp_path / "trace", "-P", out / path, "-e", f"inject={call}:error={error}",
         generator, f"--root={root}", out / "n", out / "e", out / "l"],
        capture_output=True, text=True)
    assert done.returncode == 0 and "(INJECTED)" in (tmp_path / "trace").read_text()
    assert f"cannot write the drop-in of {UNIT}" in done.stderr
    assert os.readlink(out / "e" / UNIT) == "/dev/null"
    assert [path for path in (out / "n").rglob("*ringfence.conf*") if UNIT in str(path)] == []
    # The other unit must be fenced as usual.
    assert os.listdir(out / "e") == [UNIT]
    assert (out / "n/redis-server.service.d/~ringfence.conf").exists()
