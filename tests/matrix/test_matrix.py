# SPDX-License-Identifier: LGPL-2.1-or-later
"""The enforcement matrix on the running kernel. The kernel must enforce exactly what the report says.

    RINGFENCE_BUILD=BUILD python3 -m pytest tests/matrix

Needs root (mount and network namespaces, another user's processes) and a kernel with Landlock.
"""

import os

from lib import build as built
from lib.matrix import cases, engine, model
import pytest

TABLE = model.Table(built.PROBE) if built.PROBE.exists() else None
CASES = cases.all_cases(TABLE) if TABLE else []


def run(wrapper, chosen, directory):
    return engine.run_on_host(built.RUNNER, wrapper, built.PROBE, chosen, directory)


@pytest.fixture(scope="session")
def outcomes(wrapper, tmp_path_factory):
    assert os.geteuid() == 0, "the matrix needs root"
    return run(wrapper, CASES, tmp_path_factory.mktemp("matrix"))


@pytest.fixture(scope="session")
def facts(outcomes):
    return engine.facts_of(outcomes["facts"])


def test_cases_were_generated():
    assert len(CASES) > 400, "the probe was not built, or RINGFENCE_BUILD does not name the build"


def test_unfenced_control(outcomes):
    assert engine.judge_control(outcomes["control"]) == []


def test_table_of_rights(facts):
    assert engine.judge_facts(TABLE, facts, facts["abi"]) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, outcomes, facts):
    assert engine.judge(TABLE, case, outcomes[case.name], facts) == []


@pytest.mark.parametrize("case", [case for case in CASES if cases.allows_nothing(case)],
                         ids=lambda case: case.name)
def test_report_right_by_right(case, outcomes):
    outcome = outcomes[case.name]
    assert outcome.status == 0
    assert engine.judge_right_by_right(case, outcome, TABLE) == []


@pytest.mark.parametrize("name", ["user/65534/1", "user/65534/2"])
def test_no_new_privs_is_set_without_privileges(name, outcomes):
    assert outcomes[name].verdicts()[0] == 1


def test_no_new_privs_is_left_alone_with_privileges(outcomes):
    assert outcomes["user/0/1"].verdicts()[0] == 0


def test_fifos_and_devices_do_not_block(outcomes):
    assert [name for name, outcome in outcomes.items() if "timeout" in outcome.stderr] == []


def test_the_matrix_can_fail(build, tmp_path):
    """The control: a wrapper that restricts nothing must fail every case that denies something."""
    chosen = [case for case in CASES if case.name in ("abi/7", "right/fs.read_file/a", "layers/2/same")]
    found = run(built.UNFENCED_WRAPPER, chosen, tmp_path)
    for case in chosen:
        problems = engine.judge(TABLE, case, found[case.name], engine.facts_of(found["facts"]))
        assert any(problem.startswith("FAIL-OPEN") for problem in problems), case.name
        assert engine.judge_right_by_right(case, found[case.name], TABLE) or case.layers[0].rules


def test_counts(outcomes):
    """Prints the size of the matrix (with -rP), and fails if the matrix gets smaller."""
    verdicts = sum(len(outcome.verdicts() or []) for outcome in outcomes.values())
    print(f"cases: {len(CASES)}, verdicts: {verdicts}")
    assert verdicts > 40000
