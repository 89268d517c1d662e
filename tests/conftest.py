# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixtures that layers share: the build and its programs, directories, booted machines."""
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from lib import build as built
from lib import debs, summary
from lib.rig import Audit, Image, Machine, Tree


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true",
                     help="write the expected texts of tests/language anew: read the difference "
                          "before committing it")


# The build


@pytest.fixture(scope="session")
def build():
    """The meson build directory."""
    if not (built.DIRECTORY / "build.ninja").exists():
        pytest.exit("say which build to test: $RINGFENCE_BUILD", returncode=4)
    return built.DIRECTORY


@pytest.fixture(scope="session")
def wrapper(build):
    return built.WRAPPER


@pytest.fixture(scope="session")
def installed_wrapper(build):
    """The path of the wrapper in drop-ins."""
    return built.installed_wrapper()


@pytest.fixture(scope="session")
def generator(build):
    return built.GENERATOR


@pytest.fixture(scope="session")
def ringfence(build):
    return built.RINGFENCE


@pytest.fixture(scope="session")
def as_root():
    if os.geteuid() != 0:
        pytest.exit("this needs root", returncode=4)


@pytest.fixture
def public_directory():
    """A directory that everybody may write in. tmp_path is below a directory that other users may not enter."""
    directory = Path(tempfile.mkdtemp(prefix="ringfence-test-"))
    directory.chmod(0o1777)
    yield directory
    shutil.rmtree(directory)


# Packages


@pytest.fixture(scope="session")
def packages():
    """The directory with the .debs: $RINGFENCE_PACKAGES, which tests/run sets, or those of the checkout."""
    return debs.given() or debs.build(*debs.QUICK)


# Machines: one for each module. Changes are undone after each test


@pytest.fixture(scope="session")
def product(build):
    """What an Image gets installed: the packages in $RINGFENCE_PACKAGES, or the build when the variable is not set."""
    given = debs.given()
    return {"packages": given} if given else {"build": build}


@pytest.fixture(scope="session")
def image(product):
    """Debian 12 with ringfence installed."""
    with Image(Tree().ensure(), **product) as image:
        yield image


@pytest.fixture(scope="session")
def audit():
    with Audit():
        yield


@pytest.fixture(scope="module")
def shared_machine(image, audit):
    with Machine(image) as machine:
        BOOTS.append(machine.boot_seconds)
        yield machine


@pytest.fixture
def machine(shared_machine):
    """The module's machine. At the end, everything that the test changes through it is undone."""
    yield shared_machine
    shared_machine.undo()


BOOTS = []
summary.at_end(lambda: BOOTS and f"boots: {len(BOOTS)}, seconds each: "
               + " ".join(f"{seconds:.2f}" for seconds in BOOTS))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    machine = getattr(item, "funcargs", {}).get("machine")
    if call.when == "call" and call.excinfo and machine:
        outcome.get_result().sections.append(("the machine's journal", machine.report()))


def pytest_terminal_summary(terminalreporter):
    for text in summary.texts():
        terminalreporter.write_line(text)
