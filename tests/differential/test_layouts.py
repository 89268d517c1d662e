# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layouts of units over several directories: every command that systemd finds in the original tree
runs through the wrapper in the fenced one, and nothing else changes."""
import os
import random

import pytest

import judge
import layouts
import oracle

LAYOUTS = int(os.environ.get("RINGFENCE_DIFFERENTIAL_LAYOUTS", "300"))
SEED = int(os.environ.get("RINGFENCE_DIFFERENTIAL_SEED", "20261121"))
BATCH = 500
ASK = b"[Service]\nX-LandlockPolicy=all\n"


@pytest.mark.parametrize("batch", range((LAYOUTS + BATCH - 1) // BATCH))
def test_layouts(batch, generator, wrapper, tmp_path):
    if oracle.find_library() is None:
        pytest.skip("libsystemd-core is not installed: nothing to compare with")
    root, output = tmp_path / "root", tmp_path / "out"
    (root / "etc/ringfence/policies").mkdir(parents=True)
    (root / "etc/ringfence/policies/all.toml").write_text(judge.POLICY)
    generator_of = random.Random(SEED * 1000 + batch)
    names = []
    for number in range(min(BATCH, LAYOUTS - batch * BATCH)):
        names += [n for n in layouts.layout(generator_of, str(root), f"l{number}x") if n not in names]
    # The links were made with the root in front, as systemd sees the tree from outside of it.
    directories = [f"{root}/{d}" for d in layouts.DIRECTORIES]
    layouts.write(f"{root}/low/service.d/00-fence.conf", ASK)
    judge.generate(generator, "/", directories, output, policies=root / "etc/ringfence/policies")
    before = judge.ask_oracle(":".join(directories), names, tmp_path)
    after = judge.ask_oracle(":".join([f"{output}/early", *directories[:1], f"{output}/normal", *directories[1:]]),
                             names, tmp_path)
    tally = judge.Tally()
    for name in names:
        tally.add(name, before[name], after[name], wrapper, name)
    print(tally.report())
    assert not tally.wrong, tally.report()
    assert tally.counts["same"] > len(names) / 4, tally.report()
