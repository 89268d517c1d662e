# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes each system call of the wrapper fail, with each error that it can give. No program may run with a
weaker fence because of that.

    RINGFENCE_BUILD=BUILD python3 -m pytest -s tests/faults

Needs root and a kernel of Landlock ABI 7 or newer. If a run executes the probe, the probe must be denied
everything that it is denied without a fault. If a run does not execute it, the exit status must be a
documented one, and standard error must say why.
"""

import errno
import platform

import pytest
from lib import build as built
from lab import NAMES, Lab, count, fail_open
from scenarios import ALLOWED, ERRORS, NEVER, SCENARIOS, Scenario, errors_of

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64",
                                reason="fault-injector writes x86-64 registers")

# These faults may take rights away from the program: an optional path seems not to exist, a directory seems
# to be a file and its rule loses the rights of directories, or a server seems to be closed.
def may_narrow(result):
    error = result.keys["error"]
    return (result.call in ("openat", "openat2") and error in (errno.ENOENT, errno.ENOTDIR)
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
    allowed = slice(len(scenario.denied), len(scenario.denied) + len(ALLOWED))
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
        # The wrapper repeats a read(2) that was interrupted, so it would repeat this one for ever.
        if (NAMES[keys["call"]], keys["error"]) != ("read", errno.EINTR):
            yield {**keys, "persist": 1}


def normal_run(lab, scenario):
    normal, = lab.run(scenario, [{}])
    if scenario.runs:
        assert normal.status == 0 and normal.verdicts, normal.describe()
        assert fail_open(normal) == []
        assert normal.verdicts[len(scenario.denied):-1] == [0] * len(ALLOWED), normal.describe()
        assert normal.verdicts[-1] == scenario.descriptors, normal.describe()
    else:
        assert normal.verdicts is None and normal.status in scenario.statuses, normal.describe()
    return normal


def test_unfenced_control():
    """Without a fence, everything is allowed. Otherwise a denial would prove nothing."""
    lab = Lab(built.UNFENCED_WRAPPER)
    scenario, = [s for s in SCENARIOS if s.name == "capabilities"]
    result, = lab.run(scenario, [{}])
    assert fail_open(result) == scenario.denied
    assert result.verdicts[len(scenario.denied):-1] == [0] * len(ALLOWED)


@pytest.mark.parametrize("kind", [single_faults, lasting_faults])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_each_fault(scenario, kind):
    lab = Lab()
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


def test_every_call_is_reached():
    """Together the scenarios make every call of the table, except those that only follow a failure."""
    seen = {NAMES.get(number) for scenario in SCENARIOS for number, _ in Lab().calls(scenario)}
    assert set(ERRORS) - seen <= {"getrandom"}


def test_the_suite_can_fail():
    """The control: a wrapper that ignores results passes without faults, and fails with them."""
    lab = Lab(built.CARELESS_WRAPPER)
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
