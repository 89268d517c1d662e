# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading a megabyte of any text, with any depth of nesting, must take little time and memory."""
import resource
import subprocess

import pytest
from case import write

LIMIT = 1 << 20
HEAD = "version = 1\nabi = 10\n"


def filled(head, piece, tail="", limit=LIMIT):
    """`head`, then `piece` repeated until the text has a megabyte, then `tail`."""
    return head + piece * ((limit - len(head) - len(tail)) // len(piece)) + tail


def numbered(head, form, tail=""):
    """The same with a number in each piece."""
    parts, size, number = [head], len(head) + len(tail), 0
    while size + len(piece := form.format(number)) <= LIMIT:
        parts.append(piece)
        size += len(piece)
        number += 1
    return "".join(parts) + tail


SHAPES = {
    "brackets": filled(HEAD + "a = ", "["),
    "braces": filled(HEAD + "a = ", "{a="),
    "tables": filled(HEAD, "[a."),
    "dots": filled(HEAD + "a", ".a", " = 1\n"),
    "quotes": filled(HEAD + "a = ", '"'),
    "backslashes": filled(HEAD + 'description = "', "\\"),
    "escapes": filled(HEAD + 'description = "', "\\u00e4", '"\n'),
    "controls": filled(HEAD + 'description = "', "\\u0001", '"\n'),
    "one long string": filled(HEAD + '[filesystem]\nread = ["/', "a", '"]\n'),
    "one path of many parts": filled(HEAD + '[filesystem]\nread = ["', "/a", '"]\n'),
    "one path of specifiers": filled(HEAD + '[filesystem]\nread = ["/', "%i", '"]\n'),
    "one long key": filled(HEAD, "a", " = 1\n"),
    "many paths": numbered(HEAD + "[filesystem]\nread = [", '"/{}",', "]\n"),
    "one path often": filled(HEAD + "[filesystem]\nread = [", '"/a",', "]\n"),
    "many ports": filled(HEAD + "[network]\nbind_tcp = [", "80,", "]\n"),
    "many ranges": numbered(HEAD + "[network]\nbind_tcp = [", '"{}",', "]\n"),
    "many rules": numbered(HEAD, '[[filesystem.rule]]\npath="/{}"\nallow=["fs.execute"]\n'),
    "many layers": filled(HEAD, "[[layer]]\n[layer.scope]\nsignal=true\n"),
    "many unknown keys": numbered(HEAD, "key{} = 1\n"),
    "many tables": numbered(HEAD, "[t{}]\n"),
    "many bad paths": filled(HEAD + "[filesystem]\nread = [", '"a",', "]\n"),
    "many bad rights": filled(HEAD + '[[filesystem.rule]]\npath="/"\nallow = [', '"raed",', "]\n"),
    "many abstractions": numbered(HEAD + "extends = [", '"a{}",', "]\n"),
    "many directives": filled(HEAD + "[systemd]\nEnvironment = [", '"A=1",', "]\n"),
    "newlines": filled(HEAD, "\n"),
    "comments": filled(HEAD, "#\n"),
    "not UTF-8": filled(HEAD, "\x80"),
}


# Policies in landlockconfig's format, in JSON.
JSON_SHAPES = {
    "strings": filled('{"ruleset": [{"scoped": [', '"signal",', '"signal"]}]}'),
    "lines": filled('{"ruleset": [{"scoped": [', '"signal",\n', '"signal"]}]}'),
    "keys": numbered("{", '"k{}":1,', '"abi":1}'),
    "brackets": filled('{"a": ', "["),
    "quotes": filled('{"a": "', '\\"', '"}'),
    "paths": numbered('{"pathBeneath": [{"allowedAccess": ["execute"], "parent": [', '"/{}",', '"/"]}]}'),
    "variables of a path": filled(
        '{"variable": [{"name": "a", "literal": ["x"]}], '
        '"pathBeneath": [{"allowedAccess": ["execute"], "parent": ["/', "${a}", '"]}]}'),
    "combinations": '{"variable": [{"name": "a", "literal": ["x", "y"]}], '
        '"pathBeneath": [{"allowedAccess": ["execute"], "parent": ["/' + "${a}" * 40 + '"]}]}',
}


def run(ringfence, root):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))
        resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (15, 15))

    before = cpu_seconds()
    done = subprocess.run([ringfence, "show", "--argv", f"--root={root}", "p"], preexec_fn=limit,
                          capture_output=True, timeout=120)
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-500:])
    return cpu_seconds() - before, done


def cpu_seconds():
    """Counts only the processor time of the programs that this test ran."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@pytest.mark.parametrize("name", SHAPES)
def test_a_megabyte(name, ringfence, tmp_path):
    data = SHAPES[name].encode("latin-1")
    assert LIMIT - 200 < len(data) <= LIMIT
    write(tmp_path / "etc/ringfence/policies/p.toml", data)
    seconds, done = run(ringfence, tmp_path)
    assert seconds < 8, f"{seconds:.1f} s"
    # Whatever is in the file, the message must not be longer than two pages.
    assert len(done.stderr) < 100_000
    assert done.returncode == 0 or b" error: " in done.stderr


@pytest.mark.parametrize("name", JSON_SHAPES)
def test_a_megabyte_of_json(name, ringfence, tmp_path):
    write(tmp_path / "etc/ringfence/policies/p.json", JSON_SHAPES[name].encode())
    seconds, done = run(ringfence, tmp_path)
    assert seconds < 8, f"{seconds:.1f} s"
    assert len(done.stderr) < 100_000
    assert done.returncode == 0 or b" error: " in done.stderr


def test_more_than_a_megabyte_is_refused_unread(ringfence, tmp_path):
    write(tmp_path / "etc/ringfence/policies/p.toml", b"#" * (LIMIT + 1))
    seconds, done = run(ringfence, tmp_path)
    assert seconds < 1 and b"larger than 1048576 bytes" in done.stderr


def test_abstractions_that_double_at_each_step(ringfence, tmp_path):
    """Each policy extends the next one in two ways, which makes 2^16 paths through 17 files."""
    top = tmp_path / "etc/ringfence/policies"
    write(top / "p.toml", b'version = 1\nabi = 10\nextends = ["a0", "b0"]\n')
    for i in range(15):
        for letter in "ab":
            write(top / f"abstractions/{letter}{i}.toml",
                  f'version = 1\nextends = ["a{i + 1}", "b{i + 1}"]\n'.encode() if i < 14 else
                  b'version = 1\n[filesystem]\nread = ["/a"]\n')
    seconds, done = run(ringfence, tmp_path)
    assert done.returncode == 0 and seconds < 5, (seconds, done.stderr[-300:])
