# SPDX-License-Identifier: LGPL-2.1-or-later
"""What holds for every file of the repository. Each check is also shown a file that breaks it."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import includes  # noqa: E402

CXX = {".h", ".cc"}
CODE = CXX | {".c", ".py", ".sh"}
# Names that only mean something on one machine, or that pin a download to one host.
FOREIGN = re.compile(r"(?<![\w.$}>-])/(work|tmp/b-\w+)/|"
                     r"\b(deb|snapshot|security)\.debian\.org\b|\bproxy\.golang\.org\b|\bpypi\.org\b")


def files():
    """Committed and about to be committed files."""
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         cwd=TOP, check=True, capture_output=True, text=True).stdout
    return [path for name in out.split("\0") if name
            for path in [TOP / name] if path.is_file() and not path.is_symlink()]


def text_of(path):
    return path.read_text(errors="replace")


def is_code(path):
    """Not the golden tests' input trees: what stands there is data."""
    if path.is_relative_to(TOP / "tests" / "golden") and "in" in path.parts:
        return False
    return path.suffix in CODE or text_of(path).startswith("#!")


def foreign_names(text):
    return [match[0] for match in FOREIGN.finditer(text)]


# The dependency direction


def test_includes_follow_the_dependency_direction():
    assert list(includes.violations(TOP / "src")) == []
    assert includes.main(TOP / "src") == 0


def tree(root, **sources):
    for folder in includes.ALLOWED:
        (root / folder).mkdir()
    for name, text in sources.items():
        folder, _, stem = name.partition("_")
        (root / folder / f"{stem}.cc").write_text(text)
    return root


def test_an_include_of_a_private_header_is_found(tmp_path, capsys):
    source = tree(tmp_path, dropin_bad='#include "policy/load.h"\n', policy_good='#include "policy/load.h"\n')
    (source / "policy/load.h").write_text("// Reads. Private to\n// this folder.\n")
    assert includes.main(source) == 1
    assert capsys.readouterr().out.splitlines() == [f'{source}/dropin/bad.cc:1: "policy/load.h" is private to policy']


@pytest.mark.parametrize("folder, include", [
    ("exec", '#include "base/fd.h"'),
    ("policy", "#include <unit/words.h>"),
    ("base", '  #  include "landlock/abi.h"'),
    ("landlock", '#include "../base/fd.h"'),
    ("journal", '#include "policy/rules.h"'),
    ("unit", '#include "dropin/render.h"'),
])
def test_a_wrong_include_is_found(tmp_path, folder, include, capsys):
    source = tree(tmp_path, **{f"{folder}_bad": f"#pragma once\n{include}\n"})
    assert includes.main(source) == 1
    assert f"{folder}/bad.cc:2: " in capsys.readouterr().out


def test_right_includes_are_not(tmp_path):
    source = tree(tmp_path, cli_a='#include "journal/denials.h"\n#include <fmt/format.h>\n',
                  dropin_a='#include "unit/words.h"\n#include "dropin/render.h"\n')
    assert includes.main(source) == 0


def test_a_folder_without_a_rule_is_found(tmp_path):
    (tree(tmp_path) / "misc").mkdir()
    assert includes.main(tmp_path) == 2


# Formatting


def format_errors(paths):
    return subprocess.run(["clang-format", "--dry-run", "-Werror", "--style=file", *map(str, paths)],
                          cwd=TOP, capture_output=True, text=True).stderr


def test_sources_are_formatted():
    sources = [path for path in files() if path.suffix in CXX]
    assert sources
    assert format_errors(sources) == ""


def test_a_badly_formatted_source_is_found(tmp_path):
    (tmp_path / ".clang-format").write_text(text_of(TOP / ".clang-format"))
    bad = tmp_path / "bad.cc"
    bad.write_text("int  main( ){return 0;}\n")
    assert "bad.cc:1" in format_errors([bad])


# Texts


def test_no_names_of_one_machine_or_host():
    assert {str(path.relative_to(TOP)): names for path in files() if path != Path(__file__).resolve()
            for names in [foreign_names(text_of(path))] if names} == {}


@pytest.mark.parametrize("text", ["see " + "/work" + "/main/x", "-C " + "/tmp" + "/b-main/x", "deb." + "debian.org/debian"])
def test_a_foreign_name_is_found(text):
    assert foreign_names(text)


def test_code_names_its_licence():
    missing = [str(path.relative_to(TOP)) for path in files() if is_code(path)
               and "SPDX-License-Identifier: LGPL-2.1-or-later" not in text_of(path)[:300]]
    assert missing == []
