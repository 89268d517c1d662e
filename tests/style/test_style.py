# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks of every file of the repository. Each check is also tried on a file that breaks it."""
import re
import subprocess
from pathlib import Path

import includes
import self_contained
import pytest

TOP = Path(__file__).resolve().parents[2]

CXX = {".h", ".cc"}
CODE = CXX | {".c", ".py", ".sh"}
# Names that make sense only on one machine, or that tie a download to one host.
FOREIGN = re.compile(r"(?<![\w.$}>-])/(work|tmp/b-\w+)/|"
                     r"\b(deb|snapshot|security)\.debian\.org\b|\bproxy\.golang\.org\b|\bpypi\.org\b")


def files():
    """The files that are committed or about to be."""
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         cwd=TOP, check=True, capture_output=True, text=True).stdout
    return [path for name in out.split("\0") if name
            for path in [TOP / name] if path.is_file() and not path.is_symlink()]


def text_of(path):
    return path.read_text(errors="replace")


def is_code(path):
    """The input trees of the golden tests are data, not code."""
    if path.is_relative_to(TOP / "tests" / "golden") and "in" in path.parts:
        return False
    return path.suffix in CODE or text_of(path).startswith("#!")


def foreign_names(text):
    return [match[0] for match in FOREIGN.finditer(text)]


# The dependency direction


def test_includes_follow_the_dependency_direction():
    assert list(includes.violations(TOP / "src")) == []
    assert includes.main(TOP / "src") == 0


def tree(root, *files):
    """Makes a tree with all rooms and these files (path, text)."""
    for room in includes.ALLOWED:
        (root / room).mkdir(parents=True, exist_ok=True)
        (root / room / "empty.h").touch()
    for name, text in files:
        (root / name).write_text(text)
    return root


def test_an_include_of_a_private_header_is_found(tmp_path, capsys):
    source = tree(tmp_path, ("dropin/bad.cc", '#include "policy/resolve/load.h"\n'),
                  ("policy/resolve/good.cc", '#include "policy/resolve/load.h"\n'),
                  ("policy/resolve/load.h", "// Reads. Private to\n// this folder.\n"))
    assert includes.main(source) == 1
    assert capsys.readouterr().out.splitlines() == [
        f'{source}/dropin/bad.cc:1: "policy/resolve/load.h" is private to policy/resolve']


@pytest.mark.parametrize("room, include", [
    ("exec", '#include "base/fd.h"'),
    ("policy/model", "#include <unit/words.h>"),
    ("base", '  #  include "landlock/abi.h"'),
    ("landlock", '#include "../base/fd.h"'),
    ("journal", '#include "policy/resolve/resolve.h"'),
    ("journal", '#include "unit/unit.h"'),
    ("unit", '#include "dropin/render.h"'),
    # No include of a higher room within a folder.
    ("policy/model", '#include "policy/language/document.h"'),
    ("policy/language", '#include "policy/interop/landlockd.h"'),
    ("policy/interop", '#include "policy/resolve/load.h"'),
    ("policy/judge", '#include "policy/resolve/resolve.h"'),
    ("policy/language", '#include "policy/judge/judge.h"'),
    # No include from one verb to another, or from a shared room to a verb.
    ("cli/report", '#include "cli/denials/text.h"'),
    ("cli/site", '#include "cli/enable/enable.h"'),
    ("cli/terminal", '#include "cli/site/site.h"'),
    ("cli/terminal", '#include "landlock/rights.h"'),
    ("cli", '#include "cli/show/text.h"'),
])
def test_a_wrong_include_is_found(tmp_path, room, include, capsys):
    source = tree(tmp_path, (f"{room}/bad.cc", f"#pragma once\n{include}\n"))
    assert includes.main(source) == 1
    assert f"{room}/bad.cc:2: " in capsys.readouterr().out


def test_right_includes_are_not(tmp_path):
    source = tree(tmp_path, ("cli/denials/a.cc", '#include "journal/denials.h"\n#include <fmt/format.h>\n'),
                  ("cli/show/a.cc", '#include "cli/verbs.h"\n#include "cli/site/site.h"\n'),
                  ("dropin/a.cc", '#include "unit/words.h"\n#include "policy/judge/judge.h"\n'))
    assert includes.main(source) == 0


@pytest.mark.parametrize("room", ["misc", "policy/misc", "cli/misc"])
def test_a_room_without_a_rule_is_found(tmp_path, room):
    (tree(tmp_path) / room).mkdir()
    (tmp_path / room / "a.h").touch()
    assert includes.main(tmp_path) == 2


# Each file includes what it uses


def test_each_file_includes_what_it_uses():
    assert list(self_contained.findings(TOP)) == []


