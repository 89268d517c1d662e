# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the rewritten units with the original ones, both as systemd reads them."""
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import debian
import oracle

HERE = Path(__file__).resolve().parent
POLICY = 'version = 1\nabi = 7\n[filesystem]\nread = ["/"]\n'

# The systemd that judges is from this machine or from another Debian suite.
HOST, *SUITES = JUDGES = ["host", "trixie", "sid"]

# A batch is ten thousand files that exist for seconds, so they are in memory.
SCRATCH = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None

# A mount namespace with the suite's tree as root. The units have the same paths as outside.
ENTER = """
mount -t proc proc "$0/proc"; mount --rbind /sys "$0/sys"; mount -t tmpfs tmpfs "$0/run"
top=${1#/}; mount -t tmpfs tmpfs "$0/${top%%/*}"; mkdir -p "$0$1"; mount --rbind "$1" "$0$1"; shift
exec chroot "$0" /usr/bin/python3 "$@"
"""


def missing(judge):
    """Why this systemd cannot be asked. Empty if it can."""
    if judge != HOST:
        debian.systemd_tree(judge)  # fails the test if it cannot be downloaded
    elif oracle.find_library() is None:
        return "libsystemd-core is not installed: nothing to compare with"
    return ""


def command(judge, work):
    if judge == HOST:
        return [sys.executable]
    return ["unshare", "-m", "--propagation", "slave", "sh", "-ec", ENTER,
            str(debian.systemd_tree(judge)), str(work)]


