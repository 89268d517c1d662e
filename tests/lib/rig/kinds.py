#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""kinds.py PID|prepare|victim: causes one denial of each kind. The table says what the review must show.

It runs inside the machine as the program of a fenced service, and the test imports the same table. It
prints one JSON object for each denial: {"kind": "read_file", "error": "EACCES"}.
"""
import ctypes
import errno
import fcntl
import json
import os
import signal
import socket
import stat
import subprocess
import sys

libc = ctypes.CDLL(None, use_errno=True)
TREE = "/srv/kinds"  # it belongs to the service's user, so that only the fence denies anything
RNDGETENTCNT, PTRACE_SEIZE = 0x80045200, 0x4206
MS_REMOUNT, MS_BIND = 32, 4096
SYS_PIVOT_ROOT, SYS_PROCESS_VM_READV, AT_FDCWD = 155, 310, -100
HOSTILE = [b"a b\x1b[31m", b"new\nline", b"\xff\xfe"]


def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")


def opened(path, flags):
    os.close(os.open(path, flags, 0o600))


def listen(path, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_UNIX, kind) as listener:
        listener.bind(path)


def ioctl(path):
    device = os.open(path, os.O_RDONLY)
    try:
        fcntl.ioctl(device, RNDGETENTCNT, bytes(4))
    finally:
        os.close(device)


def bind(family, address, port):
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))


def connect(family, address, port):
    with socket.socket(family) as client:
        client.settimeout(2)
        client.connect((address, port))


def abstract(kind, name):
    with socket.socket(socket.AF_UNIX, kind) as client:
        if kind == socket.SOCK_STREAM:
            client.connect("\0" + name)
        else:
            client.sendto(b"x", "\0" + name)


def unix_path(kind, path):
    with socket.socket(socket.AF_UNIX, kind) as client:
        if kind == socket.SOCK_STREAM:
            client.connect(path)
        else:
            client.sendto(b"x", path)


def udp(how, number):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        if how == "bind":
            client.bind(("127.0.0.1", number))
        elif how == "connect":
            client.connect(("127.0.0.1", number))
        else:
            client.sendto(b"x", ("127.0.0.1", number))


def victim():
    """A process for the attacks to signal, trace and connect to."""
    with open("/proc/self/comm", "w") as comm:
        comm.write("victim")
    sockets = []
    for name in ("\0victim", "/run/victim.stream"):
        sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        sockets[-1].bind(name)
        sockets[-1].listen()
    for name in ("/run/victim.datagram", "\0victim-datagram"):
        sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        sockets[-1].bind(name)
    while True:
        signal.pause()


def pidfd_signal(pid):
    descriptor = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGCONT)
    finally:
        os.close(descriptor)


def read_memory(pid):
    buffer = ctypes.create_string_buffer(8)
    vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_void_p * 2)(0x400000, 8)
    checked(libc.syscall(SYS_PROCESS_VM_READV, pid, vector, 1, remote, 1, 0))


def mount(source, target, flags):
    checked(libc.mount(source.encode(), target.encode(), None, flags, None))


def run(path):
    subprocess.run([path], check=True, stdout=subprocess.DEVNULL)


def path(rights, name=""):
    return {"rights": rights, "object": {"type": "path", "path": f"{TREE}/{name}".rstrip("/")}}


def port(right, end, number, address=None):
    found = {"type": "port", "end": end, "port": number}
    return {"rights": [right], "object": found | ({"address": address} if address else {})}


def process(right):
    return {"rights": [right], "object": {"type": "process", "comm": "victim"}}


def peer(right="scope.abstract_unix_socket"):
    return {"rights": [right], "object": {"type": "unix-socket", "abstract": True, "name": "victim"}}


def raw(rights, name):
    found = {"type": "path", "path": f"{TREE}/hostile/" + name.decode(errors="replace")}
    if b"\xff" in name:
        found |= {"path_hex": (f"{TREE}/hostile/".encode() + name).hex()}
    return {"rights": rights, "object": found}


# Name -> (action, what the review says). `pid` is the victim's process.
T = TREE
KINDS = {
    "read_file": (lambda pid: opened(f"{T}/file", os.O_RDONLY), path(["fs.read_file"], "file")),
    "read_dir": (lambda pid: os.listdir(f"{T}/empty"), path(["fs.read_dir"], "empty")),
    "write_file": (lambda pid: opened(f"{T}/file", os.O_WRONLY), path(["fs.write_file"], "file")),
    "read_and_write": (lambda pid: opened(f"{T}/both", os.O_RDWR),
                       path(["fs.write_file", "fs.read_file"], "both")),
    "truncate": (lambda pid: os.truncate(f"{T}/file", 0), path(["fs.truncate"], "file")),
    "open_truncate": (lambda pid: opened(f"{T}/cut", os.O_WRONLY | os.O_TRUNC),
                      path(["fs.write_file"], "cut")),
    "make_reg": (lambda pid: opened(f"{T}/reg/new", os.O_WRONLY | os.O_CREAT),
                 path(["fs.make_reg"], "reg")),
    "make_dir": (lambda pid: os.mkdir(f"{T}/dir/new"), path(["fs.make_dir"], "dir")),
    "make_sym": (lambda pid: os.symlink("x", f"{T}/sym/new"), path(["fs.make_sym"], "sym")),
    "make_fifo": (lambda pid: os.mkfifo(f"{T}/fifo/new"), path(["fs.make_fifo"], "fifo")),
    "make_sock": (lambda pid: listen(f"{T}/sock/new"), path(["fs.make_sock"], "sock")),
    "make_char": (lambda pid: os.mknod(f"{T}/char/new", stat.S_IFCHR | 0o600, os.makedev(1, 3)),
                  path(["fs.make_char"], "char")),
    "make_block": (lambda pid: os.mknod(f"{T}/block/new", stat.S_IFBLK | 0o600, os.makedev(7, 0)),
                   path(["fs.make_block"], "block")),
    "remove_file": (lambda pid: os.unlink(f"{T}/gone/file"), path(["fs.remove_file"], "gone")),
    "remove_dir": (lambda pid: os.rmdir(f"{T}/gone.d/dir"), path(["fs.remove_dir"], "gone.d")),
    "rename": (lambda pid: os.rename(f"{T}/same/a", f"{T}/same/b"),
               path(["fs.remove_file", "fs.make_reg"], "same")),
    "rename_across": (lambda pid: os.rename(f"{T}/from/a", f"{T}/to/a"),
                      path(["fs.remove_file", "fs.refer"], "from")),
    "rename_dir_across": (lambda pid: os.rename(f"{T}/from.d/a", f"{T}/to.d/a"),
                          path(["fs.remove_dir", "fs.refer"], "from.d")),
    "link_across": (lambda pid: os.link(f"{T}/link/a", f"{T}/linked/a"),
                    path(["fs.make_reg", "fs.refer"], "linked")),
    "execute": (lambda pid: run(f"{T}/program"), path(["fs.execute", "fs.read_file"], "program")),
    "ioctl_dev": (lambda pid: ioctl("/dev/random"),
                  {"rights": ["fs.ioctl_dev"], "object": {"type": "path", "path": "/dev/random"}}),
    "mount": (lambda pid: mount(f"{T}/mount", f"{T}/mount", MS_BIND),
              path(["fs.change_topology"], "mount")),
    "remount": (lambda pid: mount("none", "/", MS_REMOUNT | MS_BIND),
                {"rights": ["fs.change_topology"], "object": {"type": "path", "path": "/"}}),
    "pivot_root": (lambda pid: checked(libc.syscall(SYS_PIVOT_ROOT, b"/run", b"/run")),
                   {"rights": ["fs.change_topology"], "object": {"type": "path", "path": "/run"}}),
    "bind_tcp": (lambda pid: bind(socket.AF_INET, "127.0.0.1", 8081),
                 port("net.bind_tcp", "local", 8081)),
    "bind_tcp6": (lambda pid: bind(socket.AF_INET6, "::1", 8082),
                  port("net.bind_tcp", "local", 8082)),
    "bind_ephemeral": (lambda pid: bind(socket.AF_INET, "127.0.0.1", 0),
                       port("net.bind_tcp", "local", 0)),
    "connect_tcp": (lambda pid: connect(socket.AF_INET, "127.0.0.1", 6379),
                    port("net.connect_tcp", "remote", 6379, "127.0.0.1")),
    "connect_tcp6": (lambda pid: connect(socket.AF_INET6, "::1", 6380),
                     port("net.connect_tcp", "remote", 6380, "::1")),
    "signal": (lambda pid: os.kill(pid, 0), process("scope.signal")),
    "signal_by_pidfd": (pidfd_signal, process("scope.signal")),
    "ptrace": (lambda pid: checked(libc.ptrace(PTRACE_SEIZE, pid, None, None)), process("ptrace")),
    "read_memory": (read_memory, process("ptrace")),
    "abstract_stream": (lambda pid: abstract(socket.SOCK_STREAM, "victim"), peer()),
    "abstract_datagram": (lambda pid: abstract(socket.SOCK_DGRAM, "victim-datagram"),
                          peer() | {"object": peer()["object"] | {"name": "victim-datagram"}}),
    "name_with_escape": (lambda pid: opened(f"{T}/hostile/".encode() + HOSTILE[0], os.O_RDONLY),
                         raw(["fs.read_file"], HOSTILE[0])),
    "name_with_newline": (lambda pid: opened(f"{T}/hostile/".encode() + HOSTILE[1], os.O_RDONLY),
                          raw(["fs.read_file"], HOSTILE[1])),
    "name_that_is_no_utf8": (lambda pid: opened(f"{T}/hostile/".encode() + HOSTILE[2], os.O_RDONLY),
                             raw(["fs.read_file"], HOSTILE[2])),
}


# Rights of newer kernels. All other kinds need ABI 7, the first one that logs.
FIRST_ABI = {"connect_unix": 9, "send_unix": 9, "bind_udp": 10, "connect_udp": 10, "send_udp": 10}
KINDS |= {
    "connect_unix": (lambda pid: unix_path(socket.SOCK_STREAM, "/run/victim.stream"),
                     {"rights": ["fs.resolve_unix"],
                      "object": {"type": "path", "path": "/run/victim.stream"}}),
    "send_unix": (lambda pid: unix_path(socket.SOCK_DGRAM, "/run/victim.datagram"),
                  {"rights": ["fs.resolve_unix"],
                   "object": {"type": "path", "path": "/run/victim.datagram"}}),
    "bind_udp": (lambda pid: udp("bind", 5300), port("net.bind_udp", "local", 5300)),
    "connect_udp": (lambda pid: udp("connect", 53),
                    port("net.connect_send_udp", "remote", 53, "127.0.0.1")),
    "send_udp": (lambda pid: udp("send", 54),
                 port("net.connect_send_udp", "remote", 54, "127.0.0.1")),
}


def supported():
    """The names of the kinds that this kernel knows."""
    abi = libc.syscall(444, None, 0, 1)
    return [name for name in KINDS if FIRST_ABI.get(name, 7) <= abi]


def prepare():
    """Makes the tree. This runs outside the fence."""
    for name in ("empty reg dir sym fifo sock char block gone gone.d/dir same from to from.d/a to.d "
                 "link linked mount hostile").split():
        os.makedirs(f"{TREE}/{name}", exist_ok=True)
    for name in "file both cut gone/file same/a from/a link/a".split():
        with open(f"{TREE}/{name}", "w") as file:
            file.write("x")
    for name in HOSTILE:
        with open(f"{TREE}/hostile/".encode() + name, "w") as file:
            file.write("x")
    with open(f"{TREE}/program", "w") as file:
        file.write("#!/bin/true\n")
    os.chmod(f"{TREE}/program", 0o755)


def attempt(action, pid):
    try:
        action(pid)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))
    return None


def main(arguments):
    if arguments == ["prepare"]:
        prepare()
        return
    if arguments == ["victim"]:
        victim()
    for name in supported():
        error = attempt(KINDS[name][0], int(arguments[0]))
        print(json.dumps({"kind": name, "error": error}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
