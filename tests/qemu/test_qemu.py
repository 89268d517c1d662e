# SPDX-License-Identifier: LGPL-2.1-or-later
"""The enforcement matrix on kernels of every ABI that Debian has, in QEMU.

    RINGFENCE_BUILD=BUILD python3 -m pytest -rs tests/qemu

The cases, the model and the programs are those of tests/matrix. Kernels come from the mirror of this machine's
apt and are kept in ${RINGFENCE_CACHE:-/var/cache/ringfence}/kernels.
"""

import concurrent.futures
import os
import platform

import pytest
import vm
from lib import build as built
from lib import kernels
from lib.matrix import cases, engine, model

TABLE = model.Table(built.PROBE) if built.PROBE.exists() else None
CASES = cases.for_guests(cases.all_cases(TABLE)) if TABLE else []
GROUPS = sorted({case.name.partition("/")[0] for case in CASES})
OFF = "off"                           # Landlock is built in and not enabled
GUESTS = [*kernels.SERIES, OFF]
WITH_LANDLOCK = [series for series, abi in kernels.SERIES.items() if abi > 0]
WITHOUT = {"5.10": (-38, "has no Landlock"), OFF: (-95, "switched off")}


class Guest:
    def __init__(self, series, boot):
        self.abi = 0 if series == OFF else kernels.SERIES[series]
        self.boot = boot
        self.outcomes = engine.parse(boot.output)
        self.facts = engine.facts_of(self.outcomes["facts"])


def start(series, files):
    """A Guest, or the exception to raise in the test."""
    try:
        kernel = kernels.kernel("6.12" if series == OFF else series)
        return Guest(series, vm.boot(kernel, files, "lsm=lockdown,yama" if series == OFF else ""))
    except Exception as problem:  # pylint: disable=broad-except
        return problem


@pytest.fixture(scope="session")
def guests(wrapper, tmp_path_factory):
    """Starts all guests, as many at a time as there are processors. A test waits for the guest that it uses."""
    listing = tmp_path_factory.mktemp("qemu") / "cases"
    engine.write_cases(listing, CASES)
    files = {"init": built.RUNNER, "probe": built.PROBE, "cases": listing, "wrapper": wrapper}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {series: pool.submit(start, series, files) for series in GUESTS}


@pytest.fixture
def guest(request, guests):
    if platform.machine() != "x86_64":
        pytest.skip("the kernels and QEMU's machine are x86-64")
    if vm.missing():
        pytest.skip(vm.missing())
    result = guests[request.param].result()
    if isinstance(result, kernels.Unavailable):
        pytest.skip(str(result))
    if isinstance(result, Exception):
        raise result
    return result


every_guest = pytest.mark.parametrize("guest", GUESTS, indirect=True)
every_landlock = pytest.mark.parametrize("guest", WITH_LANDLOCK, indirect=True)


@every_guest
def test_unfenced_control(guest):
    assert engine.judge_control(guest.outcomes["control"]) == []


@every_landlock
def test_table_of_rights(guest):
    assert engine.judge_facts(TABLE, guest.facts, guest.abi) == []


@pytest.mark.parametrize("group", GROUPS)
@every_guest
def test_cases(guest, group):
    chosen = [case for case in CASES if case.name.startswith(group + "/")]
    assert chosen
    problems = [(case.name, problem) for case in chosen
                for problem in engine.judge(TABLE, case, guest.outcomes[case.name], guest.facts)]
    assert not problems, f"{len(problems)} problems in {len(chosen)} cases: {problems[:8]}"


@every_landlock
def test_report_right_by_right(guest):
    chosen = [case for case in CASES if cases.allows_nothing(case)]
    problems = []
    for case in chosen:
        outcome = guest.outcomes[case.name]
        if outcome.status == 0:
            problems += [(case.name, problem)
                         for problem in engine.judge_right_by_right(case, outcome, TABLE)]
    assert not problems, problems[:8]


@every_landlock
def test_denials_in_the_audit_log(guest):
    problems = [(case.name, problem) for case in CASES if case.logged
                for problem in engine.judge_log(case, guest.outcomes[case.name], guest.abi)]
    assert not problems, problems[:8]


@every_landlock
def test_no_new_privs(guest):
    """no_new_privs is set if the wrapper lacks CAP_SYS_ADMIN: by prctl(2), or from ABI 11 on without prctl(2)."""
    verdicts = {name: guest.outcomes[name].verdicts()
                for name in ("user/0/1", "user/65534/1", "user/65534/2", "user/65534/1/no-prctl")}
    assert verdicts["user/0/1"][0] == 0
    assert verdicts["user/65534/1"][0] == verdicts["user/65534/2"][0] == 1
    without_prctl = verdicts["user/65534/1/no-prctl"]
    assert (without_prctl[0] == 1) if guest.abi >= 11 else (without_prctl is None)


@pytest.mark.parametrize("guest", WITHOUT, indirect=True)
def test_without_landlock_nothing_runs(guest, request):
    error, words = WITHOUT[request.node.callspec.params["guest"]]
    assert guest.facts["abi"] == error
    assert all(outcome.status not in (0, 96, 97) and outcome.verdicts() is None
               for name, outcome in guest.outcomes.items() if name not in ("control", "facts"))
    assert words in guest.outcomes["right/fs.read_file/a"].journal["MESSAGE"]


@every_guest
def test_counts(guest, request):
    """Prints what was run (with -s or -rP)."""
    verdicts = sum(len(outcome.verdicts() or []) for outcome in guest.outcomes.values())
    print(f"\n{request.node.callspec.params['guest']}: ABI {guest.facts['abi']}, "
          f"errata {max(guest.facts['errata'], 0):#x}, {len(guest.outcomes)} cases, {verdicts} verdicts, "
          f"{guest.boot.seconds:.1f} s, try {guest.boot.tries}")
    assert len(guest.outcomes) == len(CASES) + 2
