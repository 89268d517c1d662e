# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian trees that boot, built with mmdebstrap and cached outside the checkout.

The cache key is the suite and the content of a recipe in this directory (packages, customize,
journald; or those for a small tree), so that editing the recipe makes a new tree. Nothing ever writes into a cached tree.
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).parent
RECIPE = ("packages", "customize", "journald")
SMALL = HERE / "small"  # systemd and little else


def cache_directory():
    return Path(os.environ.get("RINGFENCE_CACHE", "/var/cache/ringfence"))


class Tree:
    """The cached tree of one suite. Tree("bookworm").ensure() is its path. It builds the tree if it is missing.

    `recipe`: another directory with a file "packages" and perhaps a hook "customize".
    `packages`: names, instead of a recipe. `variant`: mmdebstrap's; "extract" runs no maintainer
    scripts, which takes a third of the time and is enough for a tree that compiles.
    """

    def __init__(self, suite="bookworm", recipe=HERE, packages=None, variant="minbase"):
        self.suite = suite
        self.recipe = Path(recipe if packages is None else "/nonexistent")
        self.packages = packages
        self.variant = variant
        digest = hashlib.sha256(suite.encode())
        for name in RECIPE:
            if (self.recipe / name).exists():
                digest.update((self.recipe / name).read_bytes())
        if packages is not None:
            digest.update(" ".join([variant, *packages]).encode())
        self.path = cache_directory() / "trees" / f"{suite}-{digest.hexdigest()[:12]}"
        self.build_seconds = None  # set if this process built it

    def ensure(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_dir():
            return self.path
        with open(self.path.parent / f".{self.path.name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.path.is_dir():
                self._build(self.path.parent / f".{self.path.name}.partial")
        return self.path

    def _build(self, partial):
        """Only the holder of the lock builds, so remains of an interrupted build can be removed."""
        start = time.monotonic()
        shutil.rmtree(partial, ignore_errors=True)
        log = partial.with_suffix(".log")
        command = ["mmdebstrap", "--mode=root", f"--variant={self.variant}", "--format=directory",
                   "--include=" + ",".join(self._packages())]
        if (self.recipe / "customize").exists():
            command.append(f"--customize-hook={self.recipe}/customize $1 {self.recipe}")
        command += [self.suite, str(partial), "-"]
        if self.suite == "sid":  # a snapshot mirror's Release file may be past its date
            command.insert(1, '--aptopt=Acquire::Check-Valid-Until "false"')
        with open(log, "w") as out:
            done = subprocess.run(command, input=self._sources(), stdout=out,
                                  stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            shutil.rmtree(partial, ignore_errors=True)
            tail = "".join(log.read_text().splitlines(keepends=True)[-20:])
            raise RuntimeError(f"mmdebstrap of {self.suite} failed ({done.returncode}):\n{tail}")
        partial.rename(self.path)
        log.unlink()
        self.build_seconds = time.monotonic() - start

    def _packages(self):
        if self.packages is not None:
            return self.packages
        return [word for line in (self.recipe / "packages").read_text().splitlines()
                for word in line.partition("#")[0].split()]

    def _sources(self):
        """sources.list lines for the suite, from the mirrors that this machine itself uses."""
        rows = [line.split() for line in subprocess.run(
            ["apt-get", "indextargets", "--format", "$(ORIGIN) $(REPO_URI) $(SUITE) $(CODENAME)",
             "Created-By: Packages", "Component: main", "Origin: Debian"],
            check=True, capture_output=True, text=True).stdout.splitlines()]
        uris = {"archive": [], "security": []}
        for _, uri, _, codename in rows:
            kind = "security" if codename.endswith("-security") else "archive"
            if uri not in uris[kind]:
                uris[kind].append(uri)
        if not uris["archive"]:
            raise RuntimeError("apt knows no Debian archive here; run apt-get update first")
        lines = [f"deb {uris['archive'][0]} {self.suite} main"]
        if self.suite != "sid" and uris["security"]:
            lines.append(f"deb {uris['security'][0]} {self.suite}-security main")
        return "\n".join(lines) + "\n"
