# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks on files. Each returns when it got what it wanted and raises OSError when it did not."""
import ctypes
import errno
import fcntl
import os
import socket
import stat
import struct
import threading
import time
from pathlib import Path

from syscalls import AT_EMPTY_PATH, AT_FDCWD, Missing, call, checked, libc
from uring import SETUP_SQPOLL, Ring

RNDGETENTCNT = 0x80045200
RENAME_EXCHANGE = 2
FAN_MARK_ADD, FAN_OPEN = 1, 0x20
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_NODUMP_FL = 0x80086601, 0x40086602, 0x40


def _expect_secret(fd):
    with open(fd, "rb") as file:
        assert file.read() == b"secret\n"


def read(_, path):
    _expect_secret(os.open(path, os.O_RDONLY))


def read_secret(c):
    read(c, c.secret)


def proc_self_root(c):
    read(c, "/proc/self/root" + c.secret)


def proc_pid_root(c):
    read(c, f"/proc/{c.victim}/root{c.secret}")


def proc_pid_cwd(c):
    read(c, f"/proc/{c.victim}/cwd/{Path(c.secret).name}")


def proc_pid_fd(c):
    read(c, f"/proc/{c.victim}/fd/{c.victim_fd}")


def proc_pid_exe(c):
    os.close(os.open(f"/proc/{c.sleeper}/exe", os.O_RDONLY))


def dot_dot(c):
    os.chdir(c.granted)
    read(c, "../" * 20 + c.secret.lstrip("/"))


def follow_link(c):
    os.symlink(c.secret, c.granted + "/link")
    read(c, c.granted + "/link")


def link_race(c):
    """Swaps a link between a granted file and the secret while it is opened."""
    race, stop = c.granted + "/race", threading.Event()

    def swap():
        while not stop.is_set():
            for target in (c.granted_file, c.secret):
                os.symlink(target, race + "2")
                os.replace(race + "2", race)

    os.symlink(c.granted_file, race)
    swapper = threading.Thread(target=swap)
    swapper.start()
    won, lost = False, PermissionError(13, "Permission denied")
    deadline = time.monotonic() + 1
    while not won and time.monotonic() < deadline:
        try:
            with open(race, "rb") as file:
                won = file.read() == b"secret\n"
        except OSError as error:
            lost = error
    stop.set()
    swapper.join()
    if not won:
        raise lost


# Handles


def reopen_for_writing(c):
    """Opens an inherited read-only descriptor again, for writing."""
    os.close(os.open(f"/proc/self/fd/{c.inherited}", os.O_RDWR))


def use_inherited(c):
    _expect_secret(os.dup(c.inherited))


def open_path_only(c):
    os.close(os.open(c.secret, os.O_PATH))


def reopen_path_handle(c):
    read(c, f"/proc/self/fd/{os.open(c.secret, os.O_PATH)}")


def openat_path_handle(c):
    directory = os.open(os.path.dirname(c.secret), os.O_PATH | os.O_DIRECTORY)
    _expect_secret(os.open("file", os.O_RDONLY, dir_fd=directory))


def openat_empty_path(c):
    """openat2 of a handle relative to itself."""
    directory = os.open(os.path.dirname(c.secret), os.O_PATH | os.O_DIRECTORY)
    os.close(os.open(".", os.O_RDONLY | os.O_DIRECTORY, dir_fd=directory))


def link_path_handle(c):
    handle = os.open(c.secret, os.O_PATH)
    call("linkat", handle, "", AT_FDCWD, c.granted + "/linked", AT_EMPTY_PATH)
    read(c, c.granted + "/linked")


def openat2(c, resolve):
    directory = os.open(os.path.dirname(c.secret), os.O_PATH | os.O_DIRECTORY)
    os.stat(c.secret)  # RESOLVE_CACHED only finds names that are in the cache
    how = ctypes.create_string_buffer(struct.pack("<QQQ", os.O_RDONLY, 0, int(resolve)), 24)
    _expect_secret(call("openat2", directory, "file", how, 24))


def open_by_handle(c):
    """Opens the file by its inode number instead of a path, on the mount of a granted directory."""
    handle = ctypes.create_string_buffer(struct.pack("<Ii", 128, 0), 136)
    call("name_to_handle_at", AT_FDCWD, c.secret, handle, ctypes.byref(ctypes.c_int()), 0)
    mount = os.open(c.granted, os.O_RDONLY | os.O_DIRECTORY)
    _expect_secret(call("open_by_handle_at", mount, handle, os.O_RDONLY))


def uring_openat(c):
    _expect_secret(Ring().openat(c.secret))


def uring_openat2(c):
    _expect_secret(Ring().openat2(c.secret))


def uring_sqpoll(c):
    """A kernel thread opens the file."""
    _expect_secret(Ring(SETUP_SQPOLL).openat(c.secret))


def uring_inherited(c):
    ring = Ring(fd=c.ring, parameters=bytes.fromhex(c.ring_parameters))
    _expect_secret(ring.openat(c.secret))


def uring_personality(c):
    ring = Ring(fd=c.ring, parameters=bytes.fromhex(c.ring_parameters))
    _expect_secret(ring.openat(c.secret, c.personality))


# Changes


def write_file(c):
    os.close(os.open(c.readable_file, os.O_WRONLY))


def append(c):
    os.write(os.open(c.readable_file, os.O_WRONLY | os.O_APPEND), b"more")


