# SPDX-License-Identifier: LGPL-2.1-or-later
"""The build under test: $RINGFENCE_BUILD, a meson build directory, which tests/run sets."""
import os
import re
from pathlib import Path

DIRECTORY = Path(os.environ.get("RINGFENCE_BUILD") or "/nonexistent").resolve()

WRAPPER = DIRECTORY / "src/exec/ringfence-exec"
GENERATOR = DIRECTORY / "generators/ringfence-generator"
RINGFENCE = DIRECTORY / "src/cli/ringfence"
PROBE = DIRECTORY / "tests/matrix/fence-probe"         # tries each access and prints the outcomes
RUNNER = DIRECTORY / "tests/matrix/matrix-runner"      # runs it behind one fence after another
PREDICT = DIRECTORY / "tests/probing/probing-predict"  # what the library says about an access
CARELESS_WRAPPER = DIRECTORY / "tests/faults/careless-wrapper"  # controls that fail open on purpose
UNFENCED_WRAPPER = DIRECTORY / "tests/faults/unfenced-wrapper"


def installed_wrapper():
    """The path of the wrapper in the drop-ins that the generator writes."""
    text = (DIRECTORY / "src/cli/site/config.h").read_text()
    return re.search(r'define RINGFENCE_WRAPPER "(.*)"', text)[1]
