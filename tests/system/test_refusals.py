# SPDX-License-Identifier: LGPL-2.1-or-later
"""A refused start is a short-lived process: its record must still be attributed to its unit."""

REFUSED = "4748a0589cb240159cefea06afd9731c"  # src/landlock/report.h
STARTS = 100


def test_every_refusal_is_attributed(machine):
    """journald learns the unit from /proc/PID/cgroup, which is gone when the sender has exited."""
    machine.unit("refused@.service", "[Service]\nExecStart=/usr/libexec/ringfence-exec --policy=p"
                 " --refuse='refusal number %i' -- /bin/true\n")
    start = machine.now()
    machine.run(f"for i in $(seq {STARTS}); do systemctl start --no-block refused@$i; done")
    records = machine.wait_for(
        lambda: enough(machine.journal(since=start, MESSAGE_ID=REFUSED)), 20,
        f"{STARTS} records of refusals")
    assert {record["LANDLOCK_ERROR"]: record.get("_SYSTEMD_UNIT") for record in records} \
        == {f"refusal number {i}": f"refused@{i}.service" for i in range(1, STARTS + 1)}


def enough(records):
    return records if len(records) >= STARTS else None
