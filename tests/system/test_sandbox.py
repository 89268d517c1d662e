# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the generator in poor environments: before /var is mounted, without D-Bus, network or locale, and in the
sandbox of systemd 253 and later. It must write the same everywhere.

test_newer_systemd.py has the real sandbox."""
import pytest

GENERATOR = "/usr/lib/systemd/system-generators/ringfence-generator"
SYSTEMD = "/run/systemd/generator"
OUT = "/run/out"

# Each script runs before the generator, in the same mount namespace.
BARE = "true"
# build_generator_environment() and generator_setup() of systemd 257: everything read-only but
# /sys, /run, /proc, /dev/shm and a private /tmp.
SANDBOX = """\
for path in / /usr /etc /var; do mount --bind $path $path && mount -o remount,bind,ro $path; done
mount -t tmpfs tmpfs /tmp"""


@pytest.fixture
def fenced(machine):
    """Two units whose fences make the generator read many files: abstractions, a script, a template."""
    machine.drop_in("nginx.service", "[Service]\nX-LandlockPolicy=nginx\n")
    machine.unit("script@.service", "[Service]\nX-LandlockPolicy=nginx\nExecStart=/usr/bin/ldd %i\n")
    yield machine
    machine.run("rm", "-rf", OUT)


def generated(machine, directory):
    """The files of ringfence's generator, by name."""
    paths = machine.run("find", directory, "-type", "f", "-name", "*ringfence*").stdout.split()
    return {path[len(directory):]: machine.read(path) for path in paths}


@pytest.mark.parametrize("network", ["", "--net"], ids=["net", "no-net"])
@pytest.mark.parametrize("setup", [BARE, SANDBOX], ids=["bare", "sandbox"])
def test_it_writes_the_same(fenced, setup, network):
    expected = generated(fenced, SYSTEMD)
    assert {"/nginx.service.d/~ringfence.conf", "/script@.service.d/~ringfence.conf",
            "/ringfence.stamp"} == set(expected)
    fenced.run("mkdir", "-p", f"{OUT}/n", f"{OUT}/e", f"{OUT}/l")
    done = fenced.run("unshare", "--mount", *network.split(), "sh", "-ec",
                      f"{setup}\nexec env -i SYSTEMD_SCOPE=system {GENERATOR} {OUT}/n {OUT}/e {OUT}/l")
    assert done.stderr == ""
    assert generated(fenced, f"{OUT}/n") == expected
    assert fenced.run("find", f"{OUT}/e", f"{OUT}/l", "-type", "f", "-o", "-type", "l").stdout == ""


def test_before_anything_is_mounted(fenced):
    """There are only /etc, /usr and the output directories, and no /var, /tmp, /run, bus, locale or log device."""
    expected = generated(fenced, SYSTEMD)
    fenced.run("mkdir", "-p", f"{OUT}/n", f"{OUT}/e", f"{OUT}/l")
    fenced.run("unshare", "--mount", "--net", "sh", "-ec", f"""\
mount -t tmpfs tmpfs /mnt; mkdir /mnt/out; mount --bind {OUT} /mnt/out
for path in /usr /etc; do mount --bind $path $path; mount -o remount,bind,ro $path; done
for path in /var /home /tmp /run /dev /sys; do mount -t tmpfs -o ro,size=4k tmpfs $path; done
exec env -i SYSTEMD_SCOPE=system {GENERATOR} /mnt/out/n /mnt/out/e /mnt/out/l""")
    assert generated(fenced, f"{OUT}/n") == expected


def test_a_read_only_output_directory_is_said_and_masks_nothing(fenced):
    """The control: if the generator cannot write, it says so."""
    fenced.run("mkdir", "-p", f"{OUT}/n", f"{OUT}/e", f"{OUT}/l")
    done = fenced.run("unshare", "--mount", "sh", "-ec", f"""\
mount --bind {OUT} {OUT}; mount -o remount,bind,ro {OUT}
exec env -i {GENERATOR} {OUT}/n {OUT}/e {OUT}/l""")
    assert "cannot write the drop-in of nginx.service: Read-only file system" in done.stderr
    assert "nginx.service could not be masked either (Read-only file system)" in done.stderr
    assert generated(fenced, OUT) == {}
