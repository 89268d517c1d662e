# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs every libFuzzer target from its committed corpus for RINGFENCE_FUZZ_SECONDS (default 10).

New inputs stay in a directory outside the checkout. An input that crashes a target is printed.
RINGFENCE_FUZZ_SEED chooses other inputs; 0 lets libFuzzer choose. The default is the same for each run,
so that a run judges a change and not its luck.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from lib.build import DIRECTORY

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("RINGFENCE_FUZZ_SECONDS", "10"))
SEED = int(os.environ.get("RINGFENCE_FUZZ_SEED", "1"))
TARGETS = sorted(path.stem for path in HERE.glob("*.cc"))


@pytest.mark.parametrize("target", TARGETS)
def test_survives(target, tmp_path):
    program = DIRECTORY / "tests" / "fuzz" / f"fuzz-{target}"
    assert program.exists(), f"{program} is missing: build with -Dfuzzers=true and clang"
    corpus = HERE / "corpus" / target
    seeds = [path for path in corpus.iterdir()]
    assert seeds, f"{corpus} has no seed"
    work = tmp_path / "corpus"
    shutil.copytree(corpus, work)
    done = subprocess.run(
        [program, f"-seed={SEED}", f"-max_total_time={SECONDS}", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1",
         f"-artifact_prefix={tmp_path}/", str(work)],
        capture_output=True, text=True, errors="replace")
    crashes = [path for path in tmp_path.iterdir() if path.is_file()]
    shown = "\n".join(f"{path.name}: {path.read_bytes()!r}" for path in crashes)
    assert done.returncode == 0, f"{done.stderr[-4000:]}\n{shown}"
    runs = int(re.search(r"number_of_executed_units:\s*(\d+)", done.stderr).group(1))
    print(f"{target}: {runs} inputs")
    assert runs > len(seeds), "the fuzzer did not try anything of its own"
