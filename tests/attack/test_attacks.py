# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests every row of the table. The attack must succeed outside the fence, and end inside it as the row says."""
from pathlib import Path

import pytest

import attacks
import table
from stage import Stage, host_abi


def options_of(attack, stage):
    """The options of a row. Two of them depend on the kernel's ABI or on the scene."""
    by_kind = {"connect-unix": [f"--connect-unix={stage.root}/sockets"],
               "bind-tcp": ["--bind-tcp=0"] if host_abi() >= 4 else []}
    for option in attack.options:
        yield from by_kind.get(option, [option.format(**stage.context)])


# ringfence-exec --help does not list them; the wrapper refuses a name that it does not know.
DEFEATING = ("audit_control", "bpf", "perfmon", "sys_admin", "sys_boot", "sys_module", "sys_rawio")


def dropping(*kept):
    return "--drop-capabilities=" + ",".join(name for name in DEFEATING if name not in kept)


def expected(attack):
    return attack.errors if attack.is_stopped(host_abi()) else (None,)


@pytest.mark.parametrize("attack", attacks.ATTACKS, ids=lambda attack: attack.name)
def test_attack(as_root, public_directory, attack):
    arguments = [attack.argument] if attack.argument else []
    with Stage(public_directory / "control") as stage:
        control = stage.run(attack.action, *arguments)
    if "missing" in control:
        pytest.skip(control["missing"])
    assert control == {"error": None}, "the control failed: the attack shows nothing"
    if attack.capability:
        with Stage(public_directory / "kept") as stage:
            kept = stage.run(attack.action, *arguments, fence=stage.fence(dropping(attack.capability)))
        assert kept == {"error": None}, "the capability alone is not what the attack needs"
    with Stage(public_directory / "fenced") as stage:
        more = [dropping()] if attack.capability else []
        fence = stage.fence(*options_of(attack, stage), *more)
        result = stage.run(attack.action, *arguments, fence=fence)
    assert result.get("error", result) in expected(attack), result


def test_names_are_unique():
    names = [attack.name for attack in attacks.ATTACKS]
    assert sorted(set(names)) == sorted(names)


def test_document_is_current():
    document = Path(__file__).with_name("ATTACKS.md").read_text()
    assert document == table.render(), "run tests/attack/table.py > tests/attack/ATTACKS.md"
