# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real command lines: the Exec settings of the services in Debian's packages, as they are written."""
import functools
import re

import debian

SETTING = re.compile(rb"^Exec(?:Start|Stop|Reload)(?:Pre|Post)?[ \t]*=[ \t]*((?:.*\\\n)*.*)$", re.MULTILINE)


@functools.cache
def values():
    """The values, each once, including continued lines."""
    found = set()
    for path in sorted(debian.unit_files().glob(f"**/{debian.UNITS}/*.service")):
        if path.is_file():
            found.update(value for value in SETTING.findall(path.read_bytes()) if value)
    assert len(found) > 500, f"only {len(found)} different command lines in {debian.unit_files()}"
    return sorted(found)
