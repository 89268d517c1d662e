# SPDX-License-Identifier: LGPL-2.1-or-later
"""clang-tidy on the sources of the libraries and programs, as the clang build compiles them: whole
libraries at once (.clang-tidy at the top has the checks)."""
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["RINGFENCE_BUILD"])
SOURCES = sorted(entry["file"] for entry in json.loads((BUILD / "compile_commands.json").read_text())
                 if entry["file"].startswith(("src/", "generators/")))


def tidy(directory, source, *arguments):
    return subprocess.run(["clang-tidy", "--quiet", f"--config-file={TOP / '.clang-tidy'}", f"-p={BUILD}", source,
                           *arguments], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@pytest.fixture(scope="session")
def results():
    """All at once, the largest first: a thread waits for a process."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        largest_first = sorted(SOURCES, key=lambda source: -(BUILD / source).stat().st_size)
        started = {source: pool.submit(tidy, BUILD, source) for source in largest_first}
    return {source: future.result() for source, future in started.items()}


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_is_found(results, source):
    done = results[source]
    assert done.returncode == 0 and done.stdout == "", done.stdout


def test_a_defect_is_found(tmp_path):
    """The names of the checks and the filter of headers do match something."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/bad.cc").write_text("#include <string>\nint f(std::string s) { return s.size() == 0; }\n")
    (tmp_path / "unity.cpp").write_text(f"#include<{tmp_path}/src/bad.cc>\n")
    done = tidy(tmp_path, "unity.cpp", "--", "-std=c++20")
    assert done.returncode != 0
    assert "readability-container-size-empty" in done.stdout and "performance-unnecessary-value-param" in done.stdout
