# SPDX-License-Identifier: LGPL-2.1-or-later
"""A tree with ringfence installed on top, as a list of overlay layers."""
import os
import shutil
import subprocess
from pathlib import Path

from .leftovers import scratch_directory
from .room import Room


class Image:
    """`layers` are overlayfs lower directories, topmost first. Use as a context manager.

    `packages`: a directory with .debs, which dpkg installs. `build`: a build directory, which meson installs
    instead; this is quicker, and no package manager knows of it.
    """

    def __init__(self, tree, build=None, packages=None):
        self.layers = [tree]
        self._installed = None
        if build is None and packages is None:
            return
        self._installed = scratch_directory("install")
        self._installed.chmod(0o755)
        if packages is not None:
            self._install_packages(tree, packages)
        else:
            self._install_build(Path(build))
            self._bring_libraries(tree)
        self.layers.insert(0, self._installed)

    def _install_packages(self, tree, packages):
        """Runs dpkg in the tree, with the packages' scripts, and keeps what changes."""
        names = [f"/build/{deb.name}" for deb in Path(packages).glob("*.deb")]
        Room(tree, packages).run(["dpkg", "--force-unsafe-io", "--install", *names],
                                 environment=["DEBIAN_FRONTEND=noninteractive"], changes=self._installed)

    def _bring_libraries(self, tree):
        """Copies the libraries of the build that the tree lacks."""
        programs = [path for path in self._installed.rglob("ringfence*")
                    if path.is_file() and not path.is_symlink() and os.access(path, os.X_OK)]
        text = "".join(subprocess.run(["ldd", str(path)], capture_output=True, text=True).stdout
                       for path in programs)
        for source in {word for word in text.split() if word.startswith("/lib/")}:
            target = Path("usr") / source[1:]
            if not (Path(tree) / target).exists():
                (self._installed / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, self._installed / target)

    def _install_build(self, build):
        """Debian's /bin, /sbin and /lib are links into /usr, so they must be links here, too."""
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
