# SPDX-License-Identifier: LGPL-2.1-or-later
"""Boots a kernel: with the runner of the enforcement matrix as its only program, or with a Debian on a disk.

It uses TCG and not KVM, because TCG works on every machine, also inside a virtual one. A guest boots in 2 s.
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
TRIES = 3                             # tried again only if the guest hangs before it prints anything
SECONDS = 120                         # enough for a busy machine
SECONDS_OF_A_SYSTEM = 600
# Without these, an emulated machine is slower: mitigations flush its caches, which are software, and code at
# random addresses must be translated again for each process.
FAST = "mitigations=off norandmaps audit_backlog_limit=8192"
DISK = 16 << 20                       # bytes


@dataclasses.dataclass
class Boot:
    output: str
    seconds: float
    tries: int


def missing():
    """Why no guest can be booted here. None if one can."""
    return None if shutil.which(QEMU) else f"{QEMU} is not installed"


def entry(name, mode, data=b"", number=[1]):
    """One member of a cpio archive in the "newc" form (cpio(5))."""
    number[0] += 1
    path = name.encode() + b"\0"
    fields = (number[0], mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return header + b"\0" * (-len(header) % 4) + data + b"\0" * (-len(data) % 4)


def initramfs(files):
    """`files`: path in the guest -> path here. All files are executable."""
    parts = [entry(name, stat.S_IFDIR | 0o755) for name in ("dev", "proc", "tmp", "run")]
    for name, source in files.items():
        with open(source, "rb") as file:
            parts.append(entry(name, stat.S_IFREG | 0o755, file.read()))
    parts.append(entry("TRAILER!!!", 0))
    return gzip.compress(b"".join(parts), 1)


def command(kernel, disk, megabytes, options, arguments):
    return [QEMU, "-accel", "tcg", "-cpu", "max,-cx16", "-M", "pc", "-m", str(megabytes), "-smp", "1",
            "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-drive", f"file={disk},if=none,id=d0,format=raw,cache=unsafe",
            "-device", "nvme,drive=d0,serial=disk", "-kernel", str(kernel), *options,
            "-append", f"console=ttyS0 quiet panic=-1 {FAST} {arguments}"]


def run(command, seconds):
    """What the guest writes to the console until it ends."""
    try:
        done = subprocess.run(command, timeout=seconds, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.stdout + done.stderr
    except subprocess.TimeoutExpired as late:
        return late.stdout or b""


def boot(kernel, files, arguments=""):
    """Runs the guest until it ends. The output is what /init wrote to the disk, or to the console if it did not
    get that far."""
    with tempfile.NamedTemporaryFile() as archive, tempfile.NamedTemporaryFile() as disk:
        archive.write(initramfs(files))
        archive.flush()
        disk.truncate(DISK)
        for tries in range(1, TRIES + 1):
            before = os.times().elapsed
            console = run(command(kernel, disk.name, 256, ["-initrd", archive.name], arguments), SECONDS)
            if b"userland" in console:
                break
        output = disk.read().rstrip(b"\0")
    text = (output or console).decode(errors="replace")
    return Boot(text, os.times().elapsed - before, tries)


def boot_system(kernel, disk):
    """Boots the Debian on the disk, which stays as it is. The output is what the guest wrote to ttyS1."""
    with tempfile.NamedTemporaryFile() as output:
        for tries in range(1, TRIES + 1):
            before = os.times().elapsed
            console = run(command(kernel, f"{disk},snapshot=on", 512, ["-serial", f"file:{output.name}"],
                                  "root=/dev/nvme0n1 rw systemd.mask=serial-getty@ttyS0.service"),
                          SECONDS_OF_A_SYSTEM)
            if console.strip():
                break
        text = output.read().decode(errors="replace")
    return Boot(text or console.decode(errors="replace"), os.times().elapsed - before, tries)
