# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fixtures: one machine a test module, its changes undone after each test."""
import os

import pytest

from rig import Audit, Image, Machine, Tree


def pytest_addoption(parser):
    parser.addoption("--build-dir", default=os.environ.get("RINGFENCE_BUILD"),
                     help="meson build directory to install ($RINGFENCE_BUILD)")
    parser.addoption("--suite", default="bookworm", help="Debian suite of the machine's tree")


@pytest.fixture(scope="session")
def tree(request):
    return Tree(request.config.getoption("suite"))


@pytest.fixture(scope="session")
def image(request, tree):
    build = request.config.getoption("build_dir")
    if not build:
        pytest.exit("say which build to test: --build-dir DIR or $RINGFENCE_BUILD", returncode=4)
    with Image(tree.ensure(), build) as image:
        yield image


@pytest.fixture(scope="session")
def audit():
    with Audit():
        yield


@pytest.fixture(scope="module")
def shared_machine(request, image, audit):
    with Machine(image) as machine:
        request.config.stash.setdefault(BOOTS, []).append(machine.boot_seconds)
        yield machine


@pytest.fixture
def machine(shared_machine):
    """The module's machine; what the test changes through it is undone at the end."""
    yield shared_machine
    shared_machine.undo()


BOOTS = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    machine = getattr(item, "funcargs", {}).get("machine")
    if call.when == "call" and call.excinfo and machine:
        outcome.get_result().sections.append(("the machine's journal", machine.report()))


def pytest_terminal_summary(terminalreporter, config):
    boots = config.stash.get(BOOTS, [])
    if boots:
        seconds = " ".join(f"{value:.2f}" for value in boots)
        terminalreporter.write_line(f"boots: {len(boots)}, seconds each: {seconds}")
