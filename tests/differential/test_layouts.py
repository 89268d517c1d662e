# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layouts of units in several directories. If a unit asks for a fence, every command that systemd finds in
the original tree must run through the wrapper in the fenced tree. Nothing else may change."""
import json
import os
import random
import re

import pytest

import judge
import layouts
import lines
import real

LAYOUTS = {judge.HOST: int(os.environ.get("RINGFENCE_DIFFERENTIAL_LAYOUTS", "5000")),
           "trixie": 400, "sid": 400}
SEED = int(os.environ.get("RINGFENCE_DIFFERENTIAL_SEED", "20261121"))
BATCH = 100
ASK = b"[Service]\nX-LandlockPolicy=all\n"


class Tree:
    """Many layouts in one tree. Every second batch attaches the policy in files of the units, the others to all
    units at once. The units are loaded in random order. The order matters: the files of a unit depend on
    the name by which systemd loads it first."""

    def __init__(self, batch, count, directory, **kind):
        self.work = directory
        self.root = root = directory / "root"
        self.directories = [f"{root}/{d}" for d in layouts.DIRECTORIES]
        self.asks_itself = batch % 2 == 1
        policies = root / "etc/ringfence/policies"
        policies.mkdir(parents=True)
        (policies / "all.toml").write_text(judge.POLICY)
        source = random.Random(SEED * 1000 + batch)
        grammar = lines.Grammar(source, real.values())
        names = set()
        # The targets of links begin with the root, because systemd sees the tree from outside.
        for number in range(count):
            names |= layouts.layout(grammar, str(root), f"l{number}x", self.asks_itself, **kind)
        if not self.asks_itself:
            layouts.write(f"{root}/low/service.d/00-fence.conf", ASK)
        self.names = sorted(names)
        source.shuffle(self.names)

    def generate(self, generator, output, fails=False):
        judge.generate(generator, "/", self.directories, output,
                       policies=self.root / "etc/ringfence/policies", fails=fails)

    def ask(self, which, output=None):
        """How systemd reads the tree, without and with the generator's output."""
        path = self.directories if output is None else [
            f"{output}/early", *self.directories[:1], f"{output}/normal", *self.directories[1:]]
        answers = judge.ask_oracle(which, ":".join(path), self.names, self.work)
        return {name: self.comparable(answer) for name, answer in answers.items()}

    @staticmethod
    def comparable(answer):
        """In a fragment, systemd expands %n to the name by which the unit was loaded first, and in the generator's
        drop-in to its Id. So the names are made equal."""
        return json.loads(re.sub(r"(l\d+x)[a-e](?:-[a-e])*", r"\1NAME", json.dumps(answer)))

    def asked(self, answer):
        return not self.asks_itself or layouts.WITNESS in answer[2]


def compare(which, batch, count, directory, generator, wrapper):
    tree = Tree(batch, count, directory)
    tree.generate(generator, directory / "out")
    before, after = tree.ask(which), tree.ask(which, directory / "out")
    tally = judge.Tally()
    tally.counts["layouts"] = count
    for name in tree.names:
        tally.add(name, before[name], after[name], wrapper, name, tree.asked(before[name]))
        tally.counts["asked"] += tree.asked(before[name])
    return tally


@pytest.mark.parametrize("which", judge.JUDGES)
def test_layouts(which, generator, installed_wrapper):
    if why := judge.missing(which):
        pytest.skip(why)
    real.values()
    tally = judge.run_batches(compare, which, LAYOUTS[which], BATCH, generator, installed_wrapper)
    print(f"{which}: {tally.report()}")
    assert not tally.wrong, tally.report()
    assert tally.counts["layouts"] == LAYOUTS[which]
    assert tally.counts["same"] > tally.counts["units"] / 4, tally.report()
    assert tally.counts["units"] / 4 < tally.counts["asked"] < tally.counts["units"], tally.report()


def keep_masks(which, batch, count, directory, generator):
    """If the generator cannot write, no name of a unit that asks for a fence may start the unit."""
    tree = Tree(2 * batch + 1, count, directory, aliases_share=0.9)
    tree.generate(generator, directory / "out")
    tree.generate(generator, directory / "full", fails=True)
    before, after = tree.ask(which), tree.ask(which, directory / "out")
    left = tree.ask(which, directory / "full")
    tally = judge.Tally()
    tally.counts["layouts"] = count
    for name in tree.names:
        commands = [answers[name][2].get("ExecStart") for answers in (before, after, left)]
        concerned = before[name][0] == "loaded" and commands[0] and commands[0] != commands[1]
        tally.counts["concerned"] += bool(concerned)
        if concerned and left[name][0] == "loaded" and commands[0] == commands[2]:
            tally.wrong.append((name, "is not masked", name))
    return tally


def test_masks_hold_by_all_names(generator):
    if why := judge.missing(judge.HOST):
        pytest.skip(why)
    real.values()
    count = LAYOUTS[judge.HOST] // 2
    tally = judge.run_batches(keep_masks, judge.HOST, count, BATCH, generator)
    print(tally.report())
    assert not tally.wrong, tally.report()
    assert tally.counts["concerned"] > count / 2, tally.report()
