# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packages of this checkout, built on Debian 12 and kept for as long as nothing that goes into them changes.
RPM's and Arch's come from the same tree of Debian, and what one build has compiled, ccache gives to the next.

Debian 12 alone, because its packages install on newer releases too (packaging/debian/rules says why).
`python3 debs.py SUITE [OPTION…]` builds them, with options of packaging/deb, and prints their directory. Who
asks while another builds waits for the result.
"""
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(TOP / "tests"))

from lib.rig.room import Room  # noqa: E402
from lib.rig.tree import Tree, cache_directory  # noqa: E402

# What does not go into a package.
ELSEWHERE = ("tests/", ".ci/", "packaging/demo", "packaging/deps", "packaging/rpm/", "packaging/arch/", "README.md",
             "CONTRIBUTING.md", "ARCHITECTURE.md")
# What packaging/rpm and packaging/arch need, on a Debian.
FOREIGN = ("fakeroot", "file", "libarchive-tools", "makepkg", "pacman-package-manager", "rpm", "rpmlint")
# The three kinds of packages are compiled with the same flags. In the one usual place they share what is compiled.
PLACE = "scratch"
CCACHE = ("CCACHE_DIR=/build/ccache", "CCACHE_MAXSIZE=200M", "CCACHE_BASEDIR=/build", "CCACHE_NOHASHDIR=yes",
          "CCACHE_SLOPPINESS=locale", "CCACHE_UMASK=000")
ALL_NEW = ("CCACHE_DISABLE=yes",)
KEPT = 4  # of each kind
QUICK = ("bookworm", "--quick")


def given():
    """The directory in $RINGFENCE_PACKAGES, or None."""
    directory = os.environ.get("RINGFENCE_PACKAGES")
    return Path(directory).resolve() if directory else None


def build_depends():
    """Of packaging/debian/control, without versions; of alternatives, all."""
    text = (TOP / "packaging/debian/control").read_text()
    field = re.search(r"^Build-Depends:\n((?: .*\n)+)", text, re.M)[1]
    return [[re.sub(r"\s*\(.*\)", "", name).strip() for name in each.split("|")]
            for each in field.replace("\n", " ").split(",") if each.strip()]


def tree(suite):
    """What builds packages and looks at them. Debian 12 has systemd.pc in systemd."""
    wanted = []
    for names in build_depends():
        if names[0] == "debhelper-compat":
            names = ["debhelper"]
        wanted.append(names[-1] if suite == "bookworm" else names[0])
    foreign = FOREIGN if suite == "bookworm" else ()
    return Tree(suite, packages=sorted({*wanted, *foreign, "build-essential", "ccache", "lintian"}))


def sources(script):
    """What goes into the packages that this script builds."""
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         cwd=TOP, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in out.split("\0")
                  if name and (name.startswith(str(Path(script).parent) + "/") or not name.startswith(ELSEWHERE))
                  and (TOP / name).is_file())


def key(script, *further):
    digest = hashlib.sha256(" ".join([script, *further]).encode())
    for name in sources(script):
        path = TOP / name
        digest.update(f"{name} {path.stat().st_mode & 0o111}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def checkout(target, script):
    """A copy of what packages are made from."""
    for name in sources(script):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, target / name)


def forget_old(directory, kind):
    made = sorted(directory.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime)
    for path in made[:-KEPT]:
        shutil.rmtree(path)


def build(suite, *options, script="packaging/deb", place=PLACE):
    """The directory with the packages. `place`: the path that they are built in, below /build; in another than the
    usual one, everything is compiled anew."""
    base, where = cache_directory() / "packages", tree(suite)
    kind = "-".join([suite, *Path(script).parts[1:2]])
    made = base / f"{kind}-{key(script, where.path.name, *options, place)}"
    base.mkdir(parents=True, exist_ok=True)
    with open(base / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.is_dir():
            where.ensure()
            (base / "build/ccache").mkdir(parents=True, exist_ok=True)
            out = base / "build/out"
            shutil.rmtree(out, ignore_errors=True)
            with tempfile.TemporaryDirectory() as copy:
                checkout(Path(copy), script)
                os.chmod(copy, 0o755)
                said = Room(where.path, base / "build", copy).run(
                    [f"/src/{script}", "/build/out", *options],
                    environment=(f"SCRATCH=/build/{place}", *(CCACHE if place == PLACE else ALL_NEW),
                                 f"DEB_BUILD_OPTIONS=parallel={os.cpu_count()}"))
            (out / "build.log").write_text(said)
            shutil.rmtree(base / "build" / Path(place).parts[0])
            out.rename(made)
            forget_old(base, kind)
    return made


def room(directory, suite="bookworm"):
    """Where packages are looked at; `directory` is its /build."""
    return Room(tree(suite).path, directory)


if __name__ == "__main__":
    print(build(*sys.argv[1:]))
