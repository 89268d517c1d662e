# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks that change what a path means. All run in a mount namespace of their own."""
import ctypes
import os
import struct

from files import read
from syscalls import AT_FDCWD, call, checked, libc, mount

MS_REMOUNT, MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 0x20, 0x1000, 0x2000, 0x4000, 0x40000
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
OPEN_TREE_CLONE = 1
MOVE_MOUNT_F_EMPTY_PATH = 4
FSCONFIG_CMD_CREATE = 6


def _secret_directory(c):
    return os.path.dirname(c.secret)


def bind_mount(c):
    mount(_secret_directory(c), c.granted, None, MS_BIND)
    read(c, c.granted + "/file")


def mount_tmpfs(c):
    mount("tmpfs", c.granted, "tmpfs", 0)


def mount_proc(c):
    mount("proc", c.granted, "proc", 0)


def remount(c):
    mount(None, "/", None, MS_REMOUNT | MS_BIND)


def change_propagation(c):
    mount(None, "/", None, MS_REC | MS_PRIVATE)


def unmount(c):
    checked(libc.umount2(c.mounted.encode(), 2))
    read(c, c.mounted + "/file")


def clone_tree(c):
    """open_tree + move_mount, which need no mount(2)."""
    tree = call("open_tree", AT_FDCWD, _secret_directory(c), OPEN_TREE_CLONE)
    call("move_mount", tree, "", AT_FDCWD, c.granted, MOVE_MOUNT_F_EMPTY_PATH)
    read(c, c.granted + "/file")


def read_detached_tree(c):
    """A tree that is mounted nowhere. Its files have no parent directory with a rule."""
    tree = call("open_tree", AT_FDCWD, _secret_directory(c), OPEN_TREE_CLONE)
    read(c, f"/proc/self/fd/{tree}/file")


def new_file_system(c):
    """fsopen + fsconfig + fsmount + move_mount."""
    context = call("fsopen", "tmpfs", 0)
    call("fsconfig", context, FSCONFIG_CMD_CREATE, None, None, 0)
    tree = call("fsmount", context, 0, 0)
    call("move_mount", tree, "", AT_FDCWD, c.granted, MOVE_MOUNT_F_EMPTY_PATH)


def detached_file_system(c):
    """The same without attaching it: a new file system that only this process sees."""
    context = call("fsopen", "tmpfs", 0)
    call("fsconfig", context, FSCONFIG_CMD_CREATE, None, None, 0)
    tree = call("fsmount", context, 0, 0)
    os.close(os.open("new", os.O_WRONLY | os.O_CREAT, dir_fd=tree))


def set_mount_attributes(c):
    attributes = ctypes.create_string_buffer(struct.pack("<QQQQ", 0, 1, 0, 0), 32)
    call("mount_setattr", AT_FDCWD, "/", 0, attributes, 32)


def pivot(c):
    """`mounted` is a mount point, as pivot_root(2) wants its new root to be."""
    os.chdir(c.mounted)
    call("pivot_root", ".", ".")


def change_root(c):
    os.chroot(os.path.dirname(_secret_directory(c)))
    read(c, "/secret/file")


def _new_user_namespace(flags):
    """One thread only: the interpreter has no others here."""
    checked(libc.unshare(flags))


def user_namespace_mount(c):
    _new_user_namespace(CLONE_NEWUSER | CLONE_NEWNS)
    mount("tmpfs", c.granted, "tmpfs", 0)


def user_namespace_bind(c):
    _new_user_namespace(CLONE_NEWUSER | CLONE_NEWNS)
    mount(_secret_directory(c), c.granted, None, MS_BIND | MS_REC)
    read(c, c.granted + "/file")


def user_namespace_read(c):
    _new_user_namespace(CLONE_NEWUSER | CLONE_NEWNS)
    read(c, c.secret)
