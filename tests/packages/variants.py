# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packages made from the built ones: other versions of them, and somebody else's policies."""
import subprocess
import tempfile
from pathlib import Path

from site_files import POLICY

OTHER_VERSION = {"older": "0.0.1-1", "newer": "99.0-1"}


def dpkg_deb(*arguments):
    subprocess.run(["dpkg-deb", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


class Variants:
    def __init__(self, packages, target):
        self.target = Path(target)
        self.ringfence, = packages.glob("ringfence_*.deb")
        self.policies, = packages.glob("ringfence-policies_*.deb")

    def make(self):
        """/debs/ringfence.deb, ringfence-policies.deb, older/…, newer/… and site-policies_VERSION.deb"""
        for deb, name in ((self.ringfence, "ringfence.deb"), (self.policies, "ringfence-policies.deb")):
            (self.target / deb.name).write_bytes(deb.read_bytes())
            (self.target / name).symlink_to(deb.name)
            for folder, version in OTHER_VERSION.items():
                self._other_version(deb, self.target / folder / name, version)
        self._site_policies("1", POLICY)
        self._site_policies("2", POLICY.replace('"/etc/ld.so.cache"', '"/etc/ld.so.cache", "/etc/hostname"'))

    def _other_version(self, deb, path, version):
        """The other version's wrapper is another file, and its policy for nginx says something else."""
        path.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "root"
            dpkg_deb("--raw-extract", deb, root)
            control = root / "DEBIAN/control"
            control.write_text("".join(
                f"Version: {version}\n" if line.startswith("Version:") else
                "" if line.startswith("Breaks:") else line
                for line in control.read_text().splitlines(keepends=True)
                if not line.startswith(" ringfence (<<")))
            for wrapper in root.glob("usr/libexec/ringfence-exec"):
                wrapper.write_bytes(wrapper.read_bytes() + version.encode())
            for policy in root.glob("usr/lib/ringfence/policies/nginx.toml"):
                policy.write_text(policy.read_text().replace(
                    '    "/etc/nginx",', f'    "/etc/nginx", "-/srv/{version}",'))
            self._forget_checksums(root)
            dpkg_deb("--build", "-Znone", "--root-owner-group", root, path)

    @staticmethod
    def _forget_checksums(root):
        (root / "DEBIAN/md5sums").unlink()

    def _site_policies(self, version, text):
        """A package of somebody else that ships a policy, and knows nothing of maintainer scripts."""
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "root"
            (root / "DEBIAN").mkdir(parents=True)
            (root / "DEBIAN/control").write_text(
                f"Package: site-policies\nVersion: {version}\nArchitecture: all\n"
                "Maintainer: Somebody <somebody@example.org>\nDescription: a policy\n")
            policies = root / "usr/lib/ringfence/policies"
            policies.mkdir(parents=True)
            (policies / "probe.toml").write_text(text)
            dpkg_deb("--build", "-Znone", "--root-owner-group", root, self.target / f"site-policies_{version}.deb")
