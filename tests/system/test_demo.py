# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs packaging/demo as a newcomer does."""
import subprocess
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "packaging" / "demo"
IN_THIS_ORDER = (
    "X-LandlockPolicy=nginx\n",
    "ExecStart=/usr/libexec/ringfence-exec ",
    'Status: "ringfence: nginx ',
    "Welcome to nginx!",
    "read /etc/shadow                done                        Permission denied",
    "signal PID 1                    done                        Operation not permitted",
    "$ ringfence denials nginx.service\n",
    "/etc/shadow",
    "--suggest\n",
    '"/srv/www/index.html"',
    "50-review.toml\n",
    "Hello from /srv/www",
)


def test_the_demo_ends_well():
    done = subprocess.run([DEMO], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    position = 0
    for text in IN_THIS_ORDER:
        position = done.stdout.find(text, position)
        assert position >= 0, f"{text!r} is missing or out of order in\n{done.stdout}"
