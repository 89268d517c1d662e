# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program of a Debian tree behind a fence, in namespaces of its own. The tree does not change."""
import json
import shutil
import subprocess
from pathlib import Path

from lib import build as built

TOP = Path(__file__).resolve().parents[2]
ABSTRACTIONS = sorted((TOP / "policies/abstractions").glob("*.toml"))

# Only what the loader and the C library need: for testing abstractions that base extends.
BARE = """
[filesystem]
read = ["/usr/lib", "-/lib", "-/lib64", "-/usr/lib64", "-/etc/ld.so.cache"]
execute = ["-/lib64/ld-linux-x86-64.so.2", "-/lib/ld-linux-aarch64.so.1"]
"""

# Where systemd's specifiers lead in a system unit.
SPECIFIERS = {"%t": "/run", "%S": "/var/lib", "%C": "/var/cache", "%L": "/var/log"}

SCRIPT = """
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
cd "$1/root"
mount -t tmpfs run run
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /sys sys
cp "$3" run/ringfence-exec
printf '127.0.0.1 localhost\\n192.0.2.7 host.example\\n' > etc/hosts
ip link set lo up
{prepare}
shift 3
exec chroot . "$@"
"""


class Stage:
    def __init__(self, tree, directory):
        self.tree = tree
        self.directory = Path(directory)
        self.policies = self.directory / "policies"
        shutil.copytree(TOP / "policies/abstractions", self.policies / "abstractions",
                        dirs_exist_ok=True)
        (self.directory / "mount").mkdir(exist_ok=True)

    def write_policy(self, program, extends):
        """If `extends` begins with "bare", the policy does not extend base."""
        names = [name for name in extends if name != "bare"]
        text = f"version = 1\nabi = 10\nextends = {json.dumps(names)}\n"
        text += BARE if "bare" in extends else "[filesystem]\n"
        if program:
            text += f'[[filesystem.rule]]\npath = "{program}"\nallow = ["fs.execute", "fs.read_file"]\n'
        (self.policies / "p.toml").write_text(text)

    def answers(self, lines):
        done = subprocess.run([built.PREDICT, self.policies, "10"], text=True,
                              input="policy p\n" + "".join(line + "\n" for line in lines),
                              capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.splitlines()

    def options(self):
        options = self.answers([])[0].removeprefix("options ").split("\x1f")
        for specifier, path in SPECIFIERS.items():
            options = [option.replace(specifier, path) for option in options]
        return options

    def run(self, command, extends, environment=(), prepare=""):
        """Returns the output of the command, both streams together, and its status."""
        self.write_policy(command[0], extends)
        fenced = ["/run/ringfence-exec", "--report=none", *self.options(), "--", *command]
        done = subprocess.run(
            ["unshare", "--mount", "--net", "--pid", "--fork", "--propagation", "private",
             "sh", "-eu", "-c", SCRIPT.replace("{prepare}", prepare), "sh",
             self.directory / "mount", self.tree, built.WRAPPER,
             "/usr/bin/env", "-i", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", *environment, *fenced],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        # The wrapper names the rights that this kernel is too old for, which is not output of the
        # command.
        lines = [line for line in done.stdout.decode(errors="replace").splitlines(keepends=True)
                 if not line.startswith("ringfence-exec: p enforced")]
        return "".join(lines), done.returncode

    def real(self, pattern):
        """The file of the tree that matches the pattern. There must be exactly one."""
        found = sorted(Path(self.tree).glob(pattern.lstrip("/")))
        assert found, f"the tree has no {pattern}"
        return "/" + str(found[-1].relative_to(self.tree))
