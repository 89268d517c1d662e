# SPDX-License-Identifier: LGPL-2.1-or-later
"""`ringfence show`: its output for people and for programs, and the results of merging."""
import json
import pathlib
import re
import subprocess

import pytest
from case import HERE, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TREE = HERE / "show/tree"
MANUAL = HERE.parent.parent / "packaging/man/ringfence-show.1"

# Each name has a file show/NAME.expected with the exit status, standard output and standard error.
SCREENS = {
    "policy": ["app"],
    "policy-narrow": ["app"],
    "policy-abi-5": ["--abi=5", "app"],
    "policy-abi-3": ["--abi=3", "app"],
    "policy-abi-1": ["--abi=1", "app"],
    "policies-merged": ["app+plain"],
    "unit": ["app.service"],
    "unit-by-short-name": ["worker@x.service"],
    "unit-refused": ["broken"],
    "unit-refused-2": ["broken.service"],
    "unit-open": ["open.service"],
    "unit-missing": ["opne.service"],
    "missing": ["ap"],
    "several-one-missing": ["plain", "nothing"],
    "argv": ["--argv", "app"],
    "drop-in": ["--drop-in", "app.service"],
    "json": ["--json", "--abi=5", "app"],
    "json-unit": ["--json", "app.service"],
    "json-refused": ["--json", "broken.service"],
    "no-name": [],
    "bad-abi": ["--abi=12", "app"],
    "two-forms": ["--json", "--argv", "app"],
}


def run(ringfence, root, *arguments, **environment):
    return subprocess.run([ringfence, "show", f"--root={root}", *arguments],
                          env={"PATH": "/usr/bin:/bin", **environment}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", SCREENS)
def test_screen(name, ringfence, request):
    environment = {"COLUMNS": "60"} if name.endswith("narrow") else {}
    done = run(ringfence, TREE, *SCREENS[name], **environment)
    text = f"exit status {done.returncode}\n{done.stdout}"
    if done.stderr:
        text += f"-- standard error\n{done.stderr}"
    expected = HERE / "show" / f"{name}.expected"
    if request.config.getoption("--update"):
        expected.write_text(text)
    assert text == expected.read_text(), "run with --update if that is meant"


def keys_in(value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from keys_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from keys_in(item)


@pytest.mark.parametrize("name", [name for name in SCREENS if name.startswith("json")])
def test_every_key_of_the_json_is_in_the_manual(name, ringfence):
    # The words of its bold lines: .B x, .BR x ", " y
    bold = set(re.findall(r"[a-z_]+", " ".join(
        line for line in MANUAL.read_text().splitlines() if re.match(r"\.(B|BR|RB) ", line))))
    document = json.loads(run(ringfence, TREE, *SCREENS[name]).stdout)
    for key in set(keys_in(document)):
        assert key in bold, f"{key} is not in {MANUAL.name}"


def test_options_are_those_of_the_manual(ringfence):
    helped = set(re.findall(r"--[a-z-]+", run(ringfence, TREE, "--help").stdout))
    manual = set(re.findall(r"--[a-z][a-z-]+", MANUAL.read_text().replace("\\-", "-")))
    assert helped == manual


def test_the_wrapper_takes_the_options_it_prints(ringfence, wrapper, tmp_path):
    write(tmp_path / "etc/ringfence/policies/p.toml",
          b'version = 1\nabi = 4\n[filesystem]\nread = ["/", "-/no where", "-/a%%b$$c"]\n'
          b'execute = ["/usr", "-/lib", "-/lib64"]\n')
    done = run(ringfence, tmp_path, "--argv", "p")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    options = done.stdout.splitlines()
    assert "--read=-/a%b$c" in options and "--read=-/no where" in options
    wrapped = subprocess.run([wrapper, *options, "--", "/bin/cat",
                              "/proc/self/attr/current", "/etc/hostname"], capture_output=True)
    assert b"ringfence" not in wrapped.stderr, wrapped.stderr


# Merging, tested by the digest, which depends on everything that is enforced.

PATHS = st.lists(st.sampled_from(["/a", "-/a", "/a/b", "/c", "-/d", "%S/x"]), max_size=3)
PORTS = st.lists(st.one_of(st.integers(1, 12), st.builds(
    lambda a, b: f"{min(a, b)}-{max(a, b)}", st.integers(1, 12), st.integers(1, 12))), max_size=3)
PART = st.fixed_dictionaries({}, optional={
    "read": PATHS, "write": PATHS, "execute": PATHS, "connect_unix": PATHS,
    "bind_tcp": PORTS, "connect_tcp": PORTS, "bind_udp": PORTS, "quiet": PATHS})
TABLES = {"filesystem": ["read", "write", "execute", "connect_unix"],
          "network": ["bind_tcp", "connect_tcp", "bind_udp"], "log": ["quiet"]}


def part_text(part):
    text = "version = 1\nabi = 10\n"
    for table, keys in TABLES.items():
        text += f"[{table}]\n"
        text += "".join(f"{key} = {json.dumps(part[key])}\n" for key in keys if key in part)
    return text


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(parts=st.lists(PART, min_size=3, max_size=3))
def test_merging_is_associative_commutative_and_idempotent(parts, ringfence, tmp_path):
    top = tmp_path / "etc/ringfence/policies"
    for name, part in zip("abc", parts):
        write(top / f"abstractions/{name}.toml", part_text(part).encode())
        write(top / f"{name}.toml", part_text(part).encode())
    for name, extends in {"ab": ["a", "b"], "bc": ["b", "c"], "twice": ["a", "b", "c", "ab", "bc", "a"]}.items():
        write(top / f"abstractions/{name}.toml",
              f"version = 1\nextends = {json.dumps(extends)}\n".encode())
    ways = {"flat": ["a", "b", "c"], "left": ["ab", "c"], "right": ["a", "bc"],
            "back": ["c", "b", "a"], "again": ["twice"]}
    for name, extends in ways.items():
        write(top / f"{name}.toml",
              f"version = 1\nabi = 10\nextends = {json.dumps(extends)}\n".encode())
    operands = [*ways, "a+b+c", "c+a+b", "flat+a", "left+right"]
    done = run(ringfence, tmp_path, "--json", *operands)
    assert done.returncode == 0, done.stderr
    shown = {entry["name"]: entry for entry in json.loads(done.stdout)["shown"]}
    assert len({entry["digest"] for entry in shown.values()}) == 1
    rules = [[{k: v for k, v in rule.items() if k != "from"}
              for rule in entry["layers"][0]["paths"] + entry["layers"][0]["ports"]]
             for entry in shown.values()]
    assert all(each == rules[0] for each in rules)
    # Each rule names the place that it comes from, so lost and invented rules show.
    for rule in shown["flat"]["layers"][0]["paths"]:
        for origin in rule["from"]:
            assert pathlib.Path(f"{tmp_path}{origin['file']}").exists() and origin["line"] > 0
            assert origin["chain"][0] == "flat" and len(origin["chain"]) == 2