@pytest.mark.parametrize("text, finding", [
    ("void f() { std::sort(a, b); }", "std::sort needs <algorithm>"),
    ("const Room* room;", "Room needs src/base/room.h"),
    ('#include <fmt/format.h>\nauto text = fmt::join(x, y);', "fmt::join needs <fmt/ranges.h>"),
    ("auto text = fmt::format(x);", "fmt:: needs <fmt/format.h>"),
    ('#include <set>\nstd::string_view name;', "std::string_view needs <string_view>"),
    ('#include "base/room.h"\n', None),                       # what a header of ours includes, counts
    ('#include "base/room.h"\nstd::vector<Room> rooms;', None),
    ('// std::sort\nconst char* text = "std::sort Room";', None),
    ("struct Room { int size; };\nRoom room;", None),
])
def test_a_name_without_its_include_is_found(tmp_path, text, finding):
    (tmp_path / "src/base").mkdir(parents=True)
    (tmp_path / "src/base/room.h").write_text("#include <vector>\nstruct Room {\n    std::vector<int> doors;\n};\n")
    (tmp_path / "src/base/use.cc").write_text(text)
    assert list(self_contained.findings(tmp_path)) == ([f"src/base/use.cc: {finding}"] if finding else [])


def test_the_table_of_contributing_has_every_room():
    """The table for people has a row for each room, or one row for a folder that lists its rooms."""
    text = (TOP / "CONTRIBUTING.md").read_text()
    rows = dict(re.findall(r"^\| `src/([\w/{},]+)` \| .* \| (.*) \|$", text, re.MULTILINE))
    listed = {}
    for name, allowed in rows.items():
        match = re.fullmatch(r"(.*)\{(.*)\}", name)
        for room in [match[1] + part for part in match[2].split(",")] if match else [name]:
            listed[room] = set() if allowed == "nothing" else set(allowed.split(", "))
    assert listed == includes.ALLOWED


# The unit tests: their folders are the rooms of src, and a file is named for the source or the behaviour
# that it tests.


def misplaced(tests, source):
    """Yields "FILE: why" for each unit test that is in another room than its source, or not compiled."""
    listed = {folder.parent / name for folder in tests.glob("*/meson.build")
              for name in re.findall(r"'([\w/-]+_test\.cc)'", text_of(folder))}
    for path in sorted(tests.rglob("*_test.cc")):
        room, stem = path.parent.relative_to(tests), path.name.removesuffix("_test.cc")
        rooms = {found.parent.relative_to(source) for found in (source / room.parts[0]).rglob(f"{stem}.*")}
        if not list((source / room).glob("*.*")):
            yield f"{path}: src has no room {room}"
        elif rooms and room not in rooms:
            yield f"{path}: {stem} is in {', '.join(map(str, sorted(rooms)))}"
        if path not in listed:
            yield f"{path}: no meson.build has it"


def test_the_unit_tests_mirror_the_sources():
    assert list(misplaced(TOP / "tests/unit", TOP / "src")) == []


@pytest.mark.parametrize("name, why", [
    ("cli/show/text_test.cc", ""), ("cli/show/behaviour_test.cc", ""),
    ("cli/text_test.cc", "text is in cli/show"), ("cli/shown/text_test.cc", "src has no room cli/shown"),
    ("cli/show/json_test.cc", "no meson.build has it"),
])
def test_a_misplaced_unit_test_is_found(tmp_path, name, why):
    source, test = tree(tmp_path / "src", ("cli/show/text.cc", "")), tmp_path / "unit" / name
    test.parent.mkdir(parents=True)
    test.touch()
    if "json" not in name:
        (tmp_path / "unit/cli/meson.build").write_text(f"'{name.removeprefix('cli/')}',\n")
    assert list(misplaced(tmp_path / "unit", source)) == ([f"{test}: {why}"] if why else [])


# Terminals


def writers_to_standard_error(paths):
    return {path for path in paths if re.search(r"\bstderr\b|\bcerr\b|\bperror\(|STDERR_FILENO",
                                                text_of(path))}


def test_one_file_of_ringfence_writes_to_standard_error():
    """It makes names from journals and files harmless. Other code that writes there does not."""
    cli = TOP / "src/cli"
    assert writers_to_standard_error(cli.rglob("*.cc")) == {
        cli / "terminal/problems.cc", cli / "terminal/terminal.cc",  # its width and colours
        cli / "main.cc",  # opens it if it is closed
        cli / "schema/make_schema.cc"}  # runs in the build only


def test_another_writer_to_standard_error_is_found(tmp_path):
    bad = tmp_path / "bad.cc"
    bad.write_text('void complain() { fmt::print(stderr, "{}", name); }\n')
    assert writers_to_standard_error([bad]) == {bad}


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
