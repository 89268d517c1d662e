# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk with a Debian that boots by itself: the clean tree of tests/packages with the .debs lying in it."""
import os
import shutil
import stat
import subprocess
from pathlib import Path

from lib.rig import Tree

HERE = Path(__file__).resolve().parent
RECIPE = HERE.parent / "packages/machine"
SIZE = "1G"  # sparse
UNITS = "etc/systemd/system"

# The tree is for containers, and keeps journald away from the kernel's audit. Here, journald switches it on.
AUDIT = "systemd-journald-audit.socket"
JOURNALD = "[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nAudit=yes\n"

# $1: the layers, $2: where to mount them, $3: the disk
MAKE = """
mount -t overlay overlay -o "lowerdir=$1" "$2"
exec mke2fs -q -t ext4 -d "$2" "$3" "$4" >/dev/null
"""


def add(layer, name, text, mode=0o644):
    path = layer / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def want(layer, target, unit):
    wants = layer / UNITS / f"{target}.wants"
    wants.mkdir()
    (wants / unit).symlink_to(f"/lib/systemd/system/{unit}")


def layer_of_the_guest(layer, packages, line):
    """What lies over the tree. `line` is run in /debs."""
    (layer / "debs").mkdir(parents=True)
    for deb in packages.glob("*.deb"):
        shutil.copy(deb, layer / "debs")
    guest = HERE / "guest"
    add(layer, "second-screen", (guest / "second-screen").read_text(), 0o755)
    add(layer, "second-screen.line", line)
    add(layer, f"{UNITS}/second-screen.service", (guest / "second-screen.service").read_text())
    add(layer, "etc/nginx/conf.d/outside.conf", (guest / "outside.conf").read_text())
    add(layer, "srv/outside/file", "secret\n")
    want(layer, "multi-user.target", "second-screen.service")
    os.mknod(layer / UNITS / AUDIT, stat.S_IFCHR, os.makedev(0, 0))  # overlayfs: the tree's mask is not there
    want(layer, "sockets.target", AUDIT)
    add(layer, "etc/systemd/journald.conf.d/rig.conf", JOURNALD)


def make(directory, packages, line):
    """The path of the disk, in `directory`."""
    layer, mount, disk = directory / "layer", directory / "mount", directory / "disk"
    mount.mkdir()
    layer_of_the_guest(layer, packages, line)
    tree = Tree("bookworm", RECIPE).ensure()
    subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-euc", MAKE, "sh",
                    f"{layer}:{tree}", mount, disk, SIZE], check=True)
    return disk
