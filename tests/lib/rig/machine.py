# SPDX-License-Identifier: LGPL-2.1-or-later
"""One booted machine: run commands, read its journal, change its units, undo the changes."""
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .leftovers import control_groups, remove_group, scratch_directory, sweep

BOOT = Path(__file__).parent / "boot"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "LANG": "C.UTF-8", "TERM": "dumb", "HOME": "/root", "SYSTEMD_PAGER": "",
               "SYSTEMD_COLORS": "0", "SYSTEMD_URLIFY": "0"}
_numbers = itertools.count()


class CommandError(AssertionError):
    """A command inside the machine failed. The message contains its output."""


def wait_for(condition, timeout=10.0, what="condition", interval=0.02):
    """Calls `condition` until it returns something true, and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout} s (last value: {value!r})")
        time.sleep(interval)


class Machine:
    """Boots an Image on construction; close() (or the context manager) ends it."""

    wait_for = staticmethod(wait_for)

    def __init__(self, image):
        self.name = f"{os.getpid()}-{next(_numbers)}"
        self.concerned = []  # units that the running test touched, for its failure report
        self._undo = []
        self._shut = False
        start = time.monotonic()
        sweep()
        self._scratch = scratch_directory("machine")
        self._console = open(self._scratch / "console", "w+")
        self._process = subprocess.Popen(
            [str(BOOT), self.name, ":".join(str(layer) for layer in image.layers)],
            stdin=subprocess.DEVNULL, stdout=self._console, stderr=subprocess.STDOUT,
            start_new_session=True)
        try:
            self.leader = wait_for(self._find_leader, 20, "the machine's PID 1", 0.01)
            self._wait_booted()
        except BaseException:
            self.close()
            raise
        self.boot_seconds = time.monotonic() - start

    # Life

    def _find_leader(self):
        """The process of `boot` executed unshare. Its child is nspawn, and the child of that is the machine's PID 1."""
        if self._process.poll() is not None:
            self._console.seek(0)
            raise RuntimeError(f"the machine did not boot:\n{self._console.read()}")
        nspawn = _children(self._process.pid, "systemd-nspawn")
        leaders = _children(nspawn[0], "systemd") if nspawn else []
        return leaders[0] if leaders else None

    def _wait_booted(self):
        wait_for(lambda: self.run("test", "-S", "/run/systemd/private", check=False).returncode == 0,
                 20, "systemd's socket")
        state = self.run("systemctl", "is-system-running", "--wait", check=False).stdout.strip()
        if state != "running":
            raise RuntimeError(f"the machine is {state!r}:\n"
                               + self.run("systemctl", "--failed", check=False).stdout)

    def close(self):
        if self._shut:
            return
        self._shut = True
        for nspawn in _children(self._process.pid, "systemd-nspawn"):
            os.kill(nspawn, signal.SIGKILL)  # the whole machine dies with it, and boot ends
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for group in control_groups(self.name):
            _kill_group(group)
            remove_group(group)
        self._console.close()
        shutil.rmtree(self._scratch)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # Commands

    def run(self, *command, check=True, input=None, timeout=30):
        """Runs a command (or, given one string with blanks, a shell line) as root inside."""
        if len(command) == 1 and " " in command[0]:
            command = ("sh", "-c", command[0])
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", "-r", "-w", *map(str, command)],
            env=ENVIRONMENT, input=input, capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL if input is None else None, timeout=timeout)
        if check and done.returncode != 0:
            raise CommandError(f"{' '.join(map(str, command))}: exit status {done.returncode}\n"
                               f"--- stdout\n{done.stdout}--- stderr\n{done.stderr}")
        return done

    def read(self, path):
        return self.run("cat", path).stdout

    # Changes, undone by undo()

    def write(self, path, text, mode="644"):
        """Writes a file (and the directories above it) inside. undo() restores the old state."""
        path = Path(path)
        old = self.run("cat", path, check=False)
        missing = [str(directory) for directory in [*path.parents][::-1]
                   if self.run("test", "-d", directory, check=False).returncode != 0]
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, input=text)
        if old.returncode == 0:
            self._undo.append(lambda: self.run("tee", path, input=old.stdout))
        else:
            self._undo.append(lambda: self.run("rm", "-rf", missing[0] if missing else path))

    def link(self, path, target):
        """Makes a new symbolic link."""
        self.run("ln", "-s", target, path)
        self._undo.append(lambda: self.run("rm", "-f", path))

    def drop_in(self, unit, text, name="50-test.conf"):
        """Adds UNIT.d/NAME under /etc and reloads. undo() removes it and restarts the unit."""
        self.concern(unit)
        active = self.show(unit, "ActiveState") == "active" if "@." not in unit else False
        self._undo.append(lambda: self.run("systemctl", "start" if active else "stop", unit,
                                           check=False) if "@." not in unit else None)
        self._undo.append(lambda: self.run("systemctl", "stop", unit, check=False)
                          if "@." not in unit else None)
        self._undo.append(self.reload)
        self.write(f"/etc/systemd/system/{unit}.d/{name}", text)
        self.reload()

    def unit(self, name, text):
        """Adds a unit under /etc and reloads."""
        self.concern(name)
        self._undo.append(self.reload)
        self.write(f"/etc/systemd/system/{name}", text)
        if "@." not in name:
            self._undo.append(lambda: self.run("systemctl", "stop", name, check=False))
        self.reload()

    def policy(self, name, text):
        """Adds a policy under /etc/ringfence/policies. NAME may be "NAME.toml.d/FILE.toml"."""
        file = name if name.endswith(".toml") else f"{name}.toml"
        self.write(f"/etc/ringfence/policies/{file}", text)

    def reload(self):
        self.run("systemctl", "daemon-reload")

    def undo(self):
        """Undoes as much as possible, so that a failure does not disturb the next test, and then fails."""
        try:
            with contextlib.ExitStack() as stack:
                for step in self._undo:  # the last one first
                    stack.callback(step)
        finally:
            self._undo.clear()
            self.run("systemctl", "reset-failed", check=False)
            self.concerned.clear()

    # Units

    def concern(self, unit):
        if unit not in self.concerned:
            self.concerned.append(unit)

    def start(self, unit, check=True):
        self.concern(unit)
        return self.run("systemctl", "start", unit, check=check)

    def restart(self, unit, check=True):
        self.concern(unit)
        # Start limits are for crashing services, not for tests.
        self.run("systemctl", "reset-failed", unit, check=False)
        return self.run("systemctl", "restart", unit, check=check)

    def show(self, unit, prop):
        return self.run("systemctl", "show", "--value", "-p", prop, unit).stdout.rstrip("\n")

    def status(self, unit):
        """The output of `systemctl status`. (Its exit status only says whether the unit runs.)"""
        return self.run("systemctl", "status", "--no-pager", "--full", unit, check=False).stdout

    def cat(self, unit):
        return self.run("systemctl", "cat", unit).stdout

    def wait_state(self, unit, state, timeout=10):
        self.concern(unit)
        wait_for(lambda: self.show(unit, "ActiveState") == state, timeout, f"{unit} {state}")

    # Records

    def journal(self, *arguments, since=None, **matches):
        """Journal records as dictionaries: journal(since=machine.now(), _PID="1").

        It uses `since` and not --after-cursor, because the latter skips the first match in systemd 252.
        """
        self.run("journalctl", "--sync")
        if since is not None:
            arguments += ("--since", f"@{since:.6f}")
        out = self.run("journalctl", "-q", "-o", "json", "--all", *arguments,
                       *(f"{key}={value}" for key, value in matches.items())).stdout
        return [json.loads(line) for line in out.splitlines()]

    @staticmethod
    def now():
        return time.time()

    def denials(self, unit=None, *arguments):
        """The parsed output of `ringfence denials UNIT --json`."""
        self.run("journalctl", "--sync")
        units = [unit] if unit else []
        return json.loads(self.run("ringfence", "denials", *units, "--json", *arguments).stdout)

    def settled_denials(self, unit=None, *arguments):
        """denials(), once no more arrive. Records take some time from the kernel to the journal."""
        last = None

        def settled():
            nonlocal last
            review = self.denials(unit, *arguments)
            previous, last = last, (review["denials"], review["unattributed"])
            return review if last == previous else None

        return wait_for(settled, 20, "an end of the denials", 0.3)

    def fence(self, unit):
        """The wrapper's record of the unit's last start, once it is there: a start of Type=simple has succeeded before
        the wrapper runs. If the record has no unit, the time of the start identifies it: on a busy machine, journald
        finds no unit if the first process of a forking service has ended already."""
        return wait_for(lambda: self._last_record(unit), what=f"the wrapper's record of the last start of {unit}")

    def _last_record(self, unit):
        invocation = self.show(unit, "InvocationID")
        records = [record for record in self.journal(_SYSTEMD_UNIT=unit)
                   if "LANDLOCK_STATUS" in record
                   and record["_SYSTEMD_INVOCATION_ID"] == invocation]
        began = self.run("systemctl", "show", "--value", "--timestamp=unix", "-p", "InactiveExitTimestamp",
                         unit).stdout.strip().lstrip("@")
        records = records or [record for record in self.journal("--since", f"@{began}")
                              if "LANDLOCK_STATUS" in record and "_SYSTEMD_UNIT" not in record]
        return records[-1] if records else None

    def report(self):
        """For a failed test: the last records of the units that it touched, or of everything."""
        units = [f"--unit={unit.replace('@.', '@*.')}" for unit in self.concerned]
        return self.run("journalctl", "-q", "-n", "50", "--no-pager", *units, check=False).stdout


def _children(parent, name):
    """PIDs of the children of a process that run a program of that name."""
    found = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            for child in task.read_text().split():
                if Path(f"/proc/{child}/comm").read_text().strip() == name:
                    found.append(int(child))
        except OSError:
            pass  # the process has ended
    return found


def _kill_group(group):
    """cgroup.kill (Linux 5.14) kills all processes of the group at once. Only cgroup2 has it."""
    try:
        (group / "cgroup.kill").write_text("1")
        wait_for(lambda: "populated 0" in (group / "cgroup.events").read_text(), 5, str(group))
    except OSError:
        pass
