# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packages on booted systems with kernels of other ABIs: README's second screen fences nginx there, and the
review finds what was denied where the kernel logs it. No container is between systemd and the kernel, and journald
itself receives the audit records."""
import concurrent.futures
import json
import os
import platform
import re
from pathlib import Path

import disk
import pytest
import vm
from lib import kernels

README = Path(__file__).resolve().parents[2] / "README.md"
SERIES = ("6.1", "6.12", "7.3")  # ABI 2, 6 and 11
LOGGED_FROM = 7


class Guest:
    """`said`: step -> (exit status, output)"""

    def __init__(self, series, boot):
        self.abi, self.boot = kernels.SERIES[series], boot
        steps = re.findall(r"^== (\w+)\n(.*?)\n== status (\d+)$", boot.output.replace("\r", ""), re.M | re.S)
        self.said = {name: (int(status), text.strip()) for name, text, status in steps}
        assert "end" in self.said, f"the guest did not come to the end:\n{boot.output[-5000:]}"

    def of(self, step):
        status, text = self.said[step]
        assert status == 0, text
        return text


def start(series, image):
    return Guest(series, vm.boot_system(kernels.kernel(series), image))


@pytest.fixture(scope="module")
def guests(packages, tmp_path_factory):
    line = re.search(r"^apt install \./ringfence_.*$", README.read_text(), re.M)[0].replace("apt ", "apt -y ")
    image = disk.make(tmp_path_factory.mktemp("guest"), packages, line)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {series: pool.submit(start, series, image) for series in SERIES}


@pytest.fixture(params=SERIES)
def guest(request, guests):
    if platform.machine() != "x86_64":
        pytest.skip("the kernels and QEMU's machine are x86-64")
    if vm.missing():
        pytest.skip(vm.missing())
    try:
        return guests[request.param].result()
    except kernels.Unavailable as why:
        pytest.skip(str(why))


def test_the_second_screen_of_the_readme(guest):
    guest.of("line")
    assert "nginx" in guest.of("page")
    assert "ringfence-exec" in guest.of("command")


def test_the_fence_holds(guest):
    assert guest.of("before") == "200"
    assert guest.of("outside") == "403"


def test_the_status_names_the_abi_of_the_kernel(guest):
    unit, = [unit for unit in json.loads(guest.of("status"))["units"] if unit["unit"] == "nginx.service"]
    assert unit["state"] == "enforced" and ("unenforced" in unit) == (guest.abi < 10), unit


def test_the_review_where_the_kernel_logs(guest):
    denials = json.loads(guest.of("denials"))["denials"]
    assert guest.said["readers"][1].splitlines() == ["active"], "somebody else reads the audit records"
    if guest.abi < LOGGED_FROM:
        assert denials == []
    else:
        assert [(denial["unit"], denial["rights"], denial["object"]["path"]) for denial in denials] == [
            ("nginx.service", ["fs.read_file"], "/srv/outside/file")]


def test_seconds(guest, request):
    """Prints what the boots took (with -s or -rP)."""
    print(f"\n{request.node.callspec.params['guest']}: {guest.boot.seconds:.0f} s, try {guest.boot.tries}")
