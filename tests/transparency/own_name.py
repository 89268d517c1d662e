#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""own_name.py NAME: owns a name on the system bus until killed (D-Bus specification, by hand)."""
import os
import signal
import socket
import struct
import sys


def string(text):
    return struct.pack("<I", len(text)) + text.encode() + b"\0"


def padded(data, size=8):
    return data + bytes(-len(data) % size)


def call(bus, serial, member, signature="", body=b""):
    fields = b""
    for code, kind, value in ((1, "o", "/org/freedesktop/DBus"), (2, "s", "org.freedesktop.DBus"),
                              (3, "s", member), (6, "s", "org.freedesktop.DBus")):
        fields = padded(fields) + bytes([code, 1]) + kind.encode() + b"\0" + string(value)
    if signature:
        fields = padded(fields) + bytes([8, 1]) + b"g\0" + bytes([len(signature)]) \
            + signature.encode() + b"\0"
    header = struct.pack("<cBBBIII", b"l", 1, 0, 1, len(body), serial, len(fields))
    bus.send(padded(header + fields) + body)


bus = socket.socket(socket.AF_UNIX)
bus.connect("/run/dbus/system_bus_socket")
bus.send(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
assert bus.recv(1000).startswith(b"OK")
bus.send(b"BEGIN\r\n")
call(bus, 1, "Hello")
call(bus, 2, "RequestName", "su", padded(string(sys.argv[1]), 4) + struct.pack("<I", 0))
signal.pause()
