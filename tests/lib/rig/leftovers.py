# SPDX-License-Identifier: LGPL-2.1-or-later
"""Removes what a killed session left behind: scratch directories and empty control groups.

Their names contain the creator's PID, so the next session can see whose creator is gone.
"""
import os
import shutil
import tempfile
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def scratch_directory(purpose):
    return Path(tempfile.mkdtemp(prefix=f"ringfence-rig-{os.getpid()}-{purpose}-"))


def control_groups(machine="*"):
    """The control groups of a machine: in cgroup2 and, on a hybrid host, in systemd's named hierarchy."""
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
