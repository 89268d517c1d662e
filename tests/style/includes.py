#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""includes.py [SOURCE]: lists each #include in SOURCE that goes against the dependency direction.

A room is a folder with sources, such as `base` or `policy/model`. The exit status is 0 if there is none, 1 if
there are some, and 2 if the table of rooms below does not fit the tree.
"""
import re
import sys
from pathlib import Path

# What each room of src/ may include besides itself (CONTRIBUTING.md shows the same table). A name
# without a slash stands for the folder with all of its rooms.
ALLOWED = {
    "base": set(),
    "landlock": set(),
    "places": {"landlock", "base"},
    "exec": {"landlock"},
    "policy/model": {"landlock", "base"},
    "policy/judge": {"policy/model", "landlock", "base"},
    "policy/language": {"policy/model", "landlock", "base"},
    "policy/interop": {"policy/language", "policy/judge", "policy/model", "landlock", "base"},
    "policy/resolve": {"policy/interop", "policy/language", "policy/model", "landlock", "base"},
    "unit": {"base"},
    "dropin": {"unit", "policy", "places", "landlock", "base"},
    "host": {"dropin", "unit", "policy", "landlock", "base"},
    "lint": {"dropin", "unit", "policy", "places", "landlock", "base"},
    "journal": {"policy/judge", "policy/model", "places", "landlock", "base"},
    "cli/terminal": {"base"},
    "cli/site": {"cli/terminal", "journal", "lint", "host", "dropin", "unit", "policy", "landlock", "base"},
}
# The verbs. Each may include the rooms that verbs share. No verb includes another.
BELOW_VERBS = {"cli", "cli/site", "cli/terminal", "journal", "lint", "host", "dropin", "unit", "policy",
               "landlock", "base"}
VERBS = {"check", "convert", "denials", "diff", "doctor", "enable", "report", "schema", "show", "status"}
ALLOWED |= {f"cli/{verb}": BELOW_VERBS for verb in VERBS}
# main() and the table of verbs. The table only declares the rows of the verbs.
ALLOWED["cli"] = {"cli/terminal", "cli/site", "base"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
PRIVATE = "Private to this folder."  # in a header: others must not include it
SOURCES = {".h", ".hh", ".hpp", ".c", ".cc", ".cpp", ".inc", ".S"}


def sources(source):
    return [path for path in sorted(source.rglob("*")) if path.suffix in SOURCES]


def room_of(source, path):
    return path.relative_to(source).parent.as_posix()


def permits(allowed, target):
    """"cli" alone does not stand for its rooms, because a verb must not include another."""
    return target in allowed or (target.split("/")[0] in allowed - {"cli"})


def violations(source):
    """Yields "FILE:LINE: message" for each include that is not allowed."""
    folders = {path.name for path in source.iterdir() if path.is_dir()}
    for path in sources(source):
        room = room_of(source, path)
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            target = match[2].rpartition("/")[0]
            line = text.count("\n", 0, match.start(2)) + 1
            if ".." in match[2].split("/"):
                yield f'{path}:{line}: "{match[2]}" leaves its folder; include it by its path below src'
            elif target.split("/")[0] in folders and target != room:
                if not permits(ALLOWED[room], target):
                    yield f'{path}:{line}: {room} must not include {target} ("{match[2]}")'
                elif is_private(source / match[2]):
                    yield f'{path}:{line}: "{match[2]}" is private to {target}'


def is_private(header):
    """The words may be on two lines of the header's comment."""
    return header.is_file() and PRIVATE in re.sub(r"\s*//\s*|\s+", " ", header.read_text())


def main(source):
    rooms = {room_of(source, path) for path in sources(source)}
    unknown = rooms - ALLOWED.keys()
    if unknown:
        print(f"{source}: rooms that the table ALLOWED lacks: {', '.join(sorted(unknown))}")
        return 2
    found = list(violations(source))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "src")))
