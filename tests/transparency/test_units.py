# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same under a real systemd. With and without the wrapper in ExecStart=, a unit must reach the same state, and
its program must inherit the same. The report must arrive or be skipped without harm."""
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lib.rig import Image, Machine, Tree

HERE = Path(__file__).resolve().parent
UNIT = "transparent.service"
ENFORCED = "24d70d8d2bc94cfc835749197d384851"  # src/landlock/report.h
DUMP = "/usr/local/bin/inherited"
OUTPUT = "/run/dump/dump"
WRAPPER = "/usr/libexec/ringfence-exec --policy=test --abi=1 --execute=/ --write=/"
NAME = "org.ringfence.Test"
# The calls are listed by name, because no group of Debian 12's systemd has them, not even @sandbox.
LANDLOCK = "landlock_create_ruleset landlock_add_rule landlock_restrict_self"
STRICT = f"SystemCallFilter=@default @basic-io @file-system @process {LANDLOCK}"
NO_NEW_PRIVS = ({"no_new_privs: 0 0"}, {"no_new_privs: 1 0"})


@dataclass(frozen=True)
class Case:
    """`state`: of the unit at the end. `notify`, `journal`: whether the report arrives."""
    name: str
    service: str
    words: str = "wait"
    state: str = "active"
    journal: bool = True
    notify: bool = False
    options: str = ""
    difference: tuple = field(default=(set(), set()))
    other_units: tuple = ()


HARDENED = """NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths=/run/dump
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
ProtectProc=invisible
PrivateNetwork=yes
PrivateIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
SystemCallArchitectures=native"""
RESOURCES = """UMask=077
Nice=5
LimitNOFILE=512:4096
LimitCORE=0
LimitSTACK=1M
LimitMEMLOCK=64K
CPUSchedulingPolicy=batch
IOSchedulingClass=best-effort
IOSchedulingPriority=6
CPUAffinity=0
OOMScoreAdjust=321
TimerSlackNSec=123456
CoredumpFilter=0x11
IgnoreSIGPIPE=no
KeyringMode=shared
WorkingDirectory=/usr/share
SecureBits=no-setuid-fixup
Environment=A=1 "B=2 3" C=
LogExtraFields=X=y
Delegate=yes"""
ROOT = """RootDirectory=/srv/empty
MountAPIVFS=yes
BindPaths=/run/dump
BindReadOnlyPaths=/usr/libexec /usr/local/bin"""
CASES = [
    Case("simple", "Type=simple"),
    Case("exec", "Type=exec"),
    Case("forking", "Type=forking", "fork wait"),
    Case("forking-notify", "Type=forking\nNotifyAccess=exec", "fork wait", notify=True),
    Case("notify", "Type=notify", "notify wait", notify=True),
    Case("notify-all", "Type=notify\nNotifyAccess=all", "notify wait", notify=True),
    Case("dbus", f"Type=dbus\nBusName={NAME}",
         f"exec /usr/bin/python3 /usr/local/bin/own_name.py {NAME}"),
    Case("oneshot", "Type=oneshot", "", "inactive"),
    Case("remain", "Type=oneshot\nRemainAfterExit=yes", ""),
    Case("notify-access", "Type=simple\nNotifyAccess=main", notify=True),
    Case("watchdog", "Type=notify\nWatchdogSec=60", "notify wait", notify=True),
    Case("user", "User=daemon", difference=NO_NEW_PRIVS),
    Case("user-no-new-privs", "User=daemon\nNoNewPrivileges=yes"),
    Case("ambient", "User=daemon\nAmbientCapabilities=CAP_NET_BIND_SERVICE",
         difference=NO_NEW_PRIVS),
    Case("dynamic-user", "DynamicUser=yes\nStateDirectory=transparent\nReadWritePaths=/run/dump"),
    Case("private-users", "PrivateUsers=yes"),
    Case("private-users-user", "PrivateUsers=yes\nUser=daemon", difference=NO_NEW_PRIVS),
    Case("root-directory", ROOT, journal=False),
    Case("root-directory-journal", f"{ROOT} /run/systemd/journal"),
    Case("root-directory-notify", f"{ROOT}\nType=notify\nNotifyAccess=main", "notify wait",
         journal=False, notify=True),
    Case("no-unix", "RestrictAddressFamilies=AF_INET AF_INET6", journal=False),
    Case("no-unix-notify", "RestrictAddressFamilies=AF_INET AF_INET6\nNotifyAccess=main",
         journal=False),
    Case("no-families", "RestrictAddressFamilies=none", journal=False),
    Case("system-service", f"SystemCallFilter=@system-service {LANDLOCK}"),
    Case("system-service-error",
         f"SystemCallFilter=@system-service {LANDLOCK}\nSystemCallErrorNumber=EPERM"),
    Case("deny-list", "SystemCallFilter=~@mount @swap @reboot @debug @clock @obsolete"),
    Case("strict", f"{STRICT}\nSystemCallErrorNumber=EPERM", journal=False),
    Case("strict-silent", f"{STRICT}\nSystemCallErrorNumber=EPERM", options="--report=none",
         journal=False),
    Case("hardened", HARDENED),
    Case("resources", RESOURCES),
    Case("credentials", "LoadCredential=a:/etc/hostname\nSetCredential=b:text"),
    Case("input-data", "StandardInput=data\nStandardInputText=some text"),
    Case("input-file", "StandardInput=file:/etc/hostname"),
    Case("output-null", "StandardOutput=null\nStandardError=null"),
    Case("output-file", "StandardOutput=append:/run/dump/out\nStandardError=inherit"),
    Case("socket", "", other_units=(("transparent.socket", "[Socket]\nListenStream=/run/dump/s1\n"
                                     "ListenDatagram=/run/dump/s2\nListenFIFO=/run/dump/s3\n"
                                     "FileDescriptorName=name\n"),)),
]


def normalised(line):
    """Replaces what differs between any two starts: numbers of processes, inodes, mounts and devices."""
    line = re.sub(r"(PID=|JOURNAL_STREAM=|INVOCATION_ID=).*", r"\1", line) \
        if line.startswith("variable") else line
    line = re.sub(r"systemd-private-\w+-transparent\.service-\w+", "private", line)
    if line.startswith(("/proc/self/mountinfo", "/proc/self/ns", "keyring", "/: ", ".: ")):
        return re.sub(r"\d+", "N", line.replace(" 0x", " "))
    line = re.sub(r"(socket|pipe):\[\d+\]", r"\1", line)
    line = re.sub(r"(mnt_id|ino):\\011\d+", r"\1", line)
    if line.startswith("fd "):
        line = re.sub(r"(inode|device) \w+", r"\1", line)
    return line


BUS_POLICY = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><policy user="root"><allow own="{NAME}"/></policy></busconfig>
"""


