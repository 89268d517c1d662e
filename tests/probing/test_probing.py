# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tool predicts of a policy and what the kernel does are the same.

Random policies in a scratch tree with links, bind mounts, devices and sockets; for each, the
accesses of the matrix in a random order. Predicted: resolved rules, read by policy/verdict.h. Actual: the same
policy as the wrapper's options, the wrapper, the running kernel.

    RINGFENCE_BUILD=BUILD python3 -m pytest tests/probing       RINGFENCE_SEED=N for another run
"""
import collections
import dataclasses
import errno
import os
import random
import subprocess

import engine
import model
import policies
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
def probed(build, tmp_path_factory):
    assert os.geteuid() == 0, "probing needs root"
    probe = build / "tests/matrix/fence-probe"
    runner = build / "tests/matrix/matrix-runner"
    wrapper = build / "src/exec/ringfence-exec"
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
    predict(build / "tests/probing/probing-predict", directory / "policies", facts["abi"], cases)
    return cases, engine.run_on_host(runner, wrapper, probe, cases, directory), facts


def differences(cases, outcomes):
    for case in cases:
        outcome = outcomes[case.name]
        if outcome.status == 77 and all(answer == "allowed" for answer in case.predicted):
            continue  # nothing of it is known to this kernel: the wrapper refuses to pretend
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
    """Printed with -rP; the policies must neither allow nor deny nearly everything."""
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
    # Rights that this kernel does not know, and what no fence denies.
    may_be_free = {"handle", "signal-child"}
    if facts["abi"] < 9:
        may_be_free.add("connect-datagram")
    if facts["abi"] < 10:
        may_be_free |= {"bind-udp", "bind-udp6", "connect-udp", "send-udp", "send-udp-bound"}
    assert never_denied <= may_be_free
    # No policy leaves all rights on files unhandled (fs.refer), and then nothing may be mounted.
    assert {verb for verb, verdicts in seen.items() if True not in verdicts} == {"mount"}


def test_a_wrong_prediction_is_found(probed):
    cases, outcomes, facts = probed
    case = dataclasses.replace(cases[0])
    case.predicted = ["allowed" if answer != "allowed" else "denied fs.x 0 /"
                      for answer in case.predicted]
    assert len(list(differences([case], outcomes))) == len(case.actions)
