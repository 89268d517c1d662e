# SPDX-License-Identifier: LGPL-2.1-or-later
"""Downloads what Debian ships: the unit files of the packages listed in `packages`, and systemd's own code
of other releases. They are kept in the cache, outside the checkout.

apt runs in a directory of its own: the system's sources, lists and packages are not touched.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("RINGFENCE_CACHE", "/var/cache/ringfence"))
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SUITE = "bookworm"
UNITS = "lib/systemd/system"

# The packages that libsystemd-core needs, and a Python that calls it.
JUDGE_PACKAGES = ["base-files", "libpython3-stdlib", "libsystemd-shared", "python3-minimal", "systemd"]
MACHINE_ID = "0123456789abcdef0123456789abcdef"  # for %m, which is an error without


def archive():
    """The mirror that this machine's apt uses."""
    rows = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)"],
                          check=True, capture_output=True, text=True).stdout.splitlines()
    for row in rows:
        uri, _, codename = row.partition(" ")
        if not codename.endswith(("-security", "-updates")):
            return uri
    raise RuntimeError("apt has no archive configured here; run apt-get update first")


@contextlib.contextmanager
def made_once(path):
    """Yields a directory to fill, which then becomes `path`. Yields None if `path` exists already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.parent / f".{path.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.is_dir():
            yield None
            return
        partial = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        try:
            partial.chmod(0o755)
            yield partial
            partial.rename(path)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")


def key(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def systemd_tree(suite):
    """A directory to chroot into, with the suite's libsystemd-core and Python in it."""
    path = CACHE / "judges" / f"{suite}-{key(suite, MACHINE_ID, *JUDGE_PACKAGES)}"
    with made_once(path) as partial:
        if partial:
            run(["mmdebstrap", "--mode=root", "--variant=extract", "--format=directory",
                 '--aptopt=Acquire::Check-Valid-Until "false"', f"--include={','.join(JUDGE_PACKAGES)}",
                 suite, str(partial), f"deb {archive()} {suite} main"])
            (partial / "etc/machine-id").write_text(MACHINE_ID + "\n")
    return path


def package_names():
    lines = (HERE / "packages").read_text().splitlines()
    return [name for line in lines if not line.startswith("#") for name in line.split()]


def unit_files():
    """A directory with one directory for each package, which has the package's units."""
    names = package_names()
    path = CACHE / "units" / f"{SUITE}-{key(SUITE, *names)}"
    with made_once(path) as partial:
        if partial:
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".apt-") as apt:
                download(names, Path(apt))
                for package in sorted(Path(apt).glob("*.deb")):
                    keep_units(package, partial / package.name.partition("_")[0])
    return path


def download(names, apt):
    for directory in ("state/lists/partial", "cache/archives/partial", "etc"):
        (apt / directory).mkdir(parents=True)
    (apt / "state/status").touch()
    (apt / "etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {archive()} {SUITE} main\n")
    (apt / "apt.conf").write_text(
        f'Dir "{apt}"; Dir::State "{apt}/state"; Dir::State::status "{apt}/state/status";\n'
        f'Dir::Cache "{apt}/cache"; Dir::Etc "{apt}/etc"; Dir::Etc::parts "{apt}/none";\n'
        'APT::Sandbox::User "root"; APT::Architecture "amd64"; Acquire::Languages "none";\n')
    environment = dict(os.environ, APT_CONFIG=str(apt / "apt.conf"), LC_ALL="C")
    run(["apt-get", "-q", "update"], env=environment)
    run(["apt-get", "-q", "download", *names], env=environment, cwd=apt)


def keep_units(package, directory):
    archive_of = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE)
    directory.mkdir()
    # tar fails if a pattern matches nothing, and a package has only one of the two directories.
    subprocess.run(["tar", "x", "-C", str(directory), "--wildcards", f"./{UNITS}/*", f"./usr/{UNITS}/*"],
                   stdin=archive_of.stdout, stderr=subprocess.DEVNULL, check=False)
    archive_of.stdout.close()
    if archive_of.wait() not in (0, -13) or not list(directory.glob(f"**/{UNITS}/*.service")):
        raise RuntimeError(f"{package.name} has no service unit any more; take it out of `packages`")
