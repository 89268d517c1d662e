# SPDX-License-Identifier: LGPL-2.1-or-later
"""Machines of three releases, each a plain Debian with the packages lying in /debs."""
import shutil
import subprocess
from pathlib import Path

import pytest
from lib.rig import Image, Machine, Tree
from lib.rig.leftovers import scratch_directory
from variants import Variants

RECIPE = Path(__file__).parent / "machine"
SUITES = ("bookworm", "trixie", "sid")


@pytest.fixture(scope="session")
def layer(packages):
    """What lies over the tree: /debs with the packages and their variants."""
    directory = scratch_directory("debs")
    directory.chmod(0o755)
    (directory / "debs").mkdir()
    variants = Variants(packages, directory / "debs")
    variants.make()
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(params=SUITES)
def machine(request, layer):
    """A machine that nothing was installed on; the next test gets another."""
    image = Image(Tree(request.param, RECIPE).ensure())
    image.layers.insert(0, layer)
    with Machine(image) as machine:
        yield machine


@pytest.fixture(scope="session")
def unpacked(packages, tmp_path_factory):
    """What is in the package ringfence, as a directory. Its programs run here, too."""
    directory = tmp_path_factory.mktemp("unpacked")
    deb, = packages.glob("ringfence_*.deb")
    subprocess.run(["dpkg-deb", "--extract", deb, directory], check=True)
    return directory


@pytest.fixture(scope="session")
def help_text(unpacked):
    """What `ringfence [VERB] --help` prints."""
    return lambda *verb: subprocess.run([unpacked / "usr/bin/ringfence", *verb, "--help"], check=True,
                                        capture_output=True, text=True).stdout
