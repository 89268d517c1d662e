# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follows ringfence-tutorial(7): writes its files, runs its commands, and compares their output with the page."""
import pathlib
import re

MANUAL = pathlib.Path(__file__).resolve().parents[2] / "packaging/man/ringfence-tutorial.7"


def blocks():
    """The literal blocks of the page, without roff's escapes."""
    for block in re.findall(r"^\.nf\n(.*?)^\.fi$", MANUAL.read_text(), re.S | re.M):
        yield block.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")


def steps(block):
    """[(command, the lines of its output)]"""
    found = []
    for line in block.splitlines():
        # "# For the policy …" is what --suggest prints.
        if line.startswith("# ") and not line.startswith("# For"):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def pattern(line):
    """Any two runs of blanks are equal, and "..." stands for any text."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in line.split("..."))
    return re.compile(".*".join(parts))


def check_output(command, lines, output):
    rest = output.splitlines()
    for line in lines:
        if line.strip() == "...":
            continue
        wanted = pattern(line)
        while rest and not wanted.search(rest[0]):
            rest.pop(0)
        assert rest, f"{command}\ndid not print\n{line}\nbut\n{output}"


def test_the_tutorial_works(machine):
    files = commands = 0
    machine.concern("notes.service")
    try:
        for block in blocks():
            first, _, text = block.partition("\n")
            if first.startswith("# /"):
                machine.write(first[2:], text)
                files += 1
                continue
            for command, lines in steps(block):
                done = machine.run("bash", "-c", f"{{ {command}; }} 2>&1", check=False)
                check_output(command, lines, done.stdout)
                # A command may fail if the page shows its output, or if it shows the broken policy.
                assert done.returncode == 0 or lines or "raed" in machine.read(
                    "/etc/ringfence/policies/notes.toml.d/50-site.toml"), (command, done.stdout)
                commands += 1
    finally:
        machine.run("systemctl", "stop", "notes.service", check=False)
        machine.run("systemctl", "reset-failed", "notes.service", check=False)
        machine.run("rm", "-rf", "/srv/notes", "/var/lib/notes", check=False)
    assert files >= 5 and commands >= 15
