# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program must inherit the same with and without the wrapper."""
import ctypes
import os
import shutil
import signal
import socket

import pytest

from states import STATES

DUMP, WRAPPER = "inherited", "ringfence-exec"
ABI = min(ctypes.CDLL(None).syscall(444, None, 0, 1), 11)
OPTIONS = (f"--abi={ABI}", "--execute=/", "--write=/")
SCOPE = ("--scope=abstract-unix-socket",) if ABI >= 6 else ()
# The only changes by the wrapper; see NO_NEW_PRIVS in ringfence-exec(1).
DOCUMENTED = {"nobody_with_new_privileges": ({"no_new_privs: 0 0"}, {"no_new_privs: 1 0"})}


@pytest.fixture
def programs(build, wrapper, as_root, public_directory):
    """Copies of the programs below one directory, because a state may change the root to it."""
    for source in (build / "tests/transparency" / DUMP, wrapper):
        shutil.copy(source, public_directory)
    return public_directory


def dump(programs, state, wrapped, options=(), program_options=()):
    """The lines of the dump. The program has the same arguments with and without the wrapper."""
    output = programs / "dump"
    pid = os.fork()
    if pid == 0:
        try:
            for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):  # Python's own
                signal.signal(number, signal.SIG_DFL)
            environment = state(programs) or {"PATH": "/bin"}
            root = "" if os.path.exists("/proc") else "/"
            place = root or f"{programs}/"
            command = [place + DUMP, place + "dump"]
            if wrapped:
                command = [place + WRAPPER, *OPTIONS, *options, "--", *command, *program_options]
            else:
                command += program_options
            os.execve(command[0], command, environment)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
        os._exit(99)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == 0, f"exit status {status} {'with' if wrapped else 'without'} the wrapper"
    lines = output.read_text().splitlines()
    output.unlink()
    own = str(pid)
    return [namespace_of(line.replace(f"PID={own}", "PID=")) for line in lines]


def namespace_of(line):
    """Whether a line's namespace is the test's own. The numbers of new ones are used again."""
    name, _, target = line.partition(": ")
    if not name.startswith("/proc/self/ns/"):
        return line
    try:
        own = os.readlink(name)
    except OSError:
        return line
    return f"{name}: {'as before' if target == own else 'another'}"


def unstable(programs, state):
    """Names of lines that differ between two runs without the wrapper, because the state makes new objects."""
    first, second = (dump(programs, state, False) for _ in range(2))
    assert len(first) == len(second)
    return {index for index, pair in enumerate(zip(first, second)) if pair[0] != pair[1]}


@pytest.mark.parametrize("name", STATES)
def test_state(programs, name):
    state = STATES[name]
    ignored = unstable(programs, state)
    bare, wrapped = (dump(programs, state, wrapper) for wrapper in (False, True))
    assert len(bare) == len(wrapped)
    assert len(bare) - len(ignored) > 150, "the dump is not what it should be"
    differing = [index for index, pair in enumerate(zip(bare, wrapped))
                 if pair[0] != pair[1] and index not in ignored]
    difference = ({bare[index] for index in differing}, {wrapped[index] for index in differing})
    assert difference == DOCUMENTED.get(name, (set(), set()))
    allowed = ("fd ", "/proc/self/fd", "keyring", "/proc/self/ns", "/proc/self/root",
               "/proc/self/cwd", ".: ", "/: ", "cwd", "/proc/self/mountinfo")
    assert all(bare[index].startswith(allowed) for index in ignored), \
        [bare[index] for index in ignored]


def test_the_dump_shows_each_state(programs):
    """Otherwise the comparison would prove nothing."""
    plain = dump(programs, STATES["plain"], False)
    same = [name for name, state in STATES.items()
            if name != "plain" and dump(programs, state, False) == plain]
    assert same == []


def test_documented_options(programs):
    """--argv0= and --unset-environment= change exactly what they say."""
    def state(_):
        return {"A": "1", "B": "2", "C": "3"}
    bare = dump(programs, state, False)
    wrapped = dump(programs, state, True, ("--argv0=other", "--unset-environment=B"))
    assert [line for line in bare if line not in wrapped] == \
        [f"argument: {programs}/{DUMP}", "variable: B=2"]
    assert [line for line in wrapped if line not in bare] == ["argument: other"]


def test_the_options_descriptor_is_closed(programs):
    def state(_):
        reader, writer = os.pipe()
        os.write(writer, b"--read=/etc\0")
        os.close(writer)
        os.dup2(reader, 7)
        os.close(reader)
    bare = dump(programs, STATES["plain"], False)
    assert dump(programs, state, True, ("--args-fd=7",)) == bare


def test_too_few_descriptors_refuse(programs):
    """The wrapper needs one descriptor for each layer and one more. With fewer, nothing runs."""
    import resource

    def state(_):
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    with pytest.raises(AssertionError, match="exit status 19[89] with the wrapper"):
        dump(programs, state, True)


@pytest.mark.parametrize("address", ["/{directory}/notify", "@ringfence-test-{pid}"])
def test_notify_socket(programs, address):
    """The status arrives over a pathname socket and over an abstract one. The program finds the socket unchanged."""
    address = address.format(directory=str(programs).lstrip("/"), pid=os.getpid())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0"))
        listener.settimeout(5)
        lines = dump(programs, lambda _: {"NOTIFY_SOCKET": address}, True,
                     ("--policy=p", *SCOPE))
        assert listener.recv(4096).decode().startswith("STATUS=ringfence: p enforced, ABI ")
    assert f"variable: NOTIFY_SOCKET={address}" in lines
