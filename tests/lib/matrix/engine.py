# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the runner's input, reads its output, and compares it with the model."""

import collections
import dataclasses
import errno
import re
import subprocess

from . import model

# What anybody could foresee: matrix-runner gives the wrapper this invocation ID.
TAG_OF_INVOCATION = "rf0123456789abc"


@dataclasses.dataclass
class Outcome:
    stdout: list = dataclasses.field(default_factory=list)
    stderr: list = dataclasses.field(default_factory=list)
    journal: dict = dataclasses.field(default_factory=dict)
    records: int = 0
    notify: list = dataclasses.field(default_factory=list)
    audit: list = dataclasses.field(default_factory=list)
    status: int = -1

    def verdicts(self):
        lines = [line for line in self.stdout if line.startswith("V")]
        return [int(word) for word in lines[0].split()[1:]] if lines else None


def actions_of(case):
    return model.ACTIONS if case.actions is None else case.actions


def write_cases(path, cases):
    lines = model.fixture_lines()
    lines.append("\t".join(["control", "control", "0", "", "\x1f".join(model.ACTIONS)]))
    lines.append("\t".join(["facts", "control", "0", "", "--facts"]))
    for case in cases:
        lines.append("\t".join([case.name, ",".join(case.flags), str(case.user),
                                "\x1f".join(case.options()), "\x1f".join(actions_of(case))]))
    path.write_text("\n".join(lines) + "\n")


def parse(text):
    """Name -> Outcome. Raises an exception if the runner did not finish."""
    outcomes = {}
    current = None
    done = False
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "case":
            current = outcomes[rest] = Outcome()
        elif kind == "fatal":
            raise RuntimeError(f"matrix-runner: {rest}")
        elif kind == "done":
            done = True
        elif current is None:
            continue
        elif kind in ("stdout", "stderr", "notify", "audit"):
            getattr(current, kind).append(rest)
        elif kind == "journal":
            name, _, value = rest.partition("=")
            current.records += name == "MESSAGE"
            current.journal[name] = value
        elif kind == "timeout":
            current.stderr.append("timeout")
        elif kind == "status":
            current.status = int(rest)
    if not done:
        raise RuntimeError("matrix-runner did not finish: " + text[-500:])
    return outcomes


def run_on_host(runner, wrapper, probe, cases, directory):
    path = directory / "cases"
    write_cases(path, cases)
    result = subprocess.run([runner, wrapper, probe, path], capture_output=True, text=True,
                            timeout=120, check=False)
    return parse(result.stdout + result.stderr)


def name_of(number):
    return errno.errorcode.get(number, str(number)) if number else "allowed"


def judge(table, case, outcome, facts):
    """All differences between the outcome and the model. Empty if there are none."""
    expected = model.Prediction(table, case, max(facts["abi"], 0))
    problems = []
    if outcome.status != expected.status:
        problems.append(f"status {outcome.status}, expected {expected.status}; "
                        f"{outcome.journal.get('MESSAGE', outcome.stderr)}")
    verdicts = outcome.verdicts()
    if expected.status != 0:
        if verdicts is not None:
            problems.append("FAIL-OPEN: the program ran although it had to be refused")
        if "journal" in case.flags and outcome.journal.get("LANDLOCK_STATUS") != "refused":
            problems.append(f"the report says {outcome.journal.get('LANDLOCK_STATUS')}, not refused")
        return problems
    if verdicts is None or len(verdicts) != len(actions_of(case)):
        problems.append(f"no verdicts: {outcome.stdout} {outcome.stderr}")
        return problems
    for action, verdict in zip(actions_of(case), verdicts):
        if action == "no-new-privs":
            continue
        wanted = expected.expect(action)
        if verdict in wanted:
            continue
        word = "FAIL-OPEN: " if verdict == 0 else ""
        problems.append(f"{word}{action}: {name_of(verdict)}, expected "
                        + " or ".join(sorted(name_of(number) for number in wanted)))
    if "journal" in case.flags:
        problems += judge_report(case, outcome, expected, max(facts["errata"], 0))
    return problems


