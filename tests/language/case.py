# SPDX-License-Identifier: LGPL-2.1-or-later
"""A case is a folder with one file, whose name says what it is, and maybe a tree/ of others.

policy.toml      the policy "p"
drop-in.toml     a drop-in of a policy "p" for ABI 7
abstraction.toml an abstraction that a policy "p" for ABI 10 extends
ringfence.conf   the machine's defaults, beside a policy "p"
tree/            more files, below /etc/ringfence/policies; they come last
"""
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent
BASE = 'version = 1\nabi = 7\n\n[filesystem]\nread = ["/etc/app"]\n\n[network]\nbind_tcp = [80]\n'
PLACES = {
    "policy.toml": ("policies/p.toml", None),
    "drop-in.toml": ("policies/p.toml.d/50-site.toml", BASE),
    "abstraction.toml": ("policies/abstractions/part.toml",
                         'version = 1\nabi = 10\nextends = ["part"]\n'),
    "ringfence.conf": ("ringfence.conf", BASE),
}


def cases(folder):
    return sorted((HERE / folder).iterdir())


def file_of(case):
    """The case's own file; its name says which schema it has."""
    found = [case / name for name in PLACES if (case / name).exists()]
    assert len(found) == 1, f"{case} must have one of {', '.join(PLACES)}"
    return found[0]


def lay_out(case, root):
    """Makes the file tree below `root`."""
    file = file_of(case)
    place, policy = PLACES[file.name]
    top = root / "etc/ringfence"
    write(top / place, file.read_bytes())
    if policy:
        write(top / "policies/p.toml", policy.encode())
    if (case / "tree").is_dir():
        shutil.copytree(case / "tree", top / "policies", dirs_exist_ok=True)


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def show(ringfence, root, *arguments, name="p", timeout=20):
    """Runs `ringfence show`: (exit status, standard output, standard error)."""
    done = subprocess.run([ringfence, "show", f"--root={root}", *arguments, name],
                          env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=timeout)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
