# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import pathlib
import sys

import pytest

# The program behind the fence, its tree and its runner are the matrix's.
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "matrix"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))


@pytest.fixture(scope="session")
def build():
    """The meson build directory, from $RINGFENCE_BUILD (tests/run sets it)."""
    directory = os.environ.get("RINGFENCE_BUILD")
    assert directory, "RINGFENCE_BUILD must name the meson build directory"
    return pathlib.Path(directory).resolve()
