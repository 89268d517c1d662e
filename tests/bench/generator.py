# SPDX-License-Identifier: LGPL-2.1-or-later
"""Times ringfence-generator at a daemon-reload, on trees of 0, 100, 1,000 and 10,000 units. Three units in ten
have a fence with a policy of their own; other trees have no fence, or only fenced units. The reference is
systemd's own daemon-reload of the same tree, booted, without the generator."""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
SYSTEM = "usr/lib/systemd/system"
COUNTS = (0, 100, 1000, 10000)
FENCED_SHARE = 0.3
MOST_RELOADED = 1000  # systemctl gives up on a reload of 10,000 loaded units after 90 s

UNIT = """[Unit]
Description=Service number {n}
Documentation=man:service{n}(8)
After=network.target remote-fs.target nss-lookup.target
ConditionPathExists=!/etc/service{n}.disabled

[Service]
Type=forking
PIDFile=/run/service{n}/service.pid
ExecStartPre=/usr/sbin/service{n} -t -q -g 'daemon on; master_process on;'
ExecStart=/usr/sbin/service{n} -g 'daemon on; master_process on;'
ExecReload=/usr/sbin/service{n} -g 'daemon on; master_process on;' -s reload
StateDirectory=service{n}
RuntimeDirectory=service{n}
TimeoutStopSec=5
KillMode=mixed

[Install]
WantedBy=multi-user.target
"""
POLICY = """version = 1
description = "service number {n}"
extends = ["base", "tls", "name-service"]
abi = 10
minimum_abi = 1

[filesystem]
read = ["/etc/service{n}", "-/usr/share/service{n}", "-/var/www"]
write = ["/var/log/service{n}", "-/var/cache/service{n}"]
execute = ["/usr/sbin/service{n}"]

[network]
bind_tcp = [80, 443]
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make_tree(root, count, fenced):
    """Writes `count` units. The first `fenced` ones have a drop-in that names a policy of their own."""
    shutil.copytree(REPO / "policies", root / "usr/lib/ringfence/policies")
    for n in range(count):
        write(root / SYSTEM / f"service{n}.service", UNIT.format(n=n))
        if n < fenced:
            write(root / f"etc/systemd/system/service{n}.service.d/50-landlock.conf",
                  f"[Service]\nX-LandlockPolicy=service{n}\n")
            write(root / f"etc/ringfence/policies/service{n}.toml", POLICY.format(n=n))
    (root / "usr/sbin").mkdir(parents=True)


def build_release():
    """Makes an optimised build of the generator alone, beside the ordinary build."""
    build = REPO / "build-release"
    if not (build / "build.ninja").exists():
        subprocess.run(["meson", "setup", str(build), str(REPO), "--prefix=/usr", "--libexecdir=libexec",
                        "--sysconfdir=/etc", "--buildtype=release"], check=True, stdout=sys.stderr)
    generator, peak = "generators/ringfence-generator", "tests/bench/bench-peak"
    subprocess.run(["ninja", "-C", str(build), generator, peak], check=True, stdout=sys.stderr)
    return build / generator, build / peak


class Runs:
    """Runs of the generator on one tree, as systemd makes them: into fresh directories in memory."""

    def __init__(self, generator, root):
        self.command = [str(generator), f"--root={root}"]
        self.cpu = []  # milliseconds of each run

    def _directories(self, scratch):
        made = [Path(scratch) / name for name in ("normal", "early", "late")]
        for directory in made:
            directory.mkdir()
        return [str(directory) for directory in made]

    def _run(self, *before):
        with tempfile.TemporaryDirectory(dir="/dev/shm") as scratch:
            command = [*before, *self.command, *self._directories(scratch)]
            said, failed = Path(scratch) / "stdout", Path(scratch) / "stderr"
            create = os.O_WRONLY | os.O_CREAT
            # subprocess is not used, because its own start would be a tenth of the measured time.
            start = time.monotonic()
            pid = os.posix_spawn(command[0], command, {"PATH": "/nowhere"}, file_actions=[
                (os.POSIX_SPAWN_OPEN, 1, str(said), create, 0o600), (os.POSIX_SPAWN_OPEN, 2, str(failed), create, 0o600)])
            _, status, used = os.wait4(pid, 0)
            seconds = time.monotonic() - start
            self.cpu.append((used.ru_utime + used.ru_stime) * 1000)
            stamp = Path(scratch) / "normal/ringfence.stamp"
            self.written = stamp.read_text().count("\nfenced ") if stamp.exists() else 0
            assert status == 0 and "will not start" not in failed.read_text(), failed.read_text()
            return seconds * 1000, said.read_text()

    def warm(self, rounds):
        return [self._run()[0] for _ in range(rounds)]

    def cold(self, rounds):
        """Empties the caches: neither the units nor the program are in memory."""
        found = []
        for _ in range(rounds):
            os.sync()
            Path("/proc/sys/vm/drop_caches").write_text("3")
            found.append(self._run()[0])
        return found

    def peak_kib(self, peak):
        return int(self._run(str(peak))[1].split()[-1])


def reload_times(root, count, rounds):
    """Milliseconds of each daemon-reload in a booted machine with all `count` units loaded."""
    from lib.rig import Image, Machine, Tree
    image = Image(Tree().ensure())
    image.layers.insert(0, root)
    with image, Machine(image) as machine:
        wants = "/etc/systemd/system/multi-user.target.wants"
        machine.run("sh", "-c", f"mkdir -p {wants}; cd {wants}; "
                    f"for n in $(seq 0 {count - 1}); do ln -s /{SYSTEM}/service$n.service .; done", timeout=120)
        machine.run("systemctl", "daemon-reload", timeout=300)
        loaded = machine.run("sh", "-c", "systemctl list-units --all --plain --no-legend 'service*.service' | wc -l")
        assert int(loaded.stdout) >= count, loaded.stdout
        found = []
        for _ in range(rounds):
            start = time.monotonic()
            machine.run("systemctl", "daemon-reload", timeout=300)
            found.append((time.monotonic() - start) * 1000)
    return found


def measure(rounds, with_reload=True):
    generator, peak = build_release()
    rows = []
    for count in COUNTS:
        shares = (0, FENCED_SHARE, 1) if count == 1000 else (FENCED_SHARE,)
        for fenced in (int(count * share) for share in shares):
            with tempfile.TemporaryDirectory(prefix="ringfence-bench-", dir="/var/tmp") as scratch:
                root = Path(scratch)
                root.chmod(0o755)
                make_tree(root, count, fenced)
                runs = Runs(generator, root)
                warm = runs.warm(max(5, rounds * 100 // count if count > 100 else rounds))
                assert runs.written == fenced, f"{runs.written} of {fenced} units fenced"
                print(f"bench: {count} units, {fenced} fenced: {min(warm):.1f} ms", file=sys.stderr)
                row = {"units": count, "fenced": fenced, "warm_ms": statistics.median(warm), "best_ms": min(warm),
                       "cpu_ms": statistics.median(runs.cpu),
                       "cold_ms": statistics.median(runs.cold(3)), "peak_kib": runs.peak_kib(peak)}
                if with_reload and fenced == int(count * FENCED_SHARE) and 0 < count <= MOST_RELOADED:
                    row["reload_ms"] = statistics.median(reload_times(root, count, 5))
                    row["of_reload"] = row["warm_ms"] / row["reload_ms"]
                rows.append(row)
    return {"rounds": rounds, "rows": rows}


def print_table(result):
    print(f"{'units':>7}{'fenced':>8}{'warm':>10}{'best':>10}{'CPU':>9}{'a unit':>9}{'cold':>10}{'peak KiB':>10}{'reload':>10}{'share':>8}")
    for row in result["rows"]:
        of = f"{row['reload_ms']:10.1f}{row['of_reload']:8.1%}" if "reload_ms" in row else ""
        print(f"{row['units']:7}{row['fenced']:8}{row['warm_ms']:10.2f}{row['best_ms']:10.2f}"
              f"{row['cpu_ms']:9.2f}{row['cpu_ms'] / max(1, row['units']):9.4f}"
              f"{row['cold_ms']:10.2f}{row['peak_kib']:10}{of}")
