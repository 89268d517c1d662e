# SPDX-License-Identifier: LGPL-2.1-or-later
"""--drop-capabilities= changes exactly what it says: these capabilities are gone from all sets, and nothing else is."""
import re

import pytest

import states
from states import control
from test_states import dump, programs  # noqa: F401 (a fixture)

NUMBERS = {"audit_control": 30, "bpf": 39, "perfmon": 38, "sys_admin": 21, "sys_boot": 22, "sys_module": 16,
           "sys_rawio": 17}
CAP_SETPCAP, CAP_NET_ADMIN = 8, 12
DROP = "--drop-capabilities=" + ",".join(NUMBERS)
NO_NEW_PRIVS = ("no_new_privs: 0 0", "no_new_privs: 1 0")


def without(line, numbers):
    """A line of the dump as it must be when the process has lost these capabilities."""
    words = re.fullmatch(r"capabilities (\d): effective (\S+) permitted (\S+) inheritable (\S+)", line)
    if words:
        index, *masks = words.groups()
        lost = sum(1 << number - 32 * int(index) for number in numbers if number // 32 == int(index))
        left = [f"{int(mask, 16) & ~lost:#x}".replace("0x0", "0") for mask in masks]
        return "capabilities {}: effective {} permitted {} inheritable {}".format(index, *left)
    words = re.fullmatch(r"capability (\d+): bounding \d ambient \d", line)
    if words and int(words[1]) in numbers:
        return f"capability {words[1]}: bounding 0 ambient 0"
    return line


def bounding(lines, numbers):
    return [line for line in lines if re.match(rf"capability ({'|'.join(map(str, numbers))}): bounding 1", line)]


def compare(programs, state, option=DROP):
    bare = dump(programs, state, False)
    wrapped = dump(programs, state, True, (option,))
    assert len(bare) == len(wrapped) > 150
    return [pair for pair in zip(bare, wrapped) if pair[0] != pair[1]]


def test_root(programs):
    expected = [(line, without(line, NUMBERS.values())) for line in dump(programs, states.plain, False)]
    expected = [pair for pair in expected if pair[0] != pair[1]]
    assert len(expected) >= 2 + len(NUMBERS), "this test needs the capabilities"
    assert compare(programs, states.plain) == expected


@pytest.mark.parametrize("name", NUMBERS)
def test_one(programs, name):
    changed = compare(programs, states.plain, f"--drop-capabilities={name}")
    assert changed == [(old, without(old, [NUMBERS[name]])) for old, _ in changed] and len(changed) == 2


def without_setpcap(_):
    control(24, CAP_SETPCAP)


def test_no_new_privs_without_setpcap(programs):
    """The bounding set stays, and no_new_privs keeps everybody from gaining what is in it."""
    changed = compare(programs, without_setpcap)
    assert NO_NEW_PRIVS in changed
    rest = [pair for pair in changed if pair != NO_NEW_PRIVS]
    assert len(rest) == 2 and rest == [(old, without(old, NUMBERS.values())) for old, _ in rest]
    assert len(bounding(dump(programs, without_setpcap, True, (DROP,)), NUMBERS.values())) == len(NUMBERS)


def nothing_to_gain(_):
    for number in (*NUMBERS.values(), CAP_SETPCAP):
        control(24, number)
    control(38, 1)


def test_nothing_changes_without_them(programs):
    assert compare(programs, nothing_to_gain) == []


def ambient(_):
    """User= and AmbientCapabilities=CAP_SYS_ADMIN CAP_NET_ADMIN."""
    states.become_nobody_with(NUMBERS["sys_admin"], CAP_NET_ADMIN)


def test_ambient(programs):
    changed = compare(programs, ambient)
    assert NO_NEW_PRIVS in changed
    rest = [pair for pair in changed if pair != NO_NEW_PRIVS]
    sets = [new for _, new in rest if new.startswith("capabilities 0: ")]
    assert sets == ["capabilities 0: effective 0x1000 permitted 0x1000 inheritable 0x1000"]
    ambients = [new for _, new in rest if new.startswith("capability ")]
    assert ambients == [f"capability {NUMBERS['sys_admin']}: bounding 1 ambient 0"]
