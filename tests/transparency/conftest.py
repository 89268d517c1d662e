# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import states  # noqa: E402


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