def ask_oracle(judge, unit_path, names, work):
    """What systemd makes of the units below `work`: {name: [state, id, commands]}."""
    listfile = work / "names"
    listfile.write_text("".join(name + "\n" for name in names))
    shutil.copy(HERE / "oracle.py", work)
    run = subprocess.run([*command(judge, work), str(work / "oracle.py"), unit_path, str(listfile)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"oracle: {run.returncode}: {os.fsdecode(run.stderr)[-2000:]}")
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(answers) == len(names), f"{len(answers)} answers for {len(names)} units"
    return {name: rest for name, *rest in answers}


def generate(generator, root, unit_directories, output, policies=None, fails=False):
    """Runs the generator and returns its messages. `policies` is the directory of the policies. With `fails`,
    the generator cannot write to its normal directory."""
    for name in ("normal", "early", "late"):
        (output / name).mkdir(parents=True)
    if fails:
        (output / "normal").rmdir()
        (output / "normal").write_text("")
    environment = {"PATH": "/nowhere", "SYSTEMD_UNIT_PATH": ":".join(unit_directories)}
    if policies is not None:
        # Only the search path of user managers can be changed by a variable.
        environment |= {"SYSTEMD_SCOPE": "user", "XDG_CONFIG_HOME": str(policies.parent.parent)}
    run = subprocess.run([generator, f"--root={root}", *(str(output / d) for d in ("normal", "early", "late"))],
                         env=environment, stderr=subprocess.PIPE, check=False)
    messages = os.fsdecode(run.stderr)
    assert run.returncode == 0, messages
    assert ("cannot write" in messages) == fails, messages
    return messages


def refusal(commands, wrapper):
    """The reason of a refused unit. None for any other unit."""
    lines = commands.get("ExecStart", [])
    if len(lines) == 1 and lines[0][0] == wrapper and len(lines[0][1]) == 2:
        option = lines[0][3][1]
        if option.startswith("--refuse="):
            return option[len("--refuse="):]
    return None


def unwrap(command, wrapper):
    """(path, argv) that the wrapper would execute, from its arguments. None if the command is not the wrapper."""
    path, _, _, argv = command
    if path != wrapper or "--" not in argv:
        return None
    at = argv.index("--")
    options, words = argv[1:at], argv[at + 1:]
    if not words:
        return None
    zero = [o[len("--argv0="):] for o in options if o.startswith("--argv0=")]
    has_search = any(o.startswith("--search-path=") for o in options)
    program = words[0]
    if ("/" not in program) != has_search:
        return None
    return simplified(program), [zero[-1] if zero else program] + words[1:]


def simplified(path):
    """systemd removes double slashes after it has expanded specifiers. For the kernel both are the same file."""
    return re.sub("/(\\./|/)*", "/", path)


def differences(original, rewritten, wrapper, wrapped=("ExecStart",)):
    """Why the rewritten unit is not the original one, run through the wrapper. Empty if it is."""
    for setting in set(original) | set(rewritten):
        before, after = original.get(setting, []), rewritten.get(setting, [])
        if setting not in wrapped:
            if before != after:
                return f"{setting} changed: {before} → {after}"
            continue
        if len(before) != len(after):
            return f"{len(before)} commands became {len(after)}"
        for old, new in zip(before, after):
            if old[2] != new[2]:
                return f"prefixes {old[2]!r} became {new[2]!r}"
            run = unwrap(new, wrapper)
            if run is None:
                return f"not run through the wrapper: {new}"
            if run != (old[0], old[3]):
                return f"would execute {run} instead of {(old[0], old[3])}"
    return ""


class Tally:
    """Counts the outcomes, and keeps the first differences."""

    def __init__(self):
        self.counts = collections.Counter()
        self.reasons = collections.Counter()
        self.wrong = []

    def add(self, name, original, rewritten, wrapper, source, asked=True):
        """`asked`: whether the unit asks for a fence. If it does not, it must not be changed."""
        state, _, commands = original
        new_state, _, new_commands = rewritten
        self.counts["units"] += 1
        why = refusal(new_commands, wrapper)
        if new_state == "loaded" and why is not None:
            self.counts["refused"] += 1
            self.reasons[reason(why)] += 1
        elif state != "loaded":
            self.counts["do not load"] += 1
            if new_state == "loaded":
                self.wrong.append((name, f"{state} became loaded: {new_commands}", source))
        elif new_state != "loaded":
            self.wrong.append((name, f"loaded became {new_state}", source))
        else:
            self.counts["same"] += 1
            self.counts["commands"] += len(commands.get("ExecStart", []))
            problem = differences(commands, new_commands, wrapper, ("ExecStart",) if asked else ())
            if problem:
                self.wrong.append((name, problem, source))

    def __iadd__(self, other):
        self.counts += other.counts
        self.reasons += other.reasons
        self.wrong += other.wrong
        return self

    def report(self):
        lines = [", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))]
        lines += [f"  refused {count}: {why}" for why, count in self.reasons.most_common()]
        for name, problem, source in self.wrong[:10]:
            lines.append(f"  WRONG {name}: {problem}\n    {source!r}")
        return "\n".join(lines)


def run_batches(batch, judge, count, size, *arguments):
    """Runs batch(judge, NUMBER, COUNT, DIRECTORY, *arguments) on all processors and adds up the results."""
    total = Tally()
    counts = [min(size, count - at) for at in range(0, count, size)]
    with concurrent.futures.ProcessPoolExecutor() as pool, \
            tempfile.TemporaryDirectory(prefix="ringfence-differential-", dir=SCRATCH) as scratch:
        jobs = []
        for number, part in enumerate(counts):
            directory = Path(scratch) / str(number)
            directory.mkdir()
            jobs.append(pool.submit(run_batch, batch, judge, number, part, directory, *arguments))
        for job in jobs:
            total += job.result()
    return total


def run_batch(batch, judge, number, count, directory, *arguments):
    try:
        return batch(judge, number, count, directory, *arguments)
    finally:
        shutil.rmtree(directory)


def reason(text):
    """The kind of a refusal: its message without the place and without quoted texts."""
    message = text.split(": ", 1)[-1].split(";")[0]
    particular = re.compile(r"[%$\"/=]|\.service")
    return " ".join("…" if particular.search(word) else word for word in message.split())[:100]
