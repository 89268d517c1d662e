# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each system call of the wrapper fails, each way it can: no program ever runs less restricted.

    RINGFENCE_BUILD=BUILD python3 -m pytest -s tests/faults

Needs root and a kernel of Landlock ABI 7 or newer. Each run either executes the probe, and then it
is denied all that it is denied without a fault, or it does not, and then the exit status is a
documented one and standard error says why.
"""

import collections
import concurrent.futures
import dataclasses
import errno
import os
import pathlib
import platform
import subprocess

import pytest
from scenarios import (ALLOWED, DENIED, ERRORS, FIXTURE, NEVER, NUMBERS, SCENARIOS, Scenario,
                       errors_of)

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64",
                                reason="fault-injector writes x86-64 registers")

NAMES = {number: name for name, number in NUMBERS.items()}


@pytest.fixture(scope="session")
def build():
    directory = os.environ.get("RINGFENCE_BUILD")
    assert directory, "RINGFENCE_BUILD must name the meson build directory"
    assert os.geteuid() == 0, "the fault injector needs root"
    return pathlib.Path(directory).resolve()


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

    def __init__(self, build, wrapper=None):
        self.command = [build / "tests/faults/fault-injector",
                        wrapper or build / "src/exec/ringfence-exec",
                        build / "tests/matrix/fence-probe"]

    def play(self, scenario, lines):
        script = [f"fixture {line}" for line in FIXTURE] + list(scenario.lines()) + lines
        done = subprocess.run(self.command, input="\n".join(script) + "\n", text=True, check=False,
                              capture_output=True, errors="replace", timeout=300)
        assert done.stdout.splitlines()[-1:] == [f"done {len(lines)}"], done.stdout[-2000:]
        assert "timeout" not in done.stdout.splitlines()
        return done.stdout.splitlines()

    def calls(self, scenario):
        """[(number, nth)] of the wrapper, up to its execve of the program."""
        lines = [line.split("\t") for line in self.play(scenario, ["trace"])]
        return [(int(line[1]), int(line[2])) for line in lines if line[0] == "call"]

    def run(self, scenario, runs):
        lines = ["\t".join(["run", *(f"{name}={value}" for name, value in keys.items())])
                 for keys in runs]
        halves = lines[::2], lines[1::2]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            outputs = pool.map(lambda half: self.play(scenario, half) if half else [], halves)
            return [parse(line) for output in outputs for line in output
                    if line.startswith("result\t")]


def parse(line):
    _, keys, injected, status, verdict, record, unenforced, notified, stderr = line.split("\t")
    keys = dict(word.split("=") for word in keys.split()) if keys != "-" else {}
    return Result({name: int(value) for name, value in keys.items()}, injected == "1", int(status),
                  [int(word) for word in verdict.split()[1:]] if verdict != "-" else None,
                  record, unenforced, notified, stderr)


def fail_open(result):
    """The names of what the program could do and must not."""
    if result.verdicts is None:
        return []
    return [action for action, verdict in zip(DENIED, result.verdicts) if verdict == 0]


# Faults that may take rights away from the program: an optional path that "does not exist", a rule
# "on a file" that loses the rights of directories, a server that cannot be told from a closed one.
def may_narrow(result):
    error = result.keys["error"]
    return (result.call == "openat" and error in (errno.ENOENT, errno.ENOTDIR)
            or result.call == "landlock_add_rule" and error == errno.EINVAL)


def problems_of(scenario, result, normal):
    problems = []
    if fail_open(result):
        problems.append("FAIL-OPEN " + " ".join(fail_open(result)))
    if result.verdicts is None:
        if result.status not in scenario.statuses:
            problems.append("undocumented exit status")
        if result.record == "enforced" and result.status != 203 and result.status != 99:
            problems.append("the journal says enforced, and nothing runs")
        told = result.stderr.startswith("ringfence-exec: ")
        speechless = result.call == "write" or (
            result.call == "sendto"
            and result.keys["error"] not in (errno.EPERM, errno.EACCES, errno.ENOSYS,
                                             errno.ENOTSOCK))
        if not told and not speechless:
            problems.append("no message on standard error")
        return problems
    if not scenario.runs:
        problems.append("FAIL-OPEN the program ran although it had to be refused")
    if result.status != 0:
        problems.append("the program ran and the status is not its own")
    if result.record == "refused":
        problems.append("the journal says refused, and the program runs")
    allowed = slice(len(DENIED), len(DENIED) + len(ALLOWED))
    if result.verdicts[allowed] != normal.verdicts[allowed] and not may_narrow(result):
        problems.append(f"the program may do less: {result.verdicts[allowed]}")
    if result.verdicts[-1] != scenario.descriptors and result.call != "close":
        problems.append(f"descriptors {result.verdicts[-1]:b}")
    return problems


def single_faults(calls):
    for number, nth in calls:
        if number in NEVER:
            continue
        for error in errors_of(NAMES[number]):
            yield {"call": number, "nth": nth, "error": error}


def lasting_faults(calls):
    """From some call on, that system call always fails."""
    for keys in single_faults(calls):
        # An interrupted read(2) is repeated, and so would this one be, for ever.
        if (NAMES[keys["call"]], keys["error"]) != ("read", errno.EINTR):
            yield {**keys, "persist": 1}


TOTAL = collections.Counter()


@pytest.fixture(scope="session", autouse=True)
def totals():
    yield
    print(f"\nfaults tried: {TOTAL['tried']}, not reached: {TOTAL['tried'] - TOTAL['injected']}, "
          f"program ran restricted: {TOTAL['ran']}, did not run: {TOTAL['stopped']}, "
          f"fail-open: {TOTAL['open']}")


def count(results):
    for result in results:
        TOTAL["tried"] += 1
        TOTAL["injected"] += result.injected or "call" not in result.keys
        TOTAL["open"] += bool(fail_open(result))
        TOTAL["ran" if result.verdicts is not None else "stopped"] += 1


def normal_run(lab, scenario):
    normal, = lab.run(scenario, [{}])
    if scenario.runs:
        assert normal.status == 0 and normal.verdicts, normal.describe()
        assert fail_open(normal) == []
        assert normal.verdicts[len(DENIED):-1] == [0] * len(ALLOWED), normal.describe()
        assert normal.verdicts[-1] == scenario.descriptors, normal.describe()
    else:
        assert normal.verdicts is None and normal.status in scenario.statuses, normal.describe()
    return normal


def test_unfenced_control(build):
    """Without a fence all of it is allowed: else a denial would prove nothing."""
    lab = Lab(build, build / "tests/faults/unfenced-wrapper")
    result, = lab.run(SCENARIOS[0], [{}])
    assert fail_open(result) == DENIED
    assert result.verdicts[len(DENIED):-1] == [0] * len(ALLOWED)


@pytest.mark.parametrize("kind", [single_faults, lasting_faults])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_fault(build, scenario, kind):
    lab = Lab(build)
    normal = normal_run(lab, scenario)
    calls = lab.calls(scenario)
    unknown = {number for number, _ in calls} - set(NAMES) - set(NEVER)
    assert not unknown, f"system calls without a row in ERRORS: {unknown}"
    runs = list(kind(calls))
    results = lab.run(scenario, runs)
    assert len(results) == len(runs)
    count(results)
    assert all(result.injected for result in results), "a fault was not injected"
    bad = [(problem, result.describe()) for result in results
           for problem in problems_of(scenario, result, normal)]
    assert not bad, f"{len(bad)} of {len(results)}: {bad[:5]}"


def test_every_call_is_reached(build):
    """The scenarios together make every call of the table but those that only failures need."""
    seen = {NAMES.get(number) for scenario in SCENARIOS for number, _ in Lab(build).calls(scenario)}
    assert set(ERRORS) - seen <= {"getrandom"}


def test_the_suite_can_fail(build):
    """A wrapper that ignores results is right without faults, and found out with them."""
    lab = Lab(build, build / "tests/faults/careless-wrapper")
    scenario = Scenario("careless", [])
    normal, = lab.run(scenario, [{}])
    assert fail_open(normal) == []
    calls = [(number, nth) for number, nth in lab.calls(scenario)
             if NAMES.get(number, "").startswith("landlock_")]
    results = lab.run(scenario, list(single_faults(calls)))
    for name in ("landlock_create_ruleset", "landlock_restrict_self"):
        caught = [result for result in results if result.call == name and fail_open(result)]
        assert len(caught) >= len(errors_of(name)), name
    assert any("FAIL-OPEN" in problem for result in results
               for problem in problems_of(scenario, result, normal))
