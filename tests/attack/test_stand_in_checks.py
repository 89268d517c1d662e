# SPDX-License-Identifier: LGPL-2.1-or-later
"""--stand-in=: the wrapper does not believe that something is hidden, it looks."""
import subprocess

import pytest

from lib import build as built

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "INVOCATION_ID": "0" * 32}
# The directory has a socket's name in it; what hides it is done before the wrapper runs.
HIDE = {
    "nothing": "true",
    "an empty file system": 'mount -t tmpfs none "$0/run"',
    "a directory that nobody may enter": 'mount --bind "$0/no" "$0/run"',
    "a mount above it": 'mount -t tmpfs none "$0"',
    "the socket alone": 'mount --bind /dev/null "$0/run/private"',
}
# What the two checks find.
FOUND = {
    "nothing": (False, False),
    "an empty file system": (True, True),
    "a directory that nobody may enter": (True, True),
    "a mount above it": (True, False),
    "the socket alone": (False, False),
}


@pytest.fixture
def place(as_root, public_directory):
    (public_directory / "run").mkdir()
    (public_directory / "run/private").touch()
    (public_directory / "no").mkdir(mode=0)
    return public_directory


def degraded(place, hidden, *checks, become=()):
    options = [f"--stand-in=fs.resolve_unix:{check}" for check in checks]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", HIDE[hidden] + ' && exec "$@"', place, *become, built.WRAPPER,
         "--report=notify", "--abi=1", "--execute=/", *options, "--", "/bin/echo", "ran"],
        env=ENVIRONMENT, capture_output=True, text=True)
    assert done.stdout == "ran\n", done.stderr
    return "degraded" in done.stderr and "nothing stands in for fs.resolve_unix" in done.stderr


@pytest.mark.parametrize("user", [0, 65534])
@pytest.mark.parametrize("hidden", HIDE)
def test_each_check(place, hidden, user):
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    absent, mounted = f"absent:{place}/run/private", f"mounted:{place}/run"
    is_absent, is_mounted = FOUND[hidden]
    assert degraded(place, hidden, absent, become=become) == (not is_absent)
    assert degraded(place, hidden, mounted, become=become) == (not is_mounted)
    assert degraded(place, hidden, absent, mounted, become=become) == (not (is_absent and is_mounted))
    assert not degraded(place, hidden, become=become)
