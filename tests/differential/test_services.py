# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every service of the packages in `packages`. A policy that permits everything is attached to all of them by
service.d. No service may be refused, systemd must read the same commands, and `systemd-analyze verify` must
not print more messages than before."""
import os
import re
import shutil
import subprocess

import pytest

import debian
import judge

PERMISSIVE = 'version = 1\nabi = 7\n[filesystem]\nwrite = ["/"]\nexecute = ["/"]\n'
ASK = b"[Service]\nX-LandlockPolicy=all\n"

# These are from packages that nobody installs together. They depend on each other in a circle, and systemd
# breaks it up at another place in each run.
CYCLE = re.compile("cycle|Found dependency on|deleted to break")
SYSTEM = "usr/lib/systemd/system"


class Site:
    """A root directory with all the unit files, and what the generator makes of them."""

    def __init__(self, root, generator):
        self.root = root
        self.fenced = root / "run/systemd/system"  # for verify, which does not read the output of generators
        units = root / SYSTEM
        for package in sorted(debian.unit_files().iterdir()):
            for source in sorted(package.glob(f"**/{debian.UNITS}")):
                # Packages that replace each other have the same units. One unit of each name is
                # enough.
                shutil.copytree(source, units, symlinks=True, dirs_exist_ok=True, copy_function=copy)
        (root / "etc/ringfence/policies").mkdir(parents=True)
        (root / "etc/ringfence/policies/all.toml").write_text(PERMISSIVE)
        self.services = [path.name for path in units.glob("*.service") if is_unit(path)]
        (units / "service.d").mkdir(exist_ok=True)
        (units / "service.d/00-fence.conf").write_bytes(ASK)
        self.messages = judge.generate(generator, root, [f"/{SYSTEM}"], root / "out")

    def put_programs(self, programs):
        """Creates the programs of the units, because verify complains about each that is missing."""
        for program in programs:
            target = self.root / program.lstrip("/")
            if program.startswith("/") and not os.path.lexists(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text("")
                target.chmod(0o755)

    def names(self):
        """The names to load. A template is replaced by an instance."""
        return sorted(name.replace("@.", "@inst.") for name in self.services)

    def verify(self):
        """The messages of systemd-analyze, without files and lines."""
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={self.root}", *self.names()],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              env=dict(os.environ, SYSTEMD_LOG_LEVEL="info", SYSTEMD_LOG_LOCATION="0"))
        lines = [line for line in os.fsdecode(done.stdout).splitlines() if not CYCLE.search(line)]
        return done.returncode, {re.sub(r"^\S+:\d+: ", "", line) for line in lines}


def is_unit(path):
    return path.is_file() and path.stat().st_size > 0


def copy(source, target):
    if not os.path.lexists(target):
        shutil.copy2(source, target, follow_symlinks=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory, generator):
    return Site(tmp_path_factory.mktemp("services"), generator)


def test_enough(site):
    packages = debian.package_names()
    print(f"{len(packages)} packages, {len(site.services)} services")
    assert len(packages) >= 150 and len(site.services) >= len(packages)


def test_none_is_refused(site):
    stamp = (site.root / "out/normal/ringfence.stamp").read_text()
    refused = [line for line in stamp.splitlines() if line.split(" ")[0] in ("refused", "masked")]
    assert not refused, site.messages
    assert "will not start" not in site.messages, site.messages


@pytest.mark.parametrize("which", judge.JUDGES)
def test_commands(which, site, installed_wrapper):
    if why := judge.missing(which):
        pytest.skip(why)
    units, output = f"{site.root}/{SYSTEM}", site.root / "out"
    before = judge.ask_oracle(which, units, site.names(), site.root)
    after = judge.ask_oracle(which, f"{output}/early:{output}/normal:{units}", site.names(), site.root)
    tally = judge.Tally()
    for name in site.names():
        tally.add(name, before[name], after[name], installed_wrapper, name)
    print(f"{which}: {tally.report()}")
    assert not tally.wrong and not tally.counts["refused"], tally.report()
    assert tally.counts["same"] > 0.9 * tally.counts["units"], tally.report()


def test_verify(site, installed_wrapper):
    if why := judge.missing(judge.HOST):
        pytest.skip(why)
    known = judge.ask_oracle(judge.HOST, f"{site.root}/{SYSTEM}", site.names(), site.root)
    site.put_programs([installed_wrapper] + [command[0] for _, _, settings in known.values()
                                   for commands in settings.values() for command in commands])
    status, before = site.verify()
    shutil.copytree(site.root / "out/normal", site.fenced, dirs_exist_ok=True)
    try:
        fenced_status, after = site.verify()
    finally:
        shutil.rmtree(site.fenced)
    print(f"verify: {len(before)} different messages, {len(before - after)} of them gone behind the wrapper")
    assert sorted(after - before) == []
    assert fenced_status == status
