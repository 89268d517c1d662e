# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true",
                     help="write bad/*/expected anew: read the difference before committing it")


@pytest.fixture(scope="session")
def build():
    """The meson build directory, from $RINGFENCE_BUILD (tests/run sets it)."""
    directory = os.environ.get("RINGFENCE_BUILD")
    assert directory, "RINGFENCE_BUILD must name the meson build directory"
    return pathlib.Path(directory).resolve()


@pytest.fixture(scope="session")
def ringfence(build):
    return str(build / "src/cli/ringfence")
