# SPDX-License-Identifier: LGPL-2.1-or-later
import pytest


def pytest_addoption(parser):
    parser.addoption("--generator", required=True, help="the ringfence-generator to test")
    parser.addoption("--wrapper", required=True, help="the path of the wrapper that it was built with")


@pytest.fixture(scope="session")
def generator(request):
    return request.config.getoption("--generator")


@pytest.fixture(scope="session")
def wrapper(request):
    return request.config.getoption("--wrapper")