def start(machine, case, prefix):
    """Returns the lines of the dump and the state of the unit."""
    machine.unit(UNIT, f"[Service]\n{case.service}\n"
                       f"ExecStart={prefix}{DUMP} {OUTPUT} {case.words}\n")
    for name, text in case.other_units:
        machine.unit(name, text)
        machine.run("systemctl", "start", name)
    machine.run("systemctl", "start", UNIT)
    machine.wait_for(lambda: machine.run("test", "-e", OUTPUT, check=False).returncode == 0,
                     what="the dump")
    machine.wait_state(UNIT, case.state)
    status = machine.show(UNIT, "StatusText")
    assert machine.show(UNIT, "Result") == "success"
    lines = machine.read(OUTPUT).splitlines()
    machine.run("systemctl", "stop", *(name for name, _ in case.other_units), UNIT)
    machine.run("rm -rf /run/dump/*")
    return [normalised(line) for line in lines], status


def compare(bare, wrapped, difference=(set(), set())):
    assert len(bare) > 150
    assert len(bare) == len(wrapped)
    differing = [pair for pair in zip(bare, wrapped) if pair[0] != pair[1]]
    assert ({pair[0] for pair in differing}, {pair[1] for pair in differing}) == difference


def records(machine, since):
    return machine.journal(since=since, MESSAGE_ID=ENFORCED)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_unit(machine, case):
    machine.run("install", "-d", "/srv/empty")
    if "BusName" in case.service:
        machine.write("/etc/dbus-1/system.d/test.conf", BUS_POLICY)
        machine.run("systemctl", "reload", "dbus")
    bare, _ = start(machine, case, "")
    since = machine.now()
    wrapped, status = start(machine, case, f"{WRAPPER} {case.options} -- ")
    compare(bare, wrapped, case.difference)
    assert status.startswith("ringfence: test enforced, ABI ") == case.notify, status
    found = records(machine, since)
    assert len(found) == case.journal
    for record in found:
        # On a busy machine journald finds no unit for a process that has exited by the time it looks.
        if "Type=forking" in case.service and "_SYSTEMD_UNIT" not in record:
            continue
        assert record["_SYSTEMD_UNIT"] == UNIT
        assert re.fullmatch("rf[0-9a-f]{13}", record["LANDLOCK_TAG"])


def test_lines_of_a_oneshot_unit(machine):
    """Each line is started by itself. Each sends a report, and all of them run."""
    lines = "".join(f"ExecStart={WRAPPER} -- {DUMP} /run/dump/{number}\n" for number in range(5))
    machine.unit(UNIT, f"[Service]\nType=oneshot\n{lines}")
    since = machine.now()
    machine.run("systemctl", "start", UNIT)
    assert machine.run("ls", "/run/dump").stdout.split() == [str(n) for n in range(5)]
    assert len(records(machine, since)) == 5