def judge_report(case, outcome, expected, errata):
    """Compares the wrapper's report with the model."""
    record = outcome.journal
    wanted = {
        "LANDLOCK_STATUS": "enforced",
        "LANDLOCK_UNENFORCED": ",".join(expected.unenforced) or None,
        "LANDLOCK_ABI": str(expected.abi),
        "LANDLOCK_ERRATA": hex(errata),
        "LANDLOCK_LAYERS": str(expected.layers),
        "LANDLOCK_RULES": str(expected.rules),
        "LANDLOCK_POLICY": "matrix",
        "LANDLOCK_PROGRAM": model.PROBE,
    }
    problems = [f"{name}={record.get(name)}, expected {value}"
                for name, value in wanted.items() if record.get(name) != value]
    tag = record.get("LANDLOCK_TAG", "")
    if not re.fullmatch("rf[0-9a-f]{13}", tag) or tag == TAG_OF_INVOCATION:
        problems.append(f"LANDLOCK_TAG={tag}, expected rf and 13 random digits")
    if outcome.records != 1:
        problems.append(f"{outcome.records} journal records, expected 1")
    if ("no_new_privs set" in record.get("MESSAGE", "")) != (case.user != 0):
        problems.append(f"user {case.user}: {record.get('MESSAGE')}")
    return problems


def judge_right_by_right(case, outcome, table):
    """Compares the report with the kernel, without a model of rules and without a table of ABIs.

    For cases that allow nothing. If the report names a requested right as unenforced, the action of the
    right must succeed. Otherwise the action must be denied.
    """
    unenforced = set(filter(None, outcome.journal.get("LANDLOCK_UNENFORCED", "").split(",")))
    asked = set()
    for layer in case.layers:
        asked |= model.Domain(table, layer, layer.abi).asked
    verdicts = dict(zip(actions_of(case), outcome.verdicts() or []))
    problems = []
    for right, action in model.CANONICAL.items():
        if right not in asked or action not in verdicts:
            continue
        denied = verdicts[action] != 0
        if denied == (right in unenforced):
            problems.append(f"{right}: {action} {name_of(verdicts[action])}, and the report "
                            f"{'names' if right in unenforced else 'does not name'} it unenforced")
    return problems


def judge_log(case, outcome, abi):
    """The denials in the audit log, without their numbers."""
    found = set()
    for line in outcome.audit:
        if not line.startswith("1423 "):
            continue
        words = dict(word.split("=", 1) for word in line.split() if "=" in word)
        path = re.sub(r"^/tmp/(ringfence-matrix|matrix-\d+)", "", words.get("path", "").strip('"'))
        found.add(f"{words['blockers']} {path}".strip())
    wanted = case.logged(abi)
    problems = []
    if found != wanted:
        problems.append(f"logged {sorted(found)}, expected {sorted(wanted)}")
    allocated = [line for line in outcome.audit
                 if line.startswith("1424 ") and "status=allocated" in line]
    tag = outcome.journal.get("LANDLOCK_TAG", "of no report")
    if wanted and not any(f'comm="{tag}"' in line for line in allocated):
        problems.append(f"no record of the domain has the tag: {allocated}")
    return problems


def judge_control(outcome):
    """Without a fence, everything must succeed. Otherwise a denial proves nothing."""
    verdicts = outcome.verdicts() or []
    problems = [f"{action}: {name_of(verdict)} without a fence"
                for action, verdict in zip(model.ACTIONS, verdicts) if verdict != 0]
    if len(verdicts) != len(model.ACTIONS):
        problems.append(f"{len(verdicts)} verdicts of {len(model.ACTIONS)} actions")
    return problems


def facts_of(outcome):
    facts = collections.defaultdict(dict)
    for line in outcome.stdout:
        kind, *rest = line.split()
        if len(rest) == 1:
            facts[kind] = int(rest[0])
        else:
            facts[kind][rest[0]] = [int(word) for word in rest[1:]]
    return facts


def judge_facts(table, facts, abi):
    """Compares the wrapper's table with the kernel itself."""
    problems = []
    if facts["abi"] != abi:
        problems.append(f"ABI {facts['abi']}, expected {abi}")
    if abi <= 0:
        return problems
    if facts["attr-48-zero-tail"] != 0:
        problems.append(f"a 48-byte ruleset_attr: {name_of(facts['attr-48-zero-tail'])}")
    quiet = facts["attr-48-quiet"]
    if quiet != (0 if abi >= 10 else errno.E2BIG):
        problems.append(f"quiet_access_fs: {name_of(quiet)}")
    for name, right in table.rights.items():
        handled = facts["handles"][name][0] == 0
        if handled != (right.abi <= abi):
            problems.append(f"{name}: the kernel {'knows' if handled else 'does not know'} it")
        if not handled or right.family != "fs":
            continue
        for kind, result in zip(("directory", "file", "fifo", "device", "socket"),
                                facts["applies"][name]):
            applies = kind == "directory" or right.file
            if (result == 0) != applies:
                problems.append(f"{name} on a {kind}: {name_of(result)}")
    for name, result in facts["flag"].items():
        known = result[0] != errno.EINVAL
        if known != (table.flags[name] <= abi):
            problems.append(f"flag {name}: {name_of(result[0])}")
    return problems
