# SPDX-License-Identifier: LGPL-2.1-or-later
"""Command lines. systemd must read the rewritten unit as the wrapper with its options, followed by exactly
the words of the original. LINES is the number of lines (RINGFENCE_DIFFERENTIAL_LINES)."""
import os
import random

import pytest

import judge
import lines
import real

LINES = {judge.HOST: int(os.environ.get("RINGFENCE_DIFFERENTIAL_LINES", "100000")),
         "trixie": 5000, "sid": 5000}
SEED = int(os.environ.get("RINGFENCE_DIFFERENTIAL_SEED", "20261121"))
BATCH = 5000


def write_units(directory, generator, count):
    """Units of one to four lines each, about `count` lines in all: {name: text}."""
    units, written = {}, 0
    grammar = lines.Grammar(generator, real.values())
    while written < count:
        values = [grammar.value() for _ in range(generator.choice([1, 1, 1, 1, 2, 4]))]
        if generator.random() < 0.2:
            values = [grammar.mutate(value) for value in values]
        text = b"[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStop=/bin/stop\nX-LandlockPolicy=all\n"
        text += b"".join(b"ExecStart=" + value + b"\n" for value in values)
        name = f"u{len(units)}.service" if generator.random() < 0.8 else f"u{len(units)}@in-st.service"
        units[name] = text
        (directory / name).write_bytes(text)
        written += len(values)
    return units, written


def compare(which, batch, count, directory, generator, wrapper):
    root, output = directory / "root", directory / "out"
    (root / "units").mkdir(parents=True)
    (root / "etc/ringfence/policies").mkdir(parents=True)
    (root / "etc/ringfence/policies/all.toml").write_text(judge.POLICY)
    units, written = write_units(root / "units", random.Random(SEED + batch), count)
    judge.generate(generator, root, ["/units"], output)
    original = judge.ask_oracle(which, f"{root}/units", units, directory)
    rewritten = judge.ask_oracle(which, f"{output}/early:{output}/normal:{root}/units", units, directory)
    tally = judge.Tally()
    tally.counts["lines"] = written
    for name, text in units.items():
        tally.add(name, original[name], rewritten[name], wrapper, text)
    return tally


@pytest.mark.parametrize("which", judge.JUDGES)
def test_lines(which, generator, installed_wrapper):
    if why := judge.missing(which):
        pytest.skip(why)
    real.values()  # the download must come before there are many processes
    tally = judge.run_batches(compare, which, LINES[which], BATCH, generator, installed_wrapper)
    print(f"{which}: {tally.report()}")
    assert not tally.wrong, tally.report()
    assert tally.counts["lines"] >= LINES[which]
    assert tally.counts["same"] > tally.counts["units"] / 3, "hardly ever valid: " + tally.report()