def test_killing_filter(machine):
    """The filter kills the process at every call that only reports need. Without reports, the wrapper must make
    none of these calls."""
    machine.unit(UNIT, f"[Service]\nType=oneshot\n{STRICT}\n"
                       f"ExecStart={WRAPPER} --report=none -- /bin/true\n")
    machine.run("systemctl", "start", UNIT)
    assert machine.show(UNIT, "Result") == "success"


def test_stored_descriptors(machine):
    """FDSTORE: the second start gets the descriptors that the first one stored."""
    dumps = []
    for prefix in ("", f"{WRAPPER} -- "):
        machine.unit(UNIT, "[Service]\nType=notify\nNotifyAccess=all\nFileDescriptorStoreMax=4\n"
                           f"ExecStart={prefix}{DUMP} {OUTPUT} notify wait\n"
                           "ExecStartPost=/usr/bin/python3 /usr/local/bin/store.py\n")
        machine.run("systemctl", "start", UNIT)
        machine.run("systemctl", "restart", UNIT)
        dumps.append([normalised(line) for line in machine.read(OUTPUT).splitlines()])
        machine.run("systemctl", "stop", UNIT)
    assert [line for line in dumps[0] if "memfd:kept" in line]
    assert "variable: LISTEN_FDS=2" in dumps[0]
    compare(*dumps)


@pytest.fixture(scope="module")
def shared_machine(build, wrapper, as_root):
    """A booted systemd with the two programs. They are not installed, so any prefix works."""
    with Image(Tree().ensure()) as image, Machine(image) as machine:
        root = Path(f"/proc/{machine.leader}/root")
        for source, target in ((wrapper, "usr/libexec"),
                               (build / "tests/transparency/inherited", "usr/local/bin"),
                               (HERE / "store.py", "usr/local/bin"),
                               (HERE / "own_name.py", "usr/local/bin")):
            shutil.copy(source, root / target)
        machine.run("install", "-d", "-m", "1777", "/run/dump")
        yield machine


@pytest.fixture
def machine(machine):
    yield machine
    machine.run("rm -rf /run/dump/*")


@pytest.fixture
def without_journald(machine):
    """Stops journald and removes its sockets."""
    sockets = "systemd-journald.socket systemd-journald-dev-log.socket"
    machine.run(f"systemctl stop {sockets} systemd-journald.service; rm -f /run/systemd/journal/socket")
    yield machine
    machine.run(f"systemctl stop {UNIT}; rm -f /run/systemd/journal/socket; "
                f"systemctl start {sockets} systemd-journald.service")


def timed_start(machine, service):
    machine.unit(UNIT, f"[Service]\nStandardError=truncate:/run/dump/error\n{service}\n"
                       f"ExecStart={WRAPPER} -- {DUMP} {OUTPUT} notify wait\n")
    begin = time.monotonic()
    machine.run("systemctl", "start", UNIT)
    machine.wait_for(lambda: machine.run("test", "-e", OUTPUT, check=False).returncode == 0,
                     what="the dump")
    return time.monotonic() - begin


def test_no_journal(without_journald):
    machine = without_journald
    timed_start(machine, "Type=notify")
    assert machine.show(UNIT, "ActiveState") == "active"
    assert machine.show(UNIT, "StatusText").startswith("ringfence: test enforced")
    assert machine.read("/run/dump/error") == ""


FULL = """
import socket, time
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("/run/systemd/journal/socket")
fillers, sent = [], 1
while sent:  # each has a send buffer of its own, which may be full before the queue is
    fillers.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    fillers[-1].setblocking(False)
    sent = 0
    try:
        while True:
            sent += fillers[-1].sendto(b"x", "/run/systemd/journal/socket")
    except BlockingIOError:
        pass
open("/run/full", "w").close()
time.sleep(600)
"""


def test_full_journal(without_journald):
    """Nobody reads journald's socket. The record is dropped at once, with a message."""
    machine = without_journald
    machine.write("/run/full.py", FULL)
    machine.unit("full.service", "[Service]\nExecStart=/usr/bin/python3 /run/full.py\n"
                                 "StandardOutput=null\nStandardError=null\n")
    machine.run("systemctl", "start", "full.service")
    machine.wait_for(lambda: machine.run("test", "-e", "/run/full", check=False).returncode == 0,
                     what="the full socket")
    seconds = timed_start(machine, "Type=notify")
    assert machine.show(UNIT, "ActiveState") == "active"
    assert seconds < 5
    assert "the journal did not take the record of this start: Resource temporarily unavailable" \
        in machine.read("/run/dump/error")
