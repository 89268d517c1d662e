# SPDX-License-Identifier: LGPL-2.1-or-later
"""A tree with a build of ringfence installed on top, as a list of overlay layers."""
import os
import shutil
import subprocess
from pathlib import Path

from .leftovers import scratch_directory


class Image:
    """`layers` are overlayfs lower directories, topmost first. Use as a context manager."""

    def __init__(self, tree, build=None, libraries=False):
        self.layers = [tree]
        self._installed = None
        if build is not None:
            self._installed = scratch_directory("install")
            self._install(Path(build))
            if libraries:
                self._bring_libraries(tree)
            self.layers.insert(0, self._installed)

    def _bring_libraries(self, tree):
        """What the build is linked against and a tree of another suite does not have."""
        programs = [path for path in self._installed.rglob("ringfence*")
                    if path.is_file() and not path.is_symlink() and os.access(path, os.X_OK)]
        text = "".join(subprocess.run(["ldd", str(path)], capture_output=True, text=True).stdout
                       for path in programs)
        for source in {word for word in text.split() if word.startswith("/lib/")}:
            target = Path("usr") / source[1:]
            if not (Path(tree) / target).exists():
                (self._installed / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, self._installed / target)

    def _install(self, build):
        """Debian's /bin, /sbin and /lib are links into /usr; a directory would hide them."""
        self._installed.chmod(0o755)
        for name in ("bin", "sbin", "lib"):
            (self._installed / "usr" / name).mkdir(parents=True)
            (self._installed / name).symlink_to(Path("usr") / name)
        done = subprocess.run(["meson", "install", "-C", str(build), "--no-rebuild"],
                              env=dict(os.environ, DESTDIR=str(self._installed)),
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"meson install failed:\n{done.stdout}{done.stderr}")

    def close(self):
        if self._installed:
            shutil.rmtree(self._installed, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
