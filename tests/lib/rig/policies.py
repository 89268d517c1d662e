# SPDX-License-Identifier: LGPL-2.1-or-later
"""Policies for services of the tests."""
import json

LIBRARIES = "/usr/lib/x86_64-linux-gnu"


def sleep_policy(*units, programs=(), write=()):
    """The policy of a service that runs sleep(1). It is written for `units`. `programs` and `write` allow more."""
    lines = ["version = 1", 'description = "sleeps"', "abi = 7"]
    if units:
        lines.append(f"units = {json.dumps(units)}")
    lines += ["", "[filesystem]", f"execute = {json.dumps(['/usr/bin/sleep', *programs, LIBRARIES])}",
              'read = ["/etc/ld.so.cache"]']
    if write:
        lines.append(f"write = {json.dumps(write)}")
    return "\n".join(lines) + "\n"
