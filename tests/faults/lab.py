# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs scenarios with fault-injector, and counts the outcomes."""

import collections
import concurrent.futures
import dataclasses
import errno
import subprocess

from lib import build as built
from lib import summary
from scenarios import FIXTURE, NUMBERS

NAMES = {number: name for name, number in NUMBERS.items()}


@dataclasses.dataclass
class Result:
    keys: dict
    injected: bool
    status: int
    verdicts: list
    record: str
    unenforced: str
    notified: str
    stderr: str
    denied: list  # the names of the actions that the fence denies; they come first in `verdicts`

    @property
    def call(self):
        return NAMES.get(self.keys.get("call"))

    def describe(self):
        words = " ".join(f"{name}={value}" for name, value in self.keys.items())
        if self.call:
            words = f"{self.call} {words} ({errno.errorcode[self.keys['error']]})"
        return (f"{words}: status {self.status}, verdicts {self.verdicts}, record {self.record}, "
                f"stderr {self.stderr!r}")


class Lab:
    """Plays a script and collects its results."""

    def __init__(self, wrapper=built.WRAPPER):
        self.command = [built.DIRECTORY / "tests/faults/fault-injector", wrapper, built.PROBE]

    def play(self, scenario, lines):
        script = [f"fixture {line}" for line in FIXTURE] + list(scenario.lines()) + lines
        done = subprocess.run(self.command, input="\n".join(script) + "\n", text=True, check=False,
                              capture_output=True, errors="replace", timeout=300)
        assert done.stdout.splitlines()[-1:] == [f"done {len(lines)}"], done.stdout[-2000:]
        assert "timeout" not in done.stdout.splitlines()
        return done.stdout.splitlines()

    def calls(self, scenario):
        """The calls of the wrapper as [(number, nth)], up to the execve of the program."""
        lines = [line.split("\t") for line in self.play(scenario, ["trace"])]
        return [(int(line[1]), int(line[2])) for line in lines if line[0] == "call"]

    def run(self, scenario, runs):
        lines = ["\t".join(["run", *(f"{name}={value}" for name, value in keys.items())])
                 for keys in runs]
        halves = lines[::2], lines[1::2]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            outputs = pool.map(lambda half: self.play(scenario, half) if half else [], halves)
            return [parse(line, scenario) for output in outputs for line in output
                    if line.startswith("result\t")]


def parse(line, scenario):
    _, keys, injected, status, verdict, record, unenforced, notified, stderr = line.split("\t")
    keys = dict(word.split("=") for word in keys.split()) if keys != "-" else {}
    return Result({name: int(value) for name, value in keys.items()}, injected == "1", int(status),
                  [int(word) for word in verdict.split()[1:]] if verdict != "-" else None,
                  record, unenforced, notified, stderr, scenario.denied)


def fail_open(result):
    """The names of actions that the program could do, although the fence denies them."""
    if result.verdicts is None:
        return []
    return [action for action, verdict in zip(result.denied, result.verdicts) if verdict == 0]


TOTAL = collections.Counter()
summary.at_end(lambda: f"faults tried: {TOTAL['tried']}, not reached: {TOTAL['tried'] - TOTAL['injected']}, "
               f"program ran restricted: {TOTAL['ran']}, did not run: {TOTAL['stopped']}, "
               f"fail-open: {TOTAL['open']}")


def count(results):
    for result in results:
        TOTAL["tried"] += 1
        TOTAL["injected"] += result.injected or "call" not in result.keys
        TOTAL["open"] += bool(fail_open(result))
        TOTAL["ran" if result.verdicts is not None else "stopped"] += 1
