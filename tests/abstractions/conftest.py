# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "system"))


@pytest.fixture(scope="session")
def build():
    """The meson build directory, from $RINGFENCE_BUILD (tests/run sets it)."""
    directory = os.environ.get("RINGFENCE_BUILD")
    assert directory, "RINGFENCE_BUILD must name the meson build directory"
    return pathlib.Path(directory).resolve()
