# SPDX-License-Identifier: LGPL-2.1-or-later
"""With tiny limits, closed descriptors and hostile environments, the program runs restricted or not at all.

Here the kernel may kill the wrapper before its first instruction (no memory for its stack). So death by a
signal is allowed, too, but the program must not run.
"""

import dataclasses
import platform

import pytest
from lab import Lab, count, fail_open
from scenarios import ALLOWED, SCENARIOS, Scenario

from lib.exit_status import REFUSED

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64",
                                reason="fault-injector writes x86-64 registers")

COULD_NOT_START = 96                  # the injector's exit status if execve of the wrapper failed
KILLED = range(129, 160)


def check(lab, scenario, runs, more=()):
    results = lab.run(scenario, runs)
    assert len(results) == len(runs)
    count(results)
    for result in results:
        assert fail_open(result) == [], result.describe()
        if result.verdicts is None:
            assert result.status in (*scenario.statuses, *more), result.describe()
        else:
            assert result.status == 0 and result.record != "refused", result.describe()
    return results


@pytest.fixture
def lab():
    return Lab()


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.runs], ids=lambda s: s.name)
def test_few_descriptors(lab, scenario):
    results = check(lab, scenario, [{"nofile": limit} for limit in range(3, 13)])
    # Standard input to error and one handle: the wrapper needs little more.
    assert results[-1].verdicts is not None, results[-1].describe()


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.runs], ids=lambda s: s.name)
def test_little_memory(lab, scenario):
    sizes = [page * 4096 for page in (*range(0, 64, 2), 96, 128, 192, 256, 512, 1024)]
    results = check(lab, scenario, [{"as": size} for size in sizes],
                    (*KILLED, COULD_NOT_START, 98))
    assert results[0].verdicts is None and results[-1].verdicts is not None


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if s.runs], ids=lambda s: s.name)
def test_small_stack(lab, scenario):
    sizes = [page * 4096 for page in (*range(0, 40), 48, 64, 128)]
    results = check(lab, scenario, [{"stack": size} for size in sizes], (*KILLED, COULD_NOT_START))
    assert results[-1].verdicts is not None


@pytest.mark.parametrize("mask", range(8))
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_closed_descriptors(lab, scenario, mask):
    result, = check(lab, scenario, [{"close": mask}])
    if scenario.runs:
        assert result.verdicts, result.describe()
        assert result.verdicts[-1] == scenario.descriptors & ~mask, result.describe()
        assert result.verdicts[len(scenario.denied):-1] == [0] * len(ALLOWED)
    else:
        assert result.verdicts is None


def test_no_argument_at_all(lab):
    result, = lab.run(SCENARIOS[0], [{"argc0": 1}])
    assert (result.verdicts, result.status) == (None, 64), result.describe()


def test_huge_environment(lab):
    results = check(lab, SCENARIOS[0], [{"environment": size} for size in
                                        (100_000, 1_000_000, 2_000_000, 5_000_000)],
                    (COULD_NOT_START, *KILLED))
    assert results[0].verdicts is not None


def test_huge_environment_and_small_stack(lab):
    runs = [{"environment": size, "stack": stack << 10} for size in (100_000, 200_000, 1_000_000)
            for stack in (64, 128, 256, 512, 1024, 4096)]
    check(lab, SCENARIOS[0], runs, (COULD_NOT_START, *KILLED))


ENVIRONMENTS = {
    "empty": [],
    "no-equals-sign": ["NOTIFY_SOCKET", "INVOCATION_ID", "", "="],
    "notify-empty": ["NOTIFY_SOCKET="],
    "notify-slash": ["NOTIFY_SOCKET=/"],
    "notify-at": ["NOTIFY_SOCKET=@"],
    "notify-relative": ["NOTIFY_SOCKET=run/matrix/notify"],
    "notify-missing": ["NOTIFY_SOCKET=/run/matrix/nowhere"],
    "notify-directory": ["NOTIFY_SOCKET=/run/matrix"],
    "notify-file": ["NOTIFY_SOCKET=/run/matrix/probe"],
    "notify-stream": ["NOTIFY_SOCKET=/tmp/ringfence-matrix/b/stream"],
    "notify-vsock": ["NOTIFY_SOCKET=vsock:2:1234", "NOTIFY_SOCKET=vsock-stream:2:1234"],
    "notify-107": ["NOTIFY_SOCKET=/" + "x" * 106],
    "notify-108": ["NOTIFY_SOCKET=/" + "x" * 107],
    "notify-109": ["NOTIFY_SOCKET=/" + "x" * 108],
    "notify-abstract-108": ["NOTIFY_SOCKET=@" + "x" * 107],
    "notify-long": ["NOTIFY_SOCKET=/" + "x" * 100_000],
    "notify-twice": ["NOTIFY_SOCKET=/nowhere", "NOTIFY_SOCKET=/run/matrix/notify"],
    "journal-stream-garbage": ["JOURNAL_STREAM=garbage"],
    "journal-stream-huge": ["JOURNAL_STREAM=99999999999999999999:99999999999999999999"],
    "journal-stream-empty": ["JOURNAL_STREAM="],
    "invocation-empty": ["INVOCATION_ID="],
    "invocation-short": ["INVOCATION_ID=0123456789ab"],
    "invocation-garbage": ["INVOCATION_ID=/../../../../../../..%s%n"],
    "invocation-upper": ["INVOCATION_ID=0123456789ABCDEF0123456789ABCDEF"],
    "invocation-long": ["INVOCATION_ID=" + "a" * 100_000],
    "loader": ["LD_PRELOAD=/nowhere.so", "LD_LIBRARY_PATH=/", "GLIBC_TUNABLES=x=y", "PATH="],
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("base", [s for s in SCENARIOS if s.runs and not s.items],
                         ids=lambda s: s.name)
def test_environments(lab, name, base):
    scenario = dataclasses.replace(base, environment=ENVIRONMENTS[name])
    result, = check(lab, scenario, [{}])
    assert result.verdicts, result.describe()
    assert result.verdicts[len(scenario.denied):-1] == [0] * len(ALLOWED), result.describe()
    assert result.verdicts[-1] == scenario.descriptors, result.describe()


# Argument lists for --args-fd= that the wrapper must refuse.
@pytest.mark.parametrize("items", [["--"], ["--args-fd=7"], [""], ["--abi=7", "--nonsense"],
                                   ["--abi=7", "--read=relative"], ["--abi=7", "--abi=7"],
                                   ["--abi=7", "x" * 200_000], ["--abi=99"], ["--layer"]],
                         ids=lambda items: items[-1][:20] or "empty")
def test_hostile_lists(lab, items):
    scenario = Scenario("hostile", ["--args-fd=7"], items=items, runs=False)
    result, = check(lab, scenario, [{}])
    assert result.status == REFUSED and result.stderr.startswith("ringfence-exec: "), result.describe()
