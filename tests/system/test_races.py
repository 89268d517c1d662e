# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services are restarted at random while systemd is reloaded again and again. No start may be unfenced, and no
start may be refused without a reason.

At each start, the service tries to read a file that its policy denies, and writes the outcome to the journal as
its proof. RINGFENCE_RELOADS is the number of reloads (200; .ci/run: 1000).
"""
import collections
import os
import re

import pytest

from lib.rig.policies import sleep_policy

COUNT = 50
RELOADS = int(os.environ.get("RINGFENCE_RELOADS", "200"))
STARTED = "39f53479d3a045ac8e11786248231fbf"  # SD_MESSAGE_UNIT_STARTED
POLICY = sleep_policy(programs=["/usr/bin/dash"])
UNIT = """\
[Unit]
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh -c 'if read line </etc/hostname; then echo proof: open; else echo proof: shut; fi; \
exec /usr/bin/sleep infinity'
TimeoutStopSec=5
"""
BY_HAND = "[Service]\nX-LandlockPolicy=race\n"
# Restarts one service after the other, at random, until the file is there.
RESTART = """\
seed=$1
while [ ! -e /run/race-over ]; do
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    unit=race-$((seed / 65536 % COUNT)).service
    systemctl restart $unit 2>>/run/race-errors || echo $unit >>/run/race-failures
done
"""
# Every fifth run of this generator ends before it writes anything, as after a crash.
FLAWED = """\
#!/bin/sh
n=$(($(cat /run/race-runs 2>/dev/null || echo 0) + 1))
echo $n >/run/race-runs
[ $((n % 5)) = 0 ] || exec /usr/lib/systemd/system-generators/ringfence-generator "$@"
"""


@pytest.fixture(scope="module")
def machine_with_services(shared_machine):
    """The first half is attached by hand, the second by ringfence enable, with its assertion."""
    machine = shared_machine
    # Other generators are not needed and take time.
    machine.run("mkdir -p /etc/systemd/system-generators && cd /usr/lib/systemd/system-generators"
                " && for name in systemd-*; do ln -s /dev/null /etc/systemd/system-generators/$name;"
                " done")
    machine.run("install", "-D", "/dev/stdin", "/etc/ringfence/policies/race.toml", input=POLICY)
    for number in range(COUNT):
        path = f"/etc/systemd/system/race-{number}.service"
        machine.run("install", "-m", "644", "/dev/stdin", path, input=UNIT)
    by_hand = " ".join(f"/etc/systemd/system/race-{n}.service.d" for n in range(COUNT // 2))
    machine.run(f"mkdir {by_hand}; for d in {by_hand}; do printf '{BY_HAND}' >$d/50-fence.conf; done")
    machine.run("ringfence", "enable", "--policy=race",
                *(f"race-{number}" for number in range(COUNT // 2, COUNT)))
    machine.run("systemctl start " + " ".join(f"race-{number}" for number in range(COUNT)))
    return machine


def race(machine, reloads):
    """The numbers in the journal: starts, proofs by kind, refusals."""
    machine.run("rm -f /run/race-*")
    machine.run("journalctl", "--rotate", "--vacuum-time=1s")
    since = machine.now()
    script = RESTART.replace("COUNT", str(COUNT))
    machine.run("install", "/dev/stdin", "/run/race.sh", input=script)
    machine.run("sh", "-c",
                "sh /run/race.sh 1 & sh /run/race.sh 2 &"
                f" for i in $(seq {reloads}); do systemctl daemon-reload || exit; done;"
                " touch /run/race-over; wait", timeout=900)
    counts = collections.Counter()
    for record in machine.journal(since=since):
        message = record.get("MESSAGE", "")
        if isinstance(message, str) and message.startswith("proof: "):
            counts[message.removeprefix("proof: ")] += 1
        if record.get("MESSAGE_ID") == STARTED and re.match("race-", record.get("UNIT", "")):
            counts["starts"] += 1
        if record.get("LANDLOCK_STATUS") == "refused" or "Assertion failed" in message:
            counts["refused"] += 1
        if record.get("LANDLOCK_STATUS") == "enforced":
            counts["enforced"] += 1
    counts["failures"] = machine.run("cat /run/race-failures 2>/dev/null || true").stdout.count("\n")
    print(dict(counts), machine.run("sort /run/race-errors | uniq -c | head").stdout)
    return counts


def test_no_start_is_open_and_none_is_refused(machine_with_services):
    counts = race(machine_with_services, RELOADS)
    assert counts["open"] == 0
    assert counts["refused"] == 0 and counts["failures"] == 0
    # A service that is stopped at once may not get as far as writing its proof.
    assert counts["starts"] > RELOADS / 4
    assert counts["shut"] > 0.9 * counts["starts"] and counts["enforced"] > 0.9 * counts["starts"]


def test_a_generator_that_fails_now_and_then_is_noticed(machine_with_services):
    """The control: the counters must count. Without the assertion, services start without a fence. With it, they
    are refused."""
    machine = machine_with_services
    machine.run("install", "/dev/stdin", "/etc/systemd/system-generators/ringfence-generator",
                input=FLAWED)
    counts = race(machine, 50)
    assert counts["open"] > 0
    assert counts["refused"] > 0 and counts["failures"] > 0
