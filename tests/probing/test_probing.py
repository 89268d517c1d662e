# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what ringfence predicts of a policy with what the kernel does.

Random policies are tried in a scratch tree with links, bind mounts, devices and sockets, each with the
accesses of the matrix in a random order. The prediction is that of the judge (policy/judge/judge.h), which the
verbs ask, too. For the outcome, the wrapper gets the same policy as options, on the running kernel.

    RINGFENCE_BUILD=BUILD python3 -m pytest tests/probing       RINGFENCE_SEED=N for another run
"""
import collections
import dataclasses
import errno
import os
import random
import subprocess

import policies
from lib.exit_status import CANNOT_ENFORCE
from lib import build as built
from lib.matrix import engine, model
import pytest

SEED = int(os.environ.get("RINGFENCE_SEED", "6"))
POLICIES = 170
DENIED = {errno.EACCES, errno.EPERM, errno.EXDEV}


@dataclasses.dataclass
class Probe:
    """A case as the matrix's engine writes it."""
    name: str
    text: str
    actions: list
    arguments: list = None
    predicted: list = None
    flags: tuple = ()
    user: int = 0

    def options(self):
        return self.arguments


def predict(program, directory, abi, cases):
    lines = [line for line in model.fixture_lines()]
    for case in cases:
        (directory / f"{case.name}.toml").write_text(case.text)
        lines.append(f"policy {case.name}")
        lines += [f"access {action}" for action in case.actions]
    ran = subprocess.run([program, directory, str(abi)], input="\n".join(lines) + "\n",
                         capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-500:] + ran.stderr
    answers = iter(ran.stdout.splitlines())
    for case in cases:
        case.arguments = next(answers).removeprefix("options ").split("\x1f")
        case.predicted = [next(answers) for _ in case.actions]


@pytest.fixture(scope="session")
def probed(wrapper, as_root, tmp_path_factory):
    runner, probe = built.RUNNER, built.PROBE
    table = model.Table(probe)
    chance = random.Random(SEED)
    cases = []
    for number in range(POLICIES):
        actions = list(model.ACTIONS)
        chance.shuffle(actions)
        cases.append(Probe(f"p{number}", policies.Writer(chance, table).text(), actions))
    directory = tmp_path_factory.mktemp("probing")
    (directory / "policies/abstractions").mkdir(parents=True)
    (directory / "policies/abstractions/shared.toml").write_text(policies.ABSTRACTION)
    facts = engine.facts_of(engine.run_on_host(runner, wrapper, probe, [], directory)["facts"])
    predict(built.PREDICT, directory / "policies", facts["abi"], cases)
    return cases, engine.run_on_host(runner, wrapper, probe, cases, directory), facts


def differences(cases, outcomes):
    for case in cases:
        outcome = outcomes[case.name]
        if outcome.status == CANNOT_ENFORCE and all(answer == "allowed" for answer in case.predicted):
            continue  # this kernel can enforce none of it, so the wrapper refuses
        if outcome.status != 0:
            yield f"{case.name}: the wrapper ended with {outcome.status}\n{case.text}"
            continue
        for action, predicted, actual in zip(case.actions, case.predicted, outcome.verdicts()):
            allowed = predicted == "allowed"
            if actual != 0 and actual not in DENIED or allowed != (actual == 0):
                yield (f"{case.name} {action}: predicted {predicted}, "
                       f"actual {errno.errorcode.get(actual, actual)}\n{case.text}")


def test_predicted_and_actual_verdicts_are_equal(probed):
    cases, outcomes, facts = probed
    found = list(differences(cases, outcomes))
    assert not found, f"seed {SEED}, {len(found)} differences, the first of them:\n" + found[0]


def test_enough_was_tried(probed):
    """Prints the numbers (with -rP). The policies must not allow or deny nearly everything."""
    cases, outcomes, facts = probed
    count = collections.Counter()
    for case in cases:
        verdicts = outcomes[case.name].verdicts() or []
        count["accesses"] += len(verdicts)
        count["denied"] += sum(1 for verdict in verdicts if verdict)
        count["layers"] += case.arguments.count("--layer")
    print(f"ABI {facts['abi']}, seed {SEED}: {len(cases)} policies, {dict(count)}")
    assert count["accesses"] >= 20000
    assert 0.25 < count["denied"] / count["accesses"] < 0.85
    assert count["layers"] > 30


def test_each_kind_of_access_was_allowed_and_denied(probed):
    cases, outcomes, facts = probed
    seen = collections.defaultdict(set)
    for case in cases:
        for action, verdict in zip(case.actions, outcomes[case.name].verdicts() or []):
            seen[action.partition(":")[0]].add(verdict == 0)
    never_denied = {verb for verb, verdicts in seen.items() if verdicts == {True}}
    # Except rights that this kernel does not know, and actions that no fence denies.
    may_be_free = {"handle", "signal-child"}
    if facts["abi"] < 9:
        may_be_free.add("connect-datagram")
    if facts["abi"] < 10:
        may_be_free |= {"bind-udp", "bind-udp6", "connect-udp", "send-udp", "send-udp-bound"}
    assert never_denied <= may_be_free
    # Every policy handles a right on files (at least fs.refer), so mounting is always denied.
    assert {verb for verb, verdicts in seen.items() if True not in verdicts} == {"mount"}


def test_a_wrong_prediction_is_found(probed):
    cases, outcomes, facts = probed
    case = dataclasses.replace(cases[0])
    case.predicted = ["allowed" if answer != "allowed" else "denied fs.x 0 /"
                      for answer in case.predicted]
    assert len(list(differences([case], outcomes))) == len(case.actions)
