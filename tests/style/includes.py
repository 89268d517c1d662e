#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""includes.py [SOURCE]: lists each #include in SOURCE that goes against the dependency direction.

Exit status 0: none; 1: some; 2: the folder table below does not fit the tree.
"""
import re
import sys
from pathlib import Path

# What each folder of src/ may include besides itself (CONTRIBUTING.md, src/meson.build).
ALLOWED = {
    "base": set(),
    "landlock": set(),
    "exec": {"landlock"},
    "policy": {"landlock", "base"},
    "unit": {"base"},
    "dropin": {"unit", "policy", "landlock", "base"},
    "host": {"dropin", "unit", "policy", "landlock", "base"},
    "lint": {"dropin", "unit", "policy", "landlock", "base"},
    "journal": {"landlock", "base"},
    "cli": {"base", "landlock", "policy", "unit", "dropin", "host", "lint", "journal"},
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
SOURCES = {".h", ".hh", ".hpp", ".c", ".cc", ".cpp", ".inc", ".S"}


def violations(source):
    """Yields "FILE:LINE: message" for each include that is not allowed."""
    folders = {path.name for path in source.iterdir() if path.is_dir()}
    for path in sorted(source.rglob("*")):
        if path.suffix not in SOURCES:
            continue
        folder = path.relative_to(source).parts[0]
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            target = match[2].split("/")[0]
            line = text.count("\n", 0, match.start(2)) + 1
            if ".." in match[2].split("/"):
                yield f'{path}:{line}: "{match[2]}" leaves its folder; include it by its path below src'
            elif target in folders and target != folder and target not in ALLOWED[folder]:
                yield f'{path}:{line}: {folder} must not include {target} ("{match[2]}")'


def main(source):
    unknown = {path.name for path in source.iterdir() if path.is_dir()} ^ ALLOWED.keys()
    if unknown:
        print(f"{source}: folders and the table ALLOWED differ: {', '.join(sorted(unknown))}")
        return 2
    found = list(violations(source))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "src")))
