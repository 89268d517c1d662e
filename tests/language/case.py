# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables of policies, bad/TOPIC.cases and good/TOPIC.cases. A case is:

    === what-is-wrong
    --- policy.toml
    the file
    --- expected
    the messages about it (in bad/)

A case has one file, whose name says what it is:

policy.toml      the policy "p"
drop-in.toml     a drop-in of a policy "p" for ABI 7
abstraction.toml an abstraction that a policy "p" for ABI 10 extends
ringfence.conf   the machine's defaults, beside a policy "p"

It may have other files, "--- tree/…", below /etc/ringfence/policies, which are written last. If an editor would
not keep the bytes of a file, its heading is "--- FILE, escaped": there \\xNN, \\r and \\\\ stand for bytes, and the
last line ends only with \\n.
"""
import dataclasses
import functools
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
BASE = 'version = 1\nabi = 7\n\n[filesystem]\nread = ["/etc/app"]\n\n[network]\nbind_tcp = [80]\n'
PLACES = {
    "policy.toml": ("policies/p.toml", None),
    "drop-in.toml": ("policies/p.toml.d/50-site.toml", BASE),
    "abstraction.toml": ("policies/abstractions/part.toml",
                         'version = 1\nabi = 10\nextends = ["part"]\n'),
    "ringfence.conf": ("ringfence.conf", BASE),
}


@dataclasses.dataclass
class Case:
    table: pathlib.Path
    name: str
    sections: dict                    # heading → text, as the table has them

    def __str__(self):
        return f"{self.table.stem}/{self.name}"

    @property
    def kind(self):
        """The name of the case's file, which tells its schema."""
        found = self.files.keys() & PLACES.keys()
        assert len(found) == 1, f"{self} must have one of {', '.join(PLACES)}"
        return found.pop()

    @property
    def data(self):
        return self.files[self.kind]

    @functools.cached_property
    def files(self):
        files = {}
        for heading, text in self.sections.items():
            name, _, form = heading.partition(", ")
            if form == "escaped":
                files[name] = text.removesuffix("\n").encode("ascii").decode("unicode_escape").encode("latin-1")
            elif name != "expected":
                files[name] = text.encode()
        return files


def parse(table):
    """The cases of a table."""
    before, *parts = re.split(r"^=== (.*)\n", table.read_text(), flags=re.MULTILINE)
    assert not before, f"{table} must begin with a case"
    found = {}
    for name, body in zip(parts[::2], parts[1::2]):
        if body.endswith("\n\n"):     # the empty line before the next case
            body = body[:-1]
        before, *sections = re.split(r"^--- (.*)\n", body, flags=re.MULTILINE)
        assert not before and name not in found, f"{table}: {name} has no file, or is there twice"
        found[name] = Case(table, name, dict(zip(sections[::2], sections[1::2])))
    return list(found.values())


def text_of(cases):
    """The table with these cases."""
    return "\n".join(f"=== {case.name}\n" + "".join(
        f"--- {heading}\n{text}" for heading, text in case.sections.items()) for case in cases)


def update(case, expected):
    """Writes the table again, with these expected messages."""
    cases = parse(case.table)
    next(each for each in cases if each.name == case.name).sections["expected"] = expected
    case.table.write_text(text_of(cases))


def cases(folder):
    return [case for table in sorted((HERE / folder).glob("*.cases")) for case in parse(table)]


def lay_out(case, root):
    """Makes the file tree below `root`."""
    place, policy = PLACES[case.kind]
    top = root / "etc/ringfence"
    write(top / place, case.data)
    if policy:
        write(top / "policies/p.toml", policy.encode())
    for name, data in case.files.items():
        if name.startswith("tree/"):
            write(top / "policies" / name.removeprefix("tree/"), data)


def write(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def show(ringfence, root, *arguments, name="p", timeout=20):
    """Runs `ringfence show`: (exit status, standard output, standard error)."""
    done = subprocess.run([ringfence, "show", f"--root={root}", *arguments, name],
                          env={"PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=timeout)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
