# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times the review of a large journal, compared with journalctl and grep on the same records.

systemd-journal-remote makes the journal from export text. It is kept in the cache, by its size.
Its audit records have the form of real ones (tests/unit/journal/data): events of three records
each, of services that start again and again.
"""
import json
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

REMOTE = "/usr/lib/systemd/systemd-journal-remote"
UNITS = 50
DENIALS_A_START = 200
BOOT = "257e179a4c6340e785611d58811d203d"
MACHINE = "32b1fca3a32d4d4ea80c527ad88797fa"
FIRST = 1795249635000000


def common(usec, transport):
    return (f"__REALTIME_TIMESTAMP={usec}\n__MONOTONIC_TIMESTAMP={usec - FIRST + 10**9}\n"
            f"_BOOT_ID={BOOT}\n_MACHINE_ID={MACHINE}\n_HOSTNAME=vm\n_TRANSPORT={transport}\n")


def audit(usec, serial, number, name, text):
    return (common(usec, "audit") + f"_AUDIT_TYPE={number}\n_AUDIT_ID={serial}\nSYSLOG_FACILITY=4\n"
            f"SYSLOG_IDENTIFIER=audit\n_AUDIT_TYPE_NAME={name}\nMESSAGE={name} {text}\n\n")


def log_line(usec, serial, name, text):
    name = {"AUDIT1423": "UNKNOWN[1423]", "AUDIT1424": "UNKNOWN[1424]"}.get(name, name)
    return f"type={name} msg=audit({usec // 10**6}.{usec // 1000 % 1000:03}:{serial}): {text}\n"


class Records:
    """The audit records and reports of services that are denied things."""

    def __init__(self):
        self.random = random.Random(7)
        self.serial = 1
        self.starts = 0

    def start(self, usec):
        """(export text, audit.log text, number of audit records) of one start of one service."""
        self.starts += 1
        unit = f"app{self.starts % UNITS}.service"
        tag = f"rf{self.random.getrandbits(52):013x}"
        domain = f"{0x1b7d58beb + self.starts * 7:x}"
        pid = 1000 + self.starts % 30000
        text = [common(usec, "journal") + "MESSAGE_ID=24d70d8d2bc94cfc835749197d384851\n"
                f"MESSAGE=app enforced, ABI 7, 24 rules\n_SYSTEMD_UNIT={unit}\n_PID={pid}\n_UID=0\n"
                f"_EXE=/usr/libexec/ringfence-exec\n_SYSTEMD_INVOCATION_ID={tag[2:]}{'0' * 19}\n"
                f"LANDLOCK_STATUS=enforced\nLANDLOCK_POLICY=app{self.starts % UNITS}\n"
                "LANDLOCK_POLICY_DIGEST=0011223344556677\nLANDLOCK_LAYERS=1\n"
                f"LANDLOCK_TAG={tag}\nLANDLOCK_PROGRAM=/usr/bin/app\n\n"]
        log, count = [], 0

        def add(number, name, message):
            nonlocal count
            count += 1
            text.append(audit(usec, self.serial, number, name, message))
            log.append(log_line(usec, self.serial, name, message))

        for i in range(DENIALS_A_START):
            self.serial += 1
            usec += 100
            path = f"/srv/app/{self.random.randrange(100)}.html"
            add(1423, "AUDIT1423", f'domain={domain} blockers=fs.read_file path="{path}" '
                                   'dev="overlay" ino=10955658')
            if i == 0:
                add(1424, "AUDIT1424", f"domain={domain} status=allocated mode=enforcing pid={pid} "
                                       f'uid=0 exe="/usr/libexec/ringfence-exec" comm="{tag}"')
            add(1300, "SYSCALL", "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c "
                "a1=7ffd5d1d1f2c a2=0 a3=0 items=0 ppid=1 "
                f"pid={pid} auid=4294967295 uid=33 gid=33 euid=33 suid=33 fsuid=33 egid=33 sgid=33 "
                'fsgid=33 tty=(none) ses=4294967295 comm="app" exe="/usr/bin/app" key=(null)')
            add(1327, "PROCTITLE", "proctitle=2F7573722F62696E2F617070002D63002F6574632F617070")
        self.serial += 1
        add(1424, "AUDIT1424", f"domain={domain} status=deallocated denials={DENIALS_A_START}")
        return "".join(text), "".join(log), count


def others(count, usec):
    """Entries that have nothing to do with Landlock."""
    head = common(usec, "syslog")
    return "".join(
        f"{head}PRIORITY=6\nSYSLOG_IDENTIFIER=app\n_PID={i % 30000}\n_COMM=app\n"
        f"_SYSTEMD_UNIT=app{i % UNITS}.service\nMESSAGE=request {usec + i} took {i % 97} ms\n\n"
        for i in range(count))


def generate(directory, records, entries):
    """Writes DIRECTORY/journal/*.journal and DIRECTORY/audit.log."""
    target = directory / "journal"
    target.mkdir(parents=True)
    remote = subprocess.Popen([REMOTE, f"--output={target}/bench.journal", "-"],
                              stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    source, made, usec = Records(), 0, FIRST
    written = 0
    with open(directory / "audit.log", "w") as log:
        while made < records:
            text, lines, count = source.start(usec)
            made += count
            share = entries * made // records - written
            written += share
            usec += 10**6
            remote.stdin.write((text + others(share, usec)).encode())
            log.write(lines)
    remote.stdin.close()
    if remote.wait() != 0:
        raise RuntimeError("systemd-journal-remote failed")
    (directory / "made").write_text(json.dumps({"records": made, "entries": written,
                                                "denials": source.starts * DENIALS_A_START}))


def ensure(cache, records, entries):
    directory = cache / f"denials-{records}-{entries}"
    if not (directory / "made").exists():
        shutil.rmtree(directory, ignore_errors=True)
        generate(directory, records, entries)
    return directory, json.loads((directory / "made").read_text())


def memory_of(pid):
    """(anonymous, mapped files) in KiB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0, 0
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith("Rss")}
    return sizes.get("RssAnon", 0), sizes.get("RssFile", 0)


def timed(command):
    """Processor time, wall time and largest memory of the better of two runs of a command."""
    best = None
    for _ in range(2):
        start = time.monotonic()
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen(command, stdout=nothing, stderr=nothing)
            anonymous = mapped = 0
            while True:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                now = memory_of(process.pid)
                anonymous, mapped = max(anonymous, now[0]), max(mapped, now[1])
                time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        row = {"seconds": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime,
               "peak_anonymous_kib": anonymous, "peak_mapped_kib": mapped,
               "status": process.returncode}
        if best is None or row["cpu"] < best["cpu"]:
            best = row
    return best


def candidates(build, directory):
    ringfence = str(build / "src/cli/ringfence")
    journal, log = directory / "journal", directory / "audit.log"
    return {
        "ringfence denials": [ringfence, "denials", "--json", "-D", journal],
        "ringfence denials, one unit": [ringfence, "denials", "app1", "--json", "-D", journal],
        "journalctl -o json": ["journalctl", "--no-pager", "-o", "json", "_TRANSPORT=audit", "-D", journal],
        "journalctl -o cat": ["journalctl", "--no-pager", "-o", "cat", "_TRANSPORT=audit", "-D", journal],
        "ringfence --audit-log": [ringfence, "denials", "--json", f"--audit-log={log}", "-D", journal],
        # The output goes into a pipe, because grep stops at the first match if it writes to
        # /dev/null.
        "grep audit.log": ["sh", "-c", 'grep -F "UNKNOWN[1423]" "$0" | cat', log],
    }


def check(build, directory, made):
    """Checks the result. The time of a wrong one would mean nothing."""
    for name, command in candidates(build, directory).items():
        if not name.startswith("ringfence") or name.endswith("unit"):
            continue
        found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        counted = sum(denial["count"] for denial in found["denials"])
        if counted != made["denials"]:
            raise RuntimeError(f"{name}: {counted} denials of {made['denials']}")


def measure(build, cache, records, entries):
    directory, made = ensure(cache, records, entries)
    check(build, directory, made)
    size = sum(path.stat().st_size for path in (directory / "journal").iterdir())
    rows = {name: timed(command) for name, command in candidates(build, directory).items()}
    base = rows["journalctl -o json"]["cpu"]
    for row in rows.values():
        row["ratio"] = row["cpu"] / base
    return made | {"journal_bytes": size, "candidates": rows}


def print_table(result):
    print(f"{result['records']} audit records among {result['entries']} other entries, "
          f"{result['journal_bytes'] / 1e9:.1f} GB; {result['denials']} denials; seconds, MiB\n")
    print(f"{'':30}{'cpu':>8}{'wall':>8}{'× json':>8}{'memory':>9}{'mapped':>9}")
    for name, row in result["candidates"].items():
        print(f"{name:30}{row['cpu']:8.2f}{row['seconds']:8.2f}{row['ratio']:8.2f}"
              f"{row['peak_anonymous_kib'] / 1024:9.1f}{row['peak_mapped_kib'] / 1024:9.1f}")
