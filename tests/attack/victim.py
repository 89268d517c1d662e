#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""victim.py PATHS.json: the unfenced process that the attacks aim at.

It has the secret open and in its memory, counts the signals that it gets, listens on sockets of every
kind, and gives descriptors and file contents to everybody who asks. It prints what an attack needs to
know (one line of JSON) and ends when its standard input ends.
"""
import ctypes
import json
import os
import signal
import socket
import sys
import threading
from types import SimpleNamespace


def count_signals(path):
    log = os.open(path, os.O_WRONLY | os.O_APPEND)
    for number in (signal.SIGUSR1, signal.SIGIO):
        signal.signal(number, lambda received, _: os.write(log, b"%d\n" % received))


def forever(function, *arguments):
    def loop():
        while True:
            function(*arguments)
    threading.Thread(target=loop, daemon=True).start()


def answer(listener, secret):
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection, secret), daemon=True).start()


def serve(connection, secret):
    """"descriptor": an open descriptor of the secret; "read": its contents."""
    with connection:
        request = connection.recv(100)
        if request == b"descriptor":
            with open(secret, "rb") as file:
                socket.send_fds(connection, [b"d"], [file.fileno()])
        elif request == b"read":
            with open(secret, "rb") as file:
                connection.send(file.read())


def listening(family, address, protocol=0, kind=socket.SOCK_STREAM):
    listener = socket.socket(family, kind, protocol)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen(64)
    return listener


def main(path):
    with open(path) as file:
        paths = SimpleNamespace(**json.load(file))
    os.chdir(os.path.dirname(paths.secret))
    count_signals(paths.signals)
    secret = os.open(paths.secret, os.O_RDONLY)
    memory = ctypes.create_string_buffer(b"in memory", 16)
    abstract = f"ringfence-attack-{os.getpid()}"
    four = listening(socket.AF_INET, ("127.0.0.1", 0))
    six = listening(socket.AF_INET6, ("::1", 0))
    udp = listening(socket.AF_INET, ("127.0.0.1", 0), kind=socket.SOCK_DGRAM)
    unix = listening(socket.AF_UNIX, paths.socket)
    datagrams = [listening(socket.AF_UNIX, paths.datagram_socket, kind=socket.SOCK_DGRAM),
                 listening(socket.AF_UNIX, f"\0{abstract}-d", kind=socket.SOCK_DGRAM)]
    for listener in (four, six, unix, listening(socket.AF_UNIX, "\0" + abstract)):
        forever(answer, listener, paths.secret)
    for listener in (udp, *datagrams):
        forever(listener.recv, 100)
    print(json.dumps({"victim": os.getpid(), "victim_fd": secret, "abstract": abstract,
                      "memory": ctypes.addressof(memory), "tcp": four.getsockname()[1],
                      "tcp6": six.getsockname()[1], "udp": udp.getsockname()[1]}), flush=True)
    while os.read(0, 100):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
