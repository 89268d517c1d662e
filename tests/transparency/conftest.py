# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import states  # noqa: E402
from rig import Image, Machine, Tree  # noqa: E402


@pytest.fixture(scope="session")
def build():
    directory = os.environ.get("RINGFENCE_BUILD")
    if not directory:
        pytest.exit("say which build to test: $RINGFENCE_BUILD", returncode=4)
    if os.geteuid() != 0:
        pytest.exit("most states need root", returncode=4)
    return Path(directory)


@pytest.fixture
def directory():
    path = states.directory()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def shared_machine(build):
    """A booted systemd with the two programs; not installed, so that any prefix will do."""
    with Image(Tree("bookworm").ensure()) as image, Machine(image) as machine:
        root = Path(f"/proc/{machine.leader}/root")
        for source, target in ((build / "src/exec/ringfence-exec", "usr/libexec"),
                               (build / "tests/transparency/inherited", "usr/local/bin"),
                               (HERE / "store.py", "usr/local/bin"),
                               (HERE / "own_name.py", "usr/local/bin")):
            shutil.copy(source, root / target)
        machine.run("install", "-d", "-m", "1777", "/run/dump")
        yield machine


@pytest.fixture
def machine(shared_machine):
    """What a test changes is undone after it."""
    yield shared_machine
    shared_machine.undo()
    shared_machine.run("rm -rf /run/dump/*")
