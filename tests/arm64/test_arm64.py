# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wrapper for arm64, cross-built and run by qemu-user, does what the native one does.

qemu-user does not know Landlock, so everything before Landlock is compared. The kernel does the rest,
with the same code (tests/qemu runs it on x86-64 kernels). RINGFENCE_BUILD is the native build,
RINGFENCE_ARM64_BUILD the cross build.
"""
import os
import socket
import struct
import subprocess
from pathlib import Path

import pytest
from lib.exit_status import CANNOT_ENFORCE, REFUSED, USAGE
from lib.build import WRAPPER as NATIVE

CROSS = Path(os.environ["RINGFENCE_ARM64_BUILD"]) / "src/exec/ringfence-exec"
EM_AARCH64, ET_DYN, PT_LOAD, PT_DYNAMIC, PT_INTERP = 183, 3, 1, 2, 3
DT_NEEDED = 1


def run(program, *arguments, environment=None, pass_fds=()):
    command = ["qemu-aarch64", str(program)] if program == CROSS else [str(program)]
    return subprocess.run([*command, *arguments], env=environment or {}, pass_fds=pass_fds,
                          capture_output=True, text=True)


def outcome(done):
    return done.returncode, done.stdout, done.stderr


# These are decided before the wrapper makes any call of Landlock.
@pytest.mark.parametrize("arguments", [
    (), ("--help",), ("--version",), ("--help", "x"),
    ("--refuse=nginx.toml:3:1: unknown key",), ("--policy=nginx", "--refuse="),
    ("--failure-status=255", "--refuse=x"),
    ("--abi=7",), ("--abi=7", "--"), ("--", "/bin/true"), ("--abi=12", "--", "/bin/true"),
    ("--abi=7", "--reed=/x", "--", "/bin/true"), ("--abi=7", "--read=etc", "--", "/bin/true"),
    ("--abi=7", "--bind-tcp=70000", "--", "/bin/true"), ("--abi=7", "--bind-tcp=9-8", "--", "/bin/true"),
    ("--abi=7", "--allow=fs.read_fil:/etc", "--", "/bin/true"),
    ("--abi=8", "--allow=fs.resolve_unix:/run", "--", "/bin/true"),
    ("--abi=7", "--scope=signals", "--", "/bin/true"), ("--abi=7", "--log=all", "--", "/bin/true"),
    ("--abi=7", "--args-fd=99", "--", "/bin/true"),
], ids=" ".join)
def test_same_as_native(arguments):
    native = outcome(run(NATIVE, *arguments))
    assert native[0] in (0, USAGE, REFUSED, 255), "not decided before the kernel is asked"
    assert outcome(run(CROSS, *arguments)) == native


def test_without_landlock_nothing_runs():
    done = run(CROSS, "--abi=7", "--execute=/", "--", "/bin/echo", "ran")
    assert done.returncode == CANNOT_ENFORCE
    assert done.stdout == ""
    assert "this kernel has no Landlock" in done.stderr


def test_options_from_a_descriptor():
    reader, writer = os.pipe()
    os.write(writer, b"--abi=7\0--bind-tcp=http\0")
    os.close(writer)
    done = run(CROSS, f"--args-fd={reader}", "--", "/bin/true", pass_fds=(reader,))
    os.close(reader)
    assert done.returncode == REFUSED
    assert "--bind-tcp=http" in done.stderr


def test_reports_by_notify_socket(tmp_path):
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        receiver.settimeout(5)
        run(CROSS, "--policy=nginx", "--refuse=because", environment={"NOTIFY_SOCKET": path})
        assert receiver.recv(4096) == b"STATUS=ringfence: nginx refused: because"


def test_file_needs_no_loader_and_fits():
    data = CROSS.read_bytes()
    kind, machine = struct.unpack_from("<HH", data, 16)
    assert (kind, machine) == (ET_DYN, EM_AARCH64)
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    mapped = 0
    for i in range(count):
        segment, _, start = struct.unpack_from("<IIQ", data, offset + i * size)
        length, = struct.unpack_from("<Q", data, offset + i * size + 32)
        assert segment != PT_INTERP
        mapped += length if segment == PT_LOAD else 0
        if segment == PT_DYNAMIC:
            tags = struct.unpack_from(f"<{length // 8}q", data, start)[::2]
            assert DT_NEEDED not in tags
    assert mapped <= 61440, "the budget of tests/unit/exec/binary_test.cc"
