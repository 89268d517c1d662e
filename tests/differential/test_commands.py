# SPDX-License-Identifier: LGPL-2.1-or-later
"""Command lines: what systemd makes of the rewritten unit is the wrapper, and behind its options
exactly what it made of the original. LINES sets how many (RINGFENCE_DIFFERENTIAL_LINES)."""
import os
import random
import shutil
from pathlib import Path

import pytest

import judge
import lines
import oracle

LINES = int(os.environ.get("RINGFENCE_DIFFERENTIAL_LINES", "4000"))
SEED = int(os.environ.get("RINGFENCE_DIFFERENTIAL_SEED", "20261121"))
BATCH = 5000


def write_units(directory, generator, count):
    """Units of one to four lines each, about `count` lines in all: {name: text}."""
    units, written = {}, 0
    while written < count:
        values = [lines.value(generator) for _ in range(generator.choice([1, 1, 1, 1, 2, 4]))]
        if generator.random() < 0.2:
            values = [lines.mutate(generator, value) for value in values]
        text = b"[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStop=/bin/stop\nX-LandlockPolicy=all\n"
        text += b"".join(b"ExecStart=" + value + b"\n" for value in values)
        name = f"u{len(units)}.service" if generator.random() < 0.8 else f"u{len(units)}@in-st.service"
        units[name] = text
        (directory / name).write_bytes(text)
        written += len(values)
    return units


@pytest.mark.parametrize("batch", range((LINES + BATCH - 1) // BATCH))
def test_lines(batch, generator, wrapper, tmp_path, record_property):
    if oracle.find_library() is None:
        pytest.skip("libsystemd-core is not installed: nothing to compare with")
    root, output = tmp_path / "root", tmp_path / "out"
    (root / "units").mkdir(parents=True)
    (root / "etc/ringfence/policies").mkdir(parents=True)
    (root / "etc/ringfence/policies/all.toml").write_text(judge.POLICY)
    count = min(BATCH, LINES - batch * BATCH)
    units = write_units(root / "units", random.Random(SEED + batch), count)
    judge.generate(generator, root, ["/units"], output)
    original = judge.ask_oracle(f"{root}/units", units, tmp_path)
    rewritten = judge.ask_oracle(f"{output}/early:{output}/normal:{root}/units", units, tmp_path)
    tally = judge.Tally()
    for name, text in units.items():
        tally.add(name, original[name], rewritten[name], wrapper, text)
    print(tally.report())
    assert not tally.wrong, tally.report()
    assert tally.counts["same"] > len(units) / 3, "the lines are hardly ever valid: " + tally.report()
    shutil.rmtree(Path(tmp_path))
