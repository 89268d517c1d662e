# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's cloud kernels, one of each series, kept in a cache outside the checkout.

Packages are replaced within weeks, so the newest package of a series is looked up by a pattern, in the
mirror that the machine's own apt uses. apt runs in a directory of its own: the system's sources, lists
and packages are not touched.
"""

import contextlib
import fcntl
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

CACHE = pathlib.Path(os.environ.get("RINGFENCE_CACHE", "/var/cache/ringfence")) / "kernels"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MAX_AGE = 14 * 24 * 3600  # seconds, after which the mirror is asked for newer packages

# Series -> the Landlock ABI of its kernels (0: not built).
SERIES = {
    "5.10": 0,
    "6.1": 2,
    "6.12": 6,
    "6.18": 7,
    "6.19": 7,
    "7.0": 8,
    "7.1": 9,
    "7.2": 10,
    "7.3": 11,
}

# Suite -> apt options. On an old mirror, the Release files of the rolling suites may be past their date. Their
# signature is checked nevertheless.
SUITES = {
    "bullseye": "check-valid-until=no",
    "bullseye-security": "check-valid-until=no",
    "bookworm": "",
    "bookworm-security": "",
    "trixie": "",
    "trixie-backports": "check-valid-until=no",
    "sid": "check-valid-until=no",
    "experimental": "check-valid-until=no",
}

# Up to 6.18, the image is in linux-image-*. Later kernels have it in linux-binary-*. Unsigned
# builds appear first, and are good enough for QEMU. linux-image-6.12-cloud-amd64 only depends on
# the newest 6.12.N and has no image.
PACKAGE = re.compile(
    r"^linux-(?:image-(?=\d+\.\d+\.\d)|binary-(?:unsigned-)?)"
    r"((\d+\.\d+)[0-9A-Za-z.+~-]*?)-cloud-amd64$"
)


class Unavailable(Exception):
    """No kernel can be downloaded. The text is the reason for skipping the test."""


@contextlib.contextmanager
def locked():
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def own_mirrors():
    """(archive, security archive) from the machine's apt configuration. The security archive may be None."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)"],
        capture_output=True, text=True, check=True,
    ).stdout
    archive = security = None
    for line in listing.splitlines():
        uri, _, codename = line.partition(" ")
        if codename.endswith("-security"):
            security = security or uri
        else:
            archive = archive or uri
    if archive is None:
        raise Unavailable("apt on this machine has no archive configured")
    return archive, security


def write_apt_directory(apt):
    archive, security = own_mirrors()
    for name in ("lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d",
                 "etc/sources.list.d", "state"):
        (apt / name).mkdir(parents=True, exist_ok=True)
    (apt / "status").touch()
    lines = []
    for suite, options in SUITES.items():
        uri = security if suite.endswith("-security") else archive
        if uri is not None:
            lines.append(f"deb [signed-by={KEYRING} {options}] {uri} {suite} main\n")
    (apt / "etc/sources.list").write_text("".join(lines))
    (apt / "apt.conf").write_text(
        f'Dir "{apt}"; Dir::Etc "{apt}/etc"; Dir::Etc::sourcelist "{apt}/etc/sources.list";\n'
        f'Dir::Etc::sourceparts "{apt}/etc/sources.list.d"; Dir::Etc::parts "{apt}/etc/apt.conf.d";\n'
        f'Dir::Etc::preferencesparts "{apt}/etc/preferences.d"; Dir::State "{apt}/state";\n'
        f'Dir::State::lists "{apt}/lists"; Dir::State::status "{apt}/status"; Dir::Cache "{apt}/cache";\n'
        'APT::Architecture "amd64"; APT::Architectures {"amd64";}; APT::Sandbox::User "root";\n'
        'Acquire::Languages "none"; Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";\n'
    )


def apt_environment(apt):
    return dict(os.environ, APT_CONFIG=str(apt / "apt.conf"), LC_ALL="C")


def newer(a, b):
    return subprocess.run(["dpkg", "--compare-versions", a, "gt", b]).returncode == 0


def look_up(apt):
    """Series -> {"package", "version", "release"} of the newest package in the mirror."""
    listing = subprocess.run(["apt-cache", "dumpavail"], env=apt_environment(apt), check=True,
                             capture_output=True, text=True).stdout
    found = {}
    name = ""
    for line in listing.splitlines():
        if line.startswith("Package: "):
            name = line[9:]
        if not line.startswith("Version: "):
            continue
        match = PACKAGE.match(name)
        if not match or match[2] not in SERIES:
            continue
        entry = {"package": name, "version": line[9:], "release": match[1]}
        best = found.get(match[2])
        if best is None or newer(entry["version"], best["version"]):
            found[match[2]] = entry
    return found


def refresh():
    """Asks the mirror. Returns the result and keeps it."""
    apt = CACHE / "apt"
    write_apt_directory(apt)
    update = subprocess.run(["apt-get", "-q", "update"], env=apt_environment(apt),
                            capture_output=True, text=True)
    found = look_up(apt)
    if not found:
        raise Unavailable("the mirror of this machine's apt gave no kernel packages: "
                          + update.stderr.strip().replace("\n", "; ")[:500])
    temporary = CACHE / "selected.json.tmp"
    temporary.write_text(json.dumps(found, indent=1))
    temporary.rename(CACHE / "selected.json")
    return found


@functools.lru_cache(None)
def selected():
    with locked():
        index = CACHE / "selected.json"
        if not index.exists():
            return refresh()
        if time.time() - index.stat().st_mtime > MAX_AGE:
            with contextlib.suppress(Unavailable, OSError, subprocess.CalledProcessError):
                return refresh()  # without a network, the cached kernel is used
        return json.loads(index.read_text())


def unpack(entry, target):
    apt = CACHE / "apt"
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        work = pathlib.Path(work)
        got = subprocess.run(
            ["apt-get", "-q", "download", f"{entry['package']}={entry['version']}"],
            env=apt_environment(apt), cwd=work, capture_output=True, text=True)
        packages = list(work.glob("*.deb"))
        if not packages:
            raise Unavailable(f"{entry['package']} cannot be downloaded: {got.stderr.strip()[:300]}")
        subprocess.run(["dpkg-deb", "-x", packages[0], work / "tree"], check=True)
        images = [path for path in (work / "tree").rglob("vmlinuz*") if path.is_file()]
        if not images:
            raise Unavailable(f"{entry['package']} holds no vmlinuz")
        result = work / "result"
        result.mkdir()
        shutil.copy(images[0], result / "vmlinuz")
        result.rename(target)


def kernel(series):
    """The path of a kernel image of this series. Raises Unavailable with the reason."""
    entry = selected().get(series)
    if entry is None:
        raise Unavailable(f"the mirror has no kernel of series {series} any more")
    target = CACHE / f"{entry['release']}_{entry['version'].replace(':', '_')}"
    with locked():
        if not (target / "vmlinuz").exists():
            unpack(entry, target)
    return target / "vmlinuz"


def main():
    status = 0
    for series in SERIES:
        try:
            print(f"{series}: {kernel(series)}")
        except Unavailable as why:
            status = 1
            print(f"{series}: {why}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
