# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records that the kernel writes to its log because no audit daemon runs. Containers do not get that log, so no machine is
booted: a journald of this host runs in a mount namespace of its own, and reads the real /dev/kmsg."""
import json
import subprocess
import time
from pathlib import Path

import pytest

JOURNALD = "/lib/systemd/systemd-journald"
SOCKETS = "/run/systemd/journal/socket", "/run/systemd/journal/dev-log"
TARGET = Path("/srv/ringfence-kernel-log")
RECORD = 'audit: type=1423 audit(1795249635.328:1): domain=1 blockers=fs.read_file path="{}" dev="vda" ino=1'
# Without Audit=yes, a journald may switch the audit of the whole kernel off.
PREPARE = """\
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log/journal
printf '[Journal]\\nAudit=yes\\n' >/run/systemd/journald.conf.d/audit.conf
echo ready
exec sleep 600
"""
LIMIT = 5.5  # seconds, after which the kernel prints ten messages again
ATTEMPTS = 5  # other machines of this host take from these ten


class Journald:
    """`audited`: it has a socket of the audit system as well, as it opens one if it gets no sockets."""

    def __init__(self, audited, wrapper, ringfence):
        self.wrapper, self.ringfence = wrapper, ringfence
        self._holder = subprocess.Popen(["unshare", "--mount", "sh", "-ec", PREPARE], stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout.readline() == "ready\n"
        listen = [word for socket in SOCKETS for word in ("--listen", socket)]
        words = [JOURNALD] if audited else ["systemd-socket-activate", "--datagram", *listen, JOURNALD]
        self._journald = subprocess.Popen(self._inside(words), stderr=subprocess.DEVNULL)
        time.sleep(1)
        self.run("chmod", "0666", *SOCKETS)  # as those of systemd are
        self.log("starter", "hello")

    def _inside(self, words):
        return ["nsenter", "--mount", "--target", str(self._holder.pid), *map(str, words)]

    def run(self, *words, **more):
        return subprocess.run(self._inside(words), capture_output=True, text=True, **more)

    def log(self, tag, message, user=0):
        self.run("setpriv", f"--reuid={user}", "logger", "--socket", SOCKETS[1], "-t", tag, "-p", "kern.notice", message,
                 check=True)

    def denials(self, *options, **more):
        done = self.run(self.ringfence, "denials", "--json", *options, check=True, **more)
        return json.loads(done.stdout)

    def deny(self, name):
        """Each attempt is denied another file, so that what is counted twice shows."""
        for _ in range(ATTEMPTS):
            path = TARGET / f"{name}-{time.time_ns()}"
            path.write_text("x")
            time.sleep(LIMIT)
            done = self.run(self.wrapper, "--policy=kernel-log", "--abi=7", "--execute=/usr", "--execute=/lib64",
                            "--read=/etc/ld.so.cache", "--", "/usr/bin/dash", "-c", f": <{path}")
            assert "cannot open" in done.stderr, done.stderr
            if wait_for(lambda: rows(self.denials(), path), 2):
                return path
        pytest.fail(f"the kernel printed none of {ATTEMPTS} denials")

    def stop(self):
        for process in self._journald, self._holder:
            process.terminate()
            process.wait()


def wait_for(find, seconds=10):
    """What `find` returns once it is true, or at last."""
    until = time.monotonic() + seconds
    while not (found := find()) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def rows(review, path):
    return [row for part in ("denials", "unattributed") for row in review[part]
            if row["object"].get("path") == str(path)]


@pytest.fixture(scope="module", params=["kernel log", "kernel log and audit"])
def journald(request, audit, wrapper, ringfence):
    TARGET.mkdir(exist_ok=True)
    started = Journald(request.param != "kernel log", wrapper, ringfence)
    yield started
    started.stop()
    for path in TARGET.iterdir():
        path.unlink()
    TARGET.rmdir()


def test_a_denial_is_read_once(journald):
    path = journald.deny("once")
    row, = rows(journald.denials(), path)
    assert (row["count"], row["proved"], row["rights"]) == (1, True, ["fs.read_file"])
    transports = journald.run("journalctl", "-o", "cat", "--grep", str(path), "--output-fields=_TRANSPORT").stdout.split()
    assert "kernel" in transports


def test_a_denial_is_followed_once(journald, tmp_path):
    output = tmp_path / "followed"
    with open(output, "w") as file:
        follower = subprocess.Popen(journald._inside([journald.ringfence, "denials", "--follow", "--json"]), stdout=file)
    time.sleep(0.5)
    path = journald.deny("followed")

    def lines():
        return [line for line in map(json.loads, output.read_text().splitlines()) if line["object"].get("path") == str(path)]

    assert wait_for(lines)
    time.sleep(2)  # for a copy that comes later
    follower.terminate()
    follower.wait()
    assert len(lines()) == 1


def test_dmesg_has_the_same(journald, ringfence):
    path = journald.deny("dmesg")
    for options in [], ["--ctime"], ["--decode"], ["--raw"], ["--time-format=iso"]:
        text = subprocess.run(["dmesg", *options], capture_output=True, text=True, check=True).stdout
        row, = rows(journald.denials("--file=-", input=text), path)
        assert (row["count"], row["proved"]) == (1, False), options


def test_a_users_line_is_no_denial(journald):
    path = f"/forged/by-a-user/{time.time()}"
    journald.log("kernel", RECORD.format(path), user=65534)
    review = wait_for(lambda: (found := journald.denials())["unread_records"] and found)
    assert review and rows(review, path) == []
    # The control: in a text, nothing tells it from a line of the kernel.
    text = journald.run("journalctl", "-o", "short").stdout
    row, = rows(journald.denials("--file=-", input=text), path)
    assert row["proved"] is False


def test_a_line_in_kmsg_is_no_denial(journald):
    path = f"/forged/by-root/{time.time()}"
    Path("/dev/kmsg").write_text("<0>" + RECORD.format(path) + "\n")
    time.sleep(0.5)
    assert rows(journald.denials(), path) == []
    text = subprocess.run(["dmesg"], capture_output=True, text=True, check=True).stdout
    row, = rows(journald.denials("--file=-", input=text), path)
    assert row["proved"] is False
