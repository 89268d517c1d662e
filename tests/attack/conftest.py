# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1] / "system"))

from stage import Build  # noqa: E402


@pytest.fixture(scope="session")
def build():
    directory = os.environ.get("RINGFENCE_BUILD")
    if not directory:
        pytest.exit("say which build to test: $RINGFENCE_BUILD", returncode=4)
    if os.geteuid() != 0:
        pytest.exit("the controls need root", returncode=4)
    return Build(directory)


@pytest.fixture
def tmp_path():
    """pytest's own is below a directory that no other user may enter."""
    directory = Path(tempfile.mkdtemp(prefix="ringfence-attack-"))
    directory.chmod(0o755)
    (directory / "control").mkdir()
    (directory / "fenced").mkdir()
    yield directory
    shutil.rmtree(directory)
