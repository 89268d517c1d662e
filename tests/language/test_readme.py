# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the README and ARCHITECTURE.md show is what the programs print. A line with "…" stands for lines that are left
out, and README wraps long lines."""
import re
import shutil
import subprocess

import pytest
from case import HERE

TOP = HERE.parent.parent
README = (TOP / "README.md").read_text()
NGINX = TOP / "tests/golden/01-nginx/in/usr/lib/systemd/system/nginx.service"


def words(text):
    return " ".join(text.split())


def output_of(command):
    """What README shows beneath a command, up to the next one."""
    found = re.search(rf"^# {re.escape(command)}\n(.*?)(?=^# |^```)", README, re.M | re.S)
    assert found, f"README does not show the output of {command}"
    return found[1]


def run(ringfence, root, verb, *arguments):
    done = subprocess.run([ringfence, verb, f"--root={root}", *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.fixture
def root(tmp_path):
    """A machine with the shipped policies, nginx's unit and README's own policy."""
    shutil.copytree(TOP / "policies", tmp_path / "usr/lib/ringfence/policies")
    units, etc = tmp_path / "usr/lib/systemd/system", tmp_path / "etc"
    units.mkdir(parents=True)
    shutil.copy(NGINX, units)
    request = re.search(r"^# /(etc/systemd/system/nginx\.service\.d/\S+\.conf)[^\n]*\n(.*?)^```", README, re.M | re.S)
    (tmp_path / request[1]).parent.mkdir(parents=True)
    (tmp_path / request[1]).write_text(request[2])
    (etc / "ringfence/policies").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def app(root):
    """Writes README's policy with one line changed."""
    text = re.search(r"^# /etc/ringfence/policies/app\.toml\n(.*?)^```", README, re.M | re.S)[1]

    def changed(key, line):
        made, count = re.subn(rf"^{key} .*$", line, text, flags=re.M)
        assert count == 1
        (root / "etc/ringfence/policies/app.toml").write_text(made)
        return root
    return changed


def test_a_mistake_in_a_policy(app, ringfence):
    root = app("read", 'raed    = ["/etc/app", "-/usr/share/app"]')
    assert run(ringfence, root, "show", "app") == output_of("ringfence show app")


def test_a_finding_of_check(app, ringfence):
    root = app("write", 'write   = ["/etc"]')
    shown = output_of("ringfence check app").removesuffix("…\n")
    assert words(shown) in words(run(ringfence, root, "check", "app"))


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md"])
def test_the_drop_in_of_nginx(name, root, ringfence):
    document = (TOP / name).read_text()
    shown = re.search(r"^# \S+~ringfence\.conf\n(.*?)(?=^# systemctl|^```)", document, re.M | re.S)[1]
    given = run(ringfence, root, "show", "--drop-in", "nginx.service")
    digests = re.compile(r"(--digest|LANDLOCK_FENCE)=[0-9a-f]+")
    wanted, given = (digests.sub("", text).splitlines() for text in (shown, given))
    assert wanted[0] in given, given
    at = given.index(wanted[0])
    for before, line in zip(wanted, wanted[1:]):
        if line.strip().startswith("…"):
            continue
        where = given.index(line, at) if line in given[at:] else None
        assert where is not None, f"{name} has {line!r}, but the drop-in does not after {given[at]!r}"
        if not before.strip().startswith("…"):
            assert where == at + 1, f"{name} leaves out {given[at + 1]!r} and does not show that"
        at = where
