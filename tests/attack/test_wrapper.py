# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks on the wrapper itself: by its environment, by extreme arguments, and by copies of it."""
import os
import shutil
import socket
import struct
import subprocess
import time

import pytest

from lib.exit_status import CANNOT_ENFORCE, REFUSED
from lib.rig import Audit
from stage import ENVIRONMENT, Stage, host_abi

NETLINK_AUDIT, AUDIT_GROUP_READLOG = 9, 1
LANDLOCK_ACCESS, LANDLOCK_DOMAIN = 1423, 1424


@pytest.fixture
def stage(build, as_root, public_directory):
    with Stage(public_directory / "fenced") as stage:
        yield stage


def read_secret(stage, environment=None, options=(), **more):
    """Runs cat SECRET in the fence. The options of the fence can be changed."""
    return subprocess.run([*stage.fence(*options), "/bin/cat", stage.context["secret"]],
                          env={**ENVIRONMENT, **(environment or {})}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=30, **more)


def assert_fenced(done):
    assert done.stdout == "" and done.returncode == 1, done
    assert "Permission denied" in done.stderr, done


def test_control(stage):
    assert subprocess.run(["/bin/cat", stage.context["secret"]], capture_output=True,
                          text=True).stdout == "secret\n"


@pytest.mark.parametrize("environment", [
    {"LD_PRELOAD": "/nonexistent.so"}, {"LD_LIBRARY_PATH": "{granted}"}, {"LD_BIND_NOW": "1"},
    {"GLIBC_TUNABLES": "glibc.malloc.check=3:glibc.cpu.x86_ibt=off"},
    {"NOTIFY_SOCKET": "{secret}"}, {"NOTIFY_SOCKET": "@" + "x" * 200}, {"NOTIFY_SOCKET": "@"},
    {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/" + "x" * 4000}, {"NOTIFY_SOCKET": "vsock:2:1"},
    {"NOTIFY_SOCKET": "{socket}"}, {"JOURNAL_STREAM": "1:1"}, {"JOURNAL_STREAM": "x" * 100000},
    {"INVOCATION_ID": ""}, {"INVOCATION_ID": "\x01\n\xff"}, {"INVOCATION_ID": "0" * 32},
    {"INVOCATION_ID": "g" * 32}, {"INVOCATION_ID": "abc"}, {"PATH": "{granted}"},
    {"RINGFENCE": "off"}, {"LISTEN_PID": "1", "LISTEN_FDS": "999999"},
], ids=lambda environment: "-".join(f"{k}={v[:20]!r}" for k, v in environment.items()))
@pytest.mark.parametrize("report", ["none", "auto", "notify,journal"])
def test_environment_does_not_lift_the_fence(stage, environment, report):
    values = {name: value.format(**stage.context) for name, value in environment.items()}
    assert_fenced(read_secret(stage, values, [f"--report={report}"]))


def test_a_hostile_notify_socket_gets_only_the_status(stage, public_directory):
    """The socket gets one datagram, after the fence is made, without descriptors or useful credentials."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(public_directory / "notify"))
        listener.settimeout(5)
        done = read_secret(stage, {"NOTIFY_SOCKET": str(public_directory / "notify")}, ["--report=notify"])
        data, descriptors, _, _ = socket.recv_fds(listener, 4096, 10)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.recv(1)
    assert_fenced(done)
    assert data.startswith(b"STATUS=ringfence: enforced, ABI") and not descriptors
    assert b"READY=1" not in data and b"MAINPID" not in data


@pytest.mark.parametrize("hidden", [True, False])
def test_the_report_closes_what_was_opened_for_it(stage, public_directory, hidden):
    """Where the program does not see $NOTIFY_SOCKET, only the report needs the access: systemd must end it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(public_directory / "notify"))
        listener.settimeout(5)
        options = ["--report=notify"] + ["--unset-environment=NOTIFY_SOCKET"] * hidden
        read_secret(stage, {"NOTIFY_SOCKET": str(public_directory / "notify")}, options)
        assert (b"\nNOTIFYACCESS=none" in listener.recv(4096)) == hidden


LANDLOCK_CALLS = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for number in (444, 445, 446, 444 | 0x40000000):
    libc.syscall(number, None, 0, 1)
    print(ctypes.get_errno())
