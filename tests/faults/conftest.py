# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from lab import TOTAL  # noqa: E402


@pytest.fixture(scope="session")
def build():
    directory = os.environ.get("RINGFENCE_BUILD")
    assert directory, "RINGFENCE_BUILD must name the meson build directory"
    assert os.geteuid() == 0, "the fault injector needs root"
    return pathlib.Path(directory).resolve()


@pytest.fixture(scope="session", autouse=True)
def totals():
    yield
    print(f"\nfaults tried: {TOTAL['tried']}, not reached: {TOTAL['tried'] - TOTAL['injected']}, "
          f"program ran restricted: {TOTAL['ran']}, did not run: {TOTAL['stopped']}, "
          f"fail-open: {TOTAL['open']}")
