# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scene of an attack: files with and without rights, an unfenced victim, and the runs inside and outside."""
import ctypes
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import syscalls
from lib import build as built
from uring import Ring

HERE = Path(__file__).resolve().parent
PROGRAM = built.DIRECTORY / "tests/attack/attack-program"

NEWEST_ABI = 11
SCOPES = ((), ("--scope=signal", "--scope=abstract-unix-socket"))
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


def host_abi():
    return min(syscalls.landlock_abi(), NEWEST_ABI)


class Stage:
    """secret/ (no rights), readable/ (read), granted/ (write), mounted/ (a mount over a file).

    `context` is passed to inside.py. Use as a context manager. Every run needs a new stage.
    """

    def __init__(self, root):
        self.root = Path(root)
        self._opened = []
        self._make_files()
        self._start_victims()
        self._open_descriptors()
        (self.root / "readable/stage.json").write_text(json.dumps(self.context))

    def _make_files(self):
        self.root.mkdir()
        self.root.chmod(0o755)
        for name in ("secret", "readable", "granted", "mounted", "sockets"):
            (self.root / name).mkdir()
        (self.root / "granted").chmod(0o777)
        path = {name: str(self.root / file) for name, file in {
            "secret": "secret/file", "readable": "readable", "readable_file": "readable/file",
            "granted": "granted", "granted_file": "granted/file", "mounted": "mounted",
            "signals": "readable/signals", "socket": "sockets/stream",
            "datagram_socket": "sockets/datagram", "program": "readable/program",
            "script": "readable/script", "dynamic_program": "readable/dynamic",
            "set_user_id_cat": "execute-cat"}.items()}
        for name in ("secret", "readable_file", "granted_file", "signals"):
            Path(path[name]).write_text("secret\n" if name == "secret" else "")
        (self.root / "readable/file").write_text("readable\n" * 1000)
        Path(path["script"]).write_text("#!/bin/sh\necho ran\n")
        Path(path["script"]).chmod(0o755)
        shutil.copy(PROGRAM, path["program"])
        shutil.copy(PROGRAM, self.root / "secret/program")
        shutil.copy("/bin/echo", path["dynamic_program"])
        shutil.copy("/bin/cat", path["set_user_id_cat"])
        Path(path["set_user_id_cat"]).chmod(0o4755)
        (self.root / "mounted/file").write_text("secret\n")
        self.context = {**path, "wrapper": str(built.WRAPPER)}

    def _start_victims(self):
        """Starts processes, each as the leader of a process group."""
        paths = self.root / "victim.json"
        paths.write_text(json.dumps(self.context))
        self.victim = subprocess.Popen(
            [sys.executable, "-B", HERE / "victim.py", paths], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=ENVIRONMENT, start_new_session=True)
        self.sleeper = subprocess.Popen([self.root / "secret/program", "wait"],
                                        stdout=subprocess.PIPE, start_new_session=True)
        self.sleeper.stdout.read(1)
        self.context.update(json.loads(self.victim.stdout.readline()))
        self.context["sleeper"] = self.sleeper.pid

    def _keep(self, fd):
        self._opened.append(fd)
        return fd

    def _open_descriptors(self):
        """Descriptors that a service manager outside the fence could have left open."""
        c = self.context
        c["inherited"] = self._keep(os.open(c["secret"], os.O_RDONLY))
        c["writable"] = self._keep(os.open(c["secret"], os.O_RDWR))
        c["device"] = self._keep(os.open("/dev/random", os.O_RDONLY))
        c["pidfd"] = self._keep(os.pidfd_open(self.victim.pid))
        client = socket.socket(socket.AF_UNIX)
        client.connect(c["socket"])
        c["connection"] = self._keep(client.detach())
        attributes = ctypes.create_string_buffer(struct.pack("<Q", 4), 8)
        c["ruleset"] = self._keep(syscalls.call("landlock_create_ruleset", attributes, 8, 0))
        rule = ctypes.create_string_buffer(struct.pack("<Qi", 4, os.open("/", os.O_PATH)), 12)
        syscalls.call("landlock_add_rule", c["ruleset"], 1, rule, 0)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            c["free_port"] = probe.getsockname()[1]
        try:
            ring = Ring()
        except syscalls.Missing:
            return
        c["ring"] = self._keep(ring.fd)
        c["ring_parameters"] = ring.parameters.hex()
        c["personality"] = ring.register_personality()

    def close(self):
        for fd in self._opened:
            os.close(fd)
        self.victim.stdin.close()
        self.victim.stdout.close()
        self.sleeper.stdout.close()
        for process in (self.sleeper, self.victim):
            process.send_signal(signal.SIGKILL)
            process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def fence(self, *more):
        """The wrapper, the rights that an interpreter needs, and the rights of the scene."""
        options = [f"--abi={host_abi()}", "--execute=/usr", "--execute=-/bin", "--execute=-/lib",
                   "--execute=-/lib64", f"--execute={built.WRAPPER}",
                   f"--execute={self.root}/execute-cat", f"--read={HERE}", "--read=/etc",
                   "--read=/proc", f"--read={self.root}/readable", f"--write={self.root}/granted",
                   "--allow=fs.read_file,fs.write_file:/dev/null",
                   "--report=none", *SCOPES[host_abi() >= 6]]
        return [built.WRAPPER, *options, *more, "--"]

    def run(self, action, *arguments, fence=()):
        """Runs inside.py in a mount namespace with a mount on mounted/. Returns what it printed."""
        command = [sys.executable, "-B", HERE / "inside.py", self.root / "readable/stage.json",
                   action, *arguments]
        shell = 'mount -t tmpfs none "$0" && exec "$@"'
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", shell,
             self.root / "mounted", *fence, *command],
            pass_fds=self._opened, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60)
        lines = done.stdout.splitlines()
        assert done.returncode == 0 and lines, f"{action} did not report:\n{done.stdout}{done.stderr}"
        return json.loads(lines[-1])
