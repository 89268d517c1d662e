#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""store.py: gives the service manager two descriptors to keep (FDSTORE=1, sd_notify(3))."""
import os
import socket

with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    manager.connect(os.environ["NOTIFY_SOCKET"])
    memory = os.memfd_create("kept")
    os.write(memory, b"0123456789")
    os.lseek(memory, 3, os.SEEK_SET)
    # One descriptor in each message, because the manager does not keep the order of several in one.
    for name, fd in ((b"kept", memory), (b"other", os.eventfd(5))):
        socket.send_fds(manager, [b"FDSTORE=1\nFDNAME=" + name], [fd])
    # Wait until the manager has read them: it closes the barrier after the messages before it.
    reader, writer = os.pipe()
    socket.send_fds(manager, [b"BARRIER=1"], [writer])
    os.close(writer)
    os.read(reader, 1)