def create(c):
    os.close(os.open(c.readable + "/new", os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def create_temporary(c):
    """O_TMPFILE makes no name."""
    os.close(os.open(c.readable, os.O_WRONLY | os.O_TMPFILE))


def truncate(c):
    os.truncate(c.readable_file, 0)


def open_truncating(c):
    os.close(os.open(c.readable_file, os.O_WRONLY | os.O_TRUNC))


def open_truncating_read_only(c):
    """O_TRUNC truncates with O_RDONLY too."""
    os.close(os.open(c.readable_file, os.O_RDONLY | os.O_TRUNC))


def ftruncate(c):
    os.ftruncate(os.open(c.readable_file, os.O_WRONLY), 0)


def ftruncate_inherited(c):
    os.ftruncate(c.writable, 0)


def punch_hole(c):
    """fallocate(2) overwrites with zeros what may not be truncated."""
    fd = os.open(c.readable_file, os.O_WRONLY)
    checked(libc.fallocate(fd, 3, ctypes.c_long(0), ctypes.c_long(4096)))


def link_in(c):
    os.link(c.secret, c.granted + "/linked")
    read(c, c.granted + "/linked")


def link_out(c):
    os.link(c.granted_file, os.path.dirname(c.secret) + "/linked")


def rename_in(c):
    os.rename(c.secret, c.granted + "/renamed")
    read(c, c.granted + "/renamed")


def rename_out(c):
    os.rename(c.granted_file, os.path.dirname(c.secret) + "/renamed")


def exchange(c):
    call("renameat2", AT_FDCWD, c.secret, AT_FDCWD, c.granted_file, RENAME_EXCHANGE)
    read(c, c.granted_file)


def rename_directory_in(c):
    os.rename(os.path.dirname(c.secret), c.granted + "/renamed")
    read(c, c.granted + "/renamed/file")


def unlink(c):
    os.unlink(c.readable_file)


def make_character_device(c):
    os.mknod(c.granted + "/device", stat.S_IFCHR | 0o600, os.makedev(1, 5))


def make_block_device(c):
    os.mknod(c.granted + "/device", stat.S_IFBLK | 0o600, os.makedev(7, 0))


def make_whiteout(c):
    """RENAME_WHITEOUT makes a character device 0:0."""
    call("renameat2", AT_FDCWD, c.granted_file, AT_FDCWD, c.granted + "/moved", 4)


def ioctl_device(c):
    fcntl.ioctl(os.open("/dev/random", os.O_RDONLY), RNDGETENTCNT, bytes(4))


def ioctl_inherited_device(c):
    fcntl.ioctl(c.device, RNDGETENTCNT, bytes(4))


# What Landlock does not mediate


def stat_secret(c):
    assert os.stat(c.secret).st_size == 7


def access_secret(c):
    if not os.access(c.secret, os.R_OK):
        raise PermissionError(13, "access")


def change_mode(c):
    os.chmod(c.secret, 0o640)


def change_owner(c):
    os.chown(c.secret, 1, 1)


def change_times(c):
    os.utime(c.secret, (1, 1))


def set_attribute(c):
    os.setxattr(c.secret, "trusted.ringfence", b"1")


def change_directory(c):
    os.chdir(os.path.dirname(c.secret))


def watch(c):
    """inotify tells of every change of a file that cannot be read."""
    call("inotify_add_watch", call("inotify_init1", 0), c.secret, 2)


def lock_inherited(c):
    fcntl.flock(c.inherited, fcntl.LOCK_EX | fcntl.LOCK_NB)


# By other ways into the kernel


def uring_symlink(c):
    Ring().symlinkat(c.secret, c.readable + "/link")
    assert os.readlink(c.readable + "/link") == c.secret


def uring_link(c):
    Ring().linkat(c.secret, c.granted + "/linked")
    read(c, c.granted + "/linked")


def uring_rename(c):
    Ring().renameat(c.secret, c.granted + "/renamed")
    read(c, c.granted + "/renamed")


def uring_unlink(c):
    Ring().unlinkat(c.readable_file)
    assert not os.path.exists(c.readable_file)


def fanotify_descriptor(c):
    """The kernel opens what an unfenced process opens, and gives the descriptor to the listener."""
    listener = call("fanotify_init", 0, os.O_RDONLY)
    call("fanotify_mark", listener, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, c.secret)
    with socket.socket(fileno=os.dup(c.connection)) as victim:
        victim.send(b"read")
        assert victim.recv(100) == b"secret\n"
    fd, = struct.unpack_from("i", os.read(listener, 4096), 16)
    if fd < 0:
        raise PermissionError(errno.EACCES, "the event has no descriptor")
    _expect_secret(fd)


def process_accounting(c):
    """acct(2): the kernel writes a record into the file at the end of each process."""
    call("acct", c.secret)
    call("acct", None)


def set_file_flags(c):
    """chattr(1). Root can make files that nobody can remove."""
    fd = os.open(c.readable_file, os.O_RDONLY)
    flags = bytearray(8)
    try:
        fcntl.ioctl(fd, FS_IOC_GETFLAGS, flags)
    except OSError as error:
        raise Missing("the file system has no such flags") from error
    changed = struct.unpack_from("i", flags)[0] ^ FS_NODUMP_FL
    fcntl.ioctl(fd, FS_IOC_SETFLAGS, struct.pack("i", changed) + bytes(4))
