# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a killed session cannot remove itself: scratch directories and empty control groups.

Both carry the creator's PID in their names, so the next session can tell which are nobody's.
"""
import os
import shutil
import tempfile
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def scratch_directory(purpose):
    return Path(tempfile.mkdtemp(prefix=f"ringfence-rig-{os.getpid()}-{purpose}-"))


def control_groups(machine="*"):
    """A machine's groups: in cgroup2, and in systemd's named hierarchy on a hybrid host."""
    return [*CGROUP.glob(f"ringfence-rig-{machine}"), *CGROUP.glob(f"*/ringfence-rig-{machine}")]


def remove_group(group):
    for directory, _, _ in os.walk(group, topdown=False):
        try:
            os.rmdir(directory)
        except OSError:
            pass  # still busy: the next session removes it


def sweep():
    for path in control_groups():
        if _creator_is_dead(path):
            remove_group(path)
    for path in Path(tempfile.gettempdir()).glob("ringfence-rig-*"):
        if _creator_is_dead(path):
            shutil.rmtree(path, ignore_errors=True)


def _creator_is_dead(path):
    return not Path("/proc", path.name.split("-")[2]).exists()
