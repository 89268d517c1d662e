# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a kernel whose only program is the runner of the enforcement matrix.

TCG, not KVM: it works on every machine, also inside a virtual one, and a guest is up in 2 s.
`-cpu max,-cx16` avoids a fault of QEMU 7.2's emulation of cmpxchg16b that crashes kernels.
"""

import dataclasses
import gzip
import os
import shutil
import stat
import subprocess
import tempfile

QEMU = "qemu-system-x86_64"
TRIES = 3                             # a guest can hang before it says anything; only that is retried
SECONDS = 120                         # on a machine that does other things besides
# Mitigations flush caches that are software here; moved addresses have to be translated again.
FAST = "mitigations=off norandmaps audit_backlog_limit=8192"
DISK = 16 << 20                       # bytes


@dataclasses.dataclass
class Boot:
    output: str
    seconds: float
    tries: int


def missing():
    """Why no guest can be booted here; None when one can."""
    return None if shutil.which(QEMU) else f"{QEMU} is not installed"


def entry(name, mode, data=b"", number=[1]):
    """One member of a cpio archive in the "newc" form (cpio(5))."""
    number[0] += 1
    path = name.encode() + b"\0"
    fields = (number[0], mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return header + b"\0" * (-len(header) % 4) + data + b"\0" * (-len(data) % 4)


def initramfs(files):
    """`files`: path in the guest -> path here; all of them executable."""
    parts = [entry(name, stat.S_IFDIR | 0o755) for name in ("dev", "proc", "tmp", "run")]
    for name, source in files.items():
        with open(source, "rb") as file:
            parts.append(entry(name, stat.S_IFREG | 0o755, file.read()))
    parts.append(entry("TRAILER!!!", 0))
    return gzip.compress(b"".join(parts), 1)


def command(kernel, archive, disk, arguments):
    return [QEMU, "-accel", "tcg", "-cpu", "max,-cx16", "-M", "pc", "-m", "256", "-smp", "1",
            "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-drive", f"file={disk},if=none,id=d0,format=raw,cache=unsafe",
            "-device", "nvme,drive=d0,serial=output", "-kernel", str(kernel), "-initrd", archive,
            "-append", f"console=ttyS0 quiet panic=-1 {FAST} {arguments}"]


def boot(kernel, files, arguments=""):
    """Runs the guest to its end. The output is what /init wrote to the disk, or, where it did not
    come that far, to the console."""
    with tempfile.NamedTemporaryFile() as archive, tempfile.NamedTemporaryFile() as disk:
        archive.write(initramfs(files))
        archive.flush()
        disk.truncate(DISK)
        for tries in range(1, TRIES + 1):
            before = os.times().elapsed
            try:
                done = subprocess.run(command(kernel, archive.name, disk.name, arguments),
                                      timeout=SECONDS, stdin=subprocess.DEVNULL,
                                      capture_output=True, check=False)
                console = done.stdout + done.stderr
            except subprocess.TimeoutExpired as late:
                console = late.stdout or b""
            if b"userland" in console:
                break
        output = disk.read().rstrip(b"\0")
    text = (output or console).decode(errors="replace")
    return Boot(text, os.times().elapsed - before, tries)
