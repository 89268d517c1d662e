#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""attack.py ACTION=OBJECT…: does what an attacker would do inside a service, one action after the other.

Prints one JSON object for each action: {"action": "read_file", "object": "/etc/shadow", "error": "EACCES"}.
The error is null if the action succeeded. Runs inside the machine, with and without a fence.
"""
import ctypes
import errno
import fcntl
import json
import os
import socket
import stat
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
RNDGETENTCNT = 0x80045200
PTRACE_SEIZE = 0x4206
MS_BIND = 4096
NULL_DEVICE = os.makedev(1, 3)


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def opened(path, flags):
    os.close(os.open(path, flags, 0o600))


def rename(paths):
    os.rename(*paths.split(","))


def link(paths):
    os.link(*paths.split(","))


def make_sock(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)


def ioctl_dev(path):
    device = os.open(path, os.O_RDONLY)
    try:
        fcntl.ioctl(device, RNDGETENTCNT, bytes(4))
    finally:
        os.close(device)


def execute(path):
    subprocess.run([path], check=True, stdout=subprocess.DEVNULL)


def bind_tcp(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", int(port)))


def connect_tcp(port):
    with socket.create_connection(("127.0.0.1", int(port)), 2):
        pass


def abstract_unix_socket(name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect("\0" + name)


ACTIONS = {
    "read_file": lambda path: opened(path, os.O_RDONLY),
    "read_dir": os.listdir,
    "write_file": lambda path: opened(path, os.O_WRONLY),
    "truncate": lambda path: os.truncate(path, 0),
    "make_reg": lambda path: opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL),
    "make_dir": os.mkdir,
    "make_sym": lambda path: os.symlink("target", path),
    "make_fifo": os.mkfifo,
    "make_sock": make_sock,
    "make_char": lambda path: os.mknod(path, stat.S_IFCHR | 0o600, NULL_DEVICE),
    "make_block": lambda path: os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(7, 0)),
    "remove_file": os.unlink,
    "remove_dir": os.rmdir,
    "rename": rename,
    "link": link,
    "ioctl_dev": ioctl_dev,
    "execute": execute,
    "bind_tcp": bind_tcp,
    "connect_tcp": connect_tcp,
    "signal": lambda pid: os.kill(int(pid), 0),
    "abstract_unix_socket": abstract_unix_socket,
    "ptrace": lambda pid: checked(libc.ptrace(PTRACE_SEIZE, int(pid), None, None)),
    "mount": lambda path: checked(libc.mount(path.encode(), path.encode(), None, MS_BIND, None)),
}


def attempt(action, target):
    try:
        ACTIONS[action](target)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    return None


def main(arguments):
    for argument in arguments:
        action, _, target = argument.partition("=")
        print(json.dumps({"action": action, "object": target, "error": attempt(action, target)}),
              flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
