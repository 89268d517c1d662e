#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""self_contained.py [TOP]: lists each name that a source uses without an include that declares it.

The test runs compile many files as one unit, so a file can use what its neighbour includes. Compiling
each of 650 files by itself takes ten minutes. This reads them in two seconds: names of the standard
library by the table below, names of ours by the headers that declare them. Exit status 1: some.
"""
import os
import re
import sys
from pathlib import Path

# Where the standard library declares what we use of it (cppreference.com). Each header of a row is enough.
STANDARD = {
    ("algorithm",): "all_of any_of binary_search copy copy_if count count_if equal equal_range fill find "
                    "find_if find_if_not includes is_sorted lexicographical_compare lower_bound max_element "
                    "min_element mismatch none_of partition remove remove_if replace reverse rotate search "
                    "set_difference set_intersection set_union sort stable_partition stable_sort transform "
                    "unique upper_bound adjacent_find for_each generate merge nth_element clamp",
    ("array",): "array to_array",
    ("atomic",): "atomic",
    ("bitset",): "bitset",
    ("charconv",): "from_chars to_chars",
    ("chrono",): "chrono",
    ("condition_variable",): "condition_variable",
    ("cstdint",): "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t intptr_t",
    ("cstdio",): "fopen fclose fread fwrite fputs fprintf fflush fileno FILE",
    ("cstdlib",): "getenv strtoul strtoull exit free malloc",
    ("cstring",): "memcpy memcmp memset strlen strcmp strncmp strerror strchr strstr",
    ("deque",): "deque",
    ("exception", "stdexcept"): "exception",
    ("filesystem",): "filesystem",
    ("fstream",): "ifstream ofstream",
    ("functional",): "function hash invoke less greater reference_wrapper cref ref",
    ("iterator", "vector", "string", "array", "map", "set", "span", "string_view"): "begin end size data",
    ("iterator",): "back_inserter inserter make_move_iterator istreambuf_iterator",
    ("limits",): "numeric_limits",
    ("map",): "map multimap",
    ("memory",): "unique_ptr shared_ptr make_unique make_shared weak_ptr",
    ("mutex",): "mutex lock_guard unique_lock call_once once_flag scoped_lock",
    ("new",): "bad_alloc",
    ("numeric",): "accumulate iota",
    ("optional",): "optional nullopt make_optional",
    ("random",): "mt19937 uniform_int_distribution random_device",
    ("set",): "set multiset",
    ("span",): "span",
    ("sstream",): "istringstream ostringstream stringstream",
    ("stdexcept",): "runtime_error logic_error invalid_argument out_of_range",
    ("string",): "string to_string stoi stoul getline",
    ("string_view",): "string_view",
    ("system_error",): "error_code error_condition system_error generic_category make_error_code",
    ("thread",): "thread jthread",
    ("tuple",): "tuple tie make_tuple",
    ("type_traits",): "is_same_v is_enum_v underlying_type_t remove_cvref_t decay_t conditional_t "
                      "is_trivially_copyable_v",
    ("unordered_map",): "unordered_map",
    ("unordered_set",): "unordered_set",
    ("utility", "memory", "string", "vector", "algorithm", "map", "optional", "variant", "tuple", "functional"):
        "move forward swap exchange pair make_pair",
    ("variant",): "variant visit holds_alternative get_if monostate",
    ("vector",): "vector",
}
# What these headers bring along by their own documentation or by their nature.
BRINGS = {
    "gtest/gtest.h": {"memory", "ostream", "string", "tuple", "vector", "set", "map", "functional", "utility",
                      "type_traits", "limits", "iterator"},
    "gmock/gmock.h": {"memory", "ostream", "string", "tuple", "vector", "utility", "functional"},
    "string": {"string_view"},
    "map": {"tuple"},
}
ROOTS = ("src", "tests/unit", ".")  # what an include in quotes is below
CHECKED = ("src", "generators", "tests/unit", "tests/fuzz", "tests/probing", "tests/matrix")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
NO_CODE = re.compile(r'R"(\w*)\((?:.|\n)*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*(?:.|\n)*?\*/')
STANDARD_NAME = re.compile(r"\bstd::(?:chrono|filesystem|\w+)")
TYPE = re.compile(r"^ *(?:class|struct|enum class|enum) (?:\[\[\w+\]\] )?(\w+)[^;{(]*\{|^ *using (\w+) =", re.MULTILINE)


def code_of(text):
    """The text without comments and the contents of literals; lines stay where they are."""
    return NO_CODE.sub(lambda match: "\n" * match[0].count("\n") or '""', text)


class Source:
    def __init__(self, path):
        text = path.read_text()
        self.path = path
        self.includes = [match[2] for match in INCLUDE.finditer(text)]
        self.code = code_of(INCLUDE.sub("", text))


class Tree:
    def __init__(self, top):
        self.top = top
        self.sources = {path: Source(path) for folder in CHECKED if (top / folder).is_dir()
                        for path in sorted((top / folder).rglob("*")) if path.suffix in {".h", ".cc"}}
        self.closures = {}
        self.types = {}
        for path, source in self.sources.items():
            if path.suffix == ".h":
                for match in TYPE.finditer(source.code):
                    self.types.setdefault(match[1] or match[2], set()).add(path)

    def find(self, source, name):
        """The file of ours that an include names, or None: a header of the system."""
        for folder in (source.path.parent, *(self.top / root for root in ROOTS)):
            path = Path(os.path.normpath(folder / name))
            if path in self.sources:
                return path
        return None

    def closure(self, path):
        """Every header, ours as paths and others by name, that the file includes."""
        if path not in self.closures:
            self.closures[path] = found = set()
            for name in self.sources[path].includes:
                ours = self.find(self.sources[path], name)
                found |= {ours} | self.closure(ours) if ours else {name} | BRINGS.get(name, set())
        return self.closures[path]


def missing_standard(source, headers):
    used = {name.split("::")[1]: name for name in STANDARD_NAME.findall(source.code)}
    for wanted, names in STANDARD.items():
        for name in names.split():
            if name in used and not headers & set(wanted):
                yield used[name], f"<{wanted[0]}>"


def missing_fmt(source, headers):
    if re.search(r"\bfmt::", source.code) and not any(str(name).startswith("fmt/") for name in headers):
        yield "fmt::", "<fmt/format.h>"
    if re.search(r"\bfmt::join\b", source.code) and "fmt/ranges.h" not in headers:
        yield "fmt::join", "<fmt/ranges.h>"  # since fmt 11


def missing_types(tree, source, headers):
    words = set(re.findall(r"\b[A-Z]\w+", source.code))
    own = {match[1] or match[2] for match in TYPE.finditer(source.code)}
    for name in sorted(words & tree.types.keys() - own):
        declared = tree.types[name]
        if source.path not in declared and not headers & declared and not is_local(source, name):
            yield name, " or ".join(path.relative_to(tree.top).as_posix() for path in sorted(declared))


def is_local(source, name):
    """Declared in the file itself: forward, nested, as a template's parameter, an enumerator, a test."""
    return re.search(rf"\b(?:class|struct|enum class|enum|typename|class\.\.\.|using|TEST\w*\(\w*,?) ?{name}\b"
                     rf"|\bTEST\w*\({name}\b|SUITE_P\([^;]*\b{name}\b", source.code)


def findings(top):
    """Yields "FILE: NAME needs HEADER"."""
    tree = Tree(top)
    for path, source in tree.sources.items():
        headers = tree.closure(path)
        for name, header in [*missing_standard(source, headers), *missing_fmt(source, headers),
                             *missing_types(tree, source, headers)]:
            yield f"{path.relative_to(top)}: {name} needs {header}"


def main(top):
    found = list(findings(top))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]))
