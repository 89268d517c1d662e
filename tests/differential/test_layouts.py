# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layouts of units over several directories: every command that systemd finds in the original tree
runs through the wrapper in the fenced one, and nothing else changes."""
import os
import random

import pytest

import judge
import layouts
import lines
import real

LAYOUTS = {judge.HOST: int(os.environ.get("RINGFENCE_DIFFERENTIAL_LAYOUTS", "5000")),
           "trixie": 400, "sid": 400}
SEED = int(os.environ.get("RINGFENCE_DIFFERENTIAL_SEED", "20261121"))
BATCH = 500
ASK = b"[Service]\nX-LandlockPolicy=all\n"


def compare(which, batch, count, directory, generator, wrapper):
    root, output = directory / "root", directory / "out"
    (root / "etc/ringfence/policies").mkdir(parents=True)
    (root / "etc/ringfence/policies/all.toml").write_text(judge.POLICY)
    random_of = random.Random(SEED * 1000 + batch)
    grammar = lines.Grammar(random_of, real.values())
    names = {}  # in order, each once
    for number in range(count):
        names |= dict.fromkeys(layouts.layout(grammar, str(root), f"l{number}x"))
    # The links were made with the root in front, as systemd sees the tree from outside of it.
    directories = [f"{root}/{d}" for d in layouts.DIRECTORIES]
    layouts.write(f"{root}/low/service.d/00-fence.conf", ASK)
    judge.generate(generator, "/", directories, output, policies=root / "etc/ringfence/policies")
    before = judge.ask_oracle(which, ":".join(directories), names, directory)
    fenced = [f"{output}/early", *directories[:1], f"{output}/normal", *directories[1:]]
    after = judge.ask_oracle(which, ":".join(fenced), names, directory)
    tally = judge.Tally()
    tally.counts["layouts"] = count
    for name in names:
        tally.add(name, before[name], after[name], wrapper, name)
    return tally


@pytest.mark.parametrize("which", judge.JUDGES)
def test_layouts(which, generator, wrapper):
    if why := judge.missing(which):
        pytest.skip(why)
    real.values()
    tally = judge.run_batches(compare, which, LAYOUTS[which], BATCH, generator, wrapper)
    print(f"{which}: {tally.report()}")
    assert not tally.wrong, tally.report()
    assert tally.counts["layouts"] == LAYOUTS[which]
    assert tally.counts["same"] > tally.counts["units"] / 4, tally.report()
