# SPDX-License-Identifier: LGPL-2.1-or-later
"""A tree to run commands in without booting it, with the checkout and one directory to write to."""
import subprocess
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]

# $1 becomes a mount point: the tree $2, unchanged below an overlay, with the checkout $3 at /src,
# which nothing can write, and $4 at /build. $5 gets the changes, unless it is empty.
ENTER = """
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
source=$3 build=$4 changes=$5
cd "$1/root"
mkdir -p src build
mount --bind "$source" src
mount -o remount,bind,ro src
mount --bind "$build" build
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
mount -t tmpfs run run
mount -t tmpfs tmp tmp
chmod 1777 tmp
ip link set lo up
shift 5
chroot . "$@"
[ -n "$changes" ] || exit 0
cp -a ../upper/. "$changes"
rmdir "$changes/src" "$changes/build"
"""


class Failed(Exception):
    """A command failed; the text is what it said."""


class Room:
    """`tree`: the path of a tree. `directory` is /build, and `source` (the checkout) is /src."""

    def __init__(self, tree, directory, source=TOP):
        self.tree, self.directory, self.source = tree, directory, source

    def run(self, command, environment=(), changes=""):
        """What the command says. `changes`: a directory for what it changes in the tree, as a layer of overlayfs."""
        with tempfile.TemporaryDirectory(prefix="ringfence-room-") as mount:
            done = subprocess.run(
                ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation",
                 "private", "sh", "-euc", ENTER, "sh", mount, self.tree, self.source, self.directory, changes,
                 "/usr/bin/env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                 "HOME=/", *environment, *command],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        text = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            raise Failed(f"{' '.join(map(str, command[:3]))}: status {done.returncode}\n{text[-20000:]}")
        return text