open(sys.argv[1]).close()
"""


@pytest.mark.parametrize("forbidden", [True, False])
def test_no_further_landlock_calls(stage, forbidden):
    """A process that restricts itself once more can hide its denials. The filter refuses it, also by x32's numbers."""
    options = ["--report=none", "--execute=/usr", "--read=/usr", *["--forbid-landlock"] * forbidden]
    done = subprocess.run([*stage.fence(*options), "/usr/bin/python3", "-I", "-S", "-c", LANDLOCK_CALLS, "/usr/bin/env"],
                          env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    errors = done.stdout.split()
    assert len(errors) == 4 and done.returncode == 0, done
    assert (errors == ["95"] * 4) == forbidden, done


def test_a_full_notify_socket_does_not_block(stage, public_directory):
    """The peer's queue is full and nobody reads it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filler:
        listener.bind(str(public_directory / "notify"))
        filler.setblocking(False)
        with pytest.raises(BlockingIOError):
            while True:
                filler.sendto(b"x", str(public_directory / "notify"))
        start = time.monotonic()
        assert_fenced(read_secret(stage, {"NOTIFY_SOCKET": str(public_directory / "notify")},
                                  ["--report=notify"]))
        assert time.monotonic() - start < 2


@pytest.mark.parametrize("name", ["", "-", "--", "--refuse=x", "--help", "/bin/sh", "x" * 100000])
def test_argument_zero_is_no_option(stage, name):
    command = [*map(str, stage.fence()), "/bin/cat", stage.context["secret"]]
    done = subprocess.run([name, *command[1:]], executable=command[0], env=ENVIRONMENT,
                          capture_output=True, text=True)
    assert_fenced(done)


def test_no_arguments_at_all(wrapper):
    """argv[0] is NULL. Linux 5.18 and newer replace it by an empty string."""
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
        import ctypes
        nothing = (ctypes.c_char_p * 1)(None)
        ctypes.CDLL(None).execve(str(wrapper).encode(), nothing, nothing)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 64


def test_options_behind_the_program_belong_to_it(stage):
    done = subprocess.run([*stage.fence(), "/bin/echo", "--refuse=x", "--", "--read=/"],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "--refuse=x -- --read=/\n")


def test_a_set_user_id_copy_refuses(wrapper, public_directory):
    """Such a copy would run any program as its owner."""
    copy = public_directory / "copy"
    shutil.copy(wrapper, copy)
    command = [copy, "--abi=1", "--execute=/", "--report=none", "--", "/usr/bin/id", "-u"]

    def run():
        return subprocess.run(command, user=65534, group=65534, extra_groups=[],
                              capture_output=True, text=True)
    copy.chmod(0o755)
    assert run().stdout == "65534\n"
    for mode in (0o4755, 0o2755, 0o6755):
        copy.chmod(mode)
        done = run()
        assert (done.returncode, done.stdout) == (REFUSED, ""), oct(mode)
        assert "set-user-ID or set-group-ID" in done.stderr


# Nesting


def nested(stage, depth):
    """Runs `depth` wrappers, each inside the one before."""
    return [argument for _ in range(depth) for argument in stage.fence()]


def test_sixteen_nested_wrappers(stage):
    command = [*nested(stage, 16), "/bin/cat", stage.context["secret"]]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert_fenced(done)


def test_the_seventeenth_refuses(stage):
    command = [*nested(stage, 17), "/bin/echo", "ran"]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (CANNOT_ENFORCE, "")
    assert "Argument list too long; Landlock stacks at most 16 domains" in done.stderr


def test_layers_count_like_nested_wrappers(stage):
    layers = [f"--layer --abi=1 --execute=/".split()] * 15
    more = [option for layer in layers for option in layer]
    done = subprocess.run([*stage.fence(*more), "/bin/echo", "ran"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    done = subprocess.run([*stage.fence(), *stage.fence(*more), "/bin/echo", "ran"],
                          capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (CANNOT_ENFORCE, "")


# The tag


class AuditLog:
    """The kernel's audit records, as every privileged reader of the multicast group gets them."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        self._socket.bind((0, AUDIT_GROUP_READLOG))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE
                                if hasattr(socket, "SO_RCVBUFFORCE") else 33, 8 << 20)

    def records(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                message = self._socket.recv(16384)
            except TimeoutError:
                return
            yield struct.unpack_from("=H", message, 4)[0], message[16:].decode(errors="replace")


FORGER = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
libc.prctl(15, b"rf0123456789abc", 0, 0, 0)
attributes = ctypes.create_string_buffer(struct.pack("<Q", 4), 8)
ruleset = libc.syscall(444, attributes, 8, 0)
libc.syscall(446, ruleset, 0)
try:
    os.open(sys.argv[1], os.O_RDONLY)
except PermissionError:
    print(os.getpid())
"""


def test_a_forged_tag_carries_the_forgers_own_pid_and_program(stage):
    """The attacker chooses comm. The kernel writes exe= and pid=, which tell the attacker apart."""
    if host_abi() < 7:
        pytest.skip("Landlock logs to audit from ABI 7 on")
    log = AuditLog()
    with Audit():
        done = subprocess.run([*stage.fence(), "/usr/bin/python3", "-B", "-c", FORGER,
                               "/usr/bin/env"], env=ENVIRONMENT, capture_output=True, text=True)
        assert done.stdout.strip().isdigit(), done
        forger = done.stdout.strip()
        record = next((text for kind, text in log.records(5)
                       if kind == LANDLOCK_DOMAIN and 'comm="rf0123456789abc"' in text), None)
    assert record is not None, "no record of the forger's domain"
    assert f" pid={forger} " in record
    assert f'exe="{os.path.realpath("/usr/bin/python3")}"' in record
