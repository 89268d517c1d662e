# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every row of the table: it succeeds outside the fence, and inside it is what the row says."""
from pathlib import Path

import pytest

import attacks
import table
from stage import Stage, host_abi


def options_of(attack, stage):
    """Two rights by kind: they came with later ABIs, and the port is the scene's."""
    by_kind = {"connect-unix": [f"--connect-unix={stage.root}/sockets"],
               "bind-tcp": ["--bind-tcp=0"] if host_abi() >= 4 else []}
    for option in attack.options:
        yield from by_kind.get(option, [option.format(**stage.context)])


def expected(attack):
    return attack.errors if attack.is_stopped(host_abi()) else (None,)


@pytest.mark.parametrize("attack", attacks.ATTACKS, ids=lambda attack: attack.name)
def test_attack(build, tmp_path, attack):
    arguments = [attack.argument] if attack.argument else []
    with Stage(build, tmp_path / "control") as stage:
        control = stage.run(attack.action, *arguments)
    if "missing" in control:
        pytest.skip(control["missing"])
    assert control == {"error": None}, "the control failed: the attack shows nothing"
    with Stage(build, tmp_path / "fenced") as stage:
        fence = stage.fence(*options_of(attack, stage))
        result = stage.run(attack.action, *arguments, fence=fence)
    assert result.get("error", result) in expected(attack), result


def test_names_are_unique():
    names = [attack.name for attack in attacks.ATTACKS]
    assert sorted(set(names)) == sorted(names)


def test_document_is_current():
    document = Path(__file__).with_name("ATTACKS.md").read_text()
    assert document == table.render(), "run tests/attack/table.py > tests/attack/ATTACKS.md"
