# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks over sockets."""
import errno
import socket
import struct

from files import _expect_secret
from syscalls import Missing, checked, libc
from uring import Ring

MPTCP, SCTP, ICMP, UDP_LITE = 262, 132, 1, 136
MSG_FASTOPEN = 0x20000000
TCP_FASTOPEN_CONNECT = 30


def _socket(family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0):
    try:
        return socket.socket(family, kind, protocol)
    except OSError as error:
        if error.errno in (errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT, errno.ENOPROTOOPT):
            raise Missing(f"the kernel has no protocol {protocol}") from error
        raise


# UNIX


def abstract_connect(c):
    _socket(socket.AF_UNIX).connect("\0" + c.abstract)


def abstract_send(c):
    _socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", f"\0{c.abstract}-d")


def pathname_connect(c):
    _socket(socket.AF_UNIX).connect(c.socket)


def pathname_send(c):
    _socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", c.datagram_socket)


def receive_descriptor(c):
    client = _socket(socket.AF_UNIX)
    client.connect(c.socket)
    client.send(b"descriptor")
    _, descriptors, _, _ = socket.recv_fds(client, 1, 1)
    _expect_secret(descriptors[0])


def ask_proxy(c):
    client = _socket(socket.AF_UNIX)
    client.connect(c.socket)
    client.send(b"read")
    assert client.recv(100) == b"secret\n"


def ask_inherited_connection(c):
    """The socket was connected before the fence."""
    client = socket.socket(fileno=c.connection)
    client.send(b"read")
    assert client.recv(100) == b"secret\n"


# IP


def connect(c):
    _socket().connect(("127.0.0.1", c.tcp))


def connect_six(c):
    _socket(socket.AF_INET6).connect(("::1", c.tcp6))


def connect_mapped(c):
    """An IPv6 socket reaches an IPv4 port."""
    _socket(socket.AF_INET6).connect(("::ffff:127.0.0.1", c.tcp))


def connect_any(c):
    _socket().connect(("0.0.0.0", c.tcp))


def connect_uring(c):
    address = struct.pack("<H", socket.AF_INET) + struct.pack(">H4s8x", c.tcp, b"\x7f\0\0\x01")
    client = _socket()
    Ring().connect(client.fileno(), address)


def connect_twice(c):
    """Dissolves the association with AF_UNSPEC, then connects again."""
    client = _socket()
    client.bind(("127.0.0.1", 0))
    checked(libc.connect(client.fileno(), b"\0" * 16, 16))
    client.connect(("127.0.0.1", c.tcp))


def fast_open(c):
    _socket().sendto(b"x", MSG_FASTOPEN, ("127.0.0.1", c.tcp))


def fast_open_connect(c):
    client = _socket()
    client.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
    client.connect(("127.0.0.1", c.tcp))
    client.send(b"x")


def bind(c):
    _socket().bind(("127.0.0.1", c.free_port))


def bind_six(c):
    _socket(socket.AF_INET6).bind(("::1", c.free_port))


def bind_ephemeral(c):
    _socket().bind(("127.0.0.1", 0))


def bind_unspecified(c):
    """bind(2) takes AF_UNSPEC with the any address for AF_INET."""
    address = struct.pack("<H", socket.AF_UNSPEC) + struct.pack(">H", c.free_port) + bytes(12)
    server = _socket()
    checked(libc.bind(server.fileno(), address, 16))


def listen_unbound(c):
    """listen(2) without bind(2) takes an ephemeral port."""
    server = _socket()
    server.listen()
    assert server.getsockname()[1] != 0


def mptcp_connect(c):
    _socket(protocol=MPTCP).connect(("127.0.0.1", c.tcp))


def mptcp_bind(c):
    _socket(protocol=MPTCP).bind(("127.0.0.1", c.free_port))


def sctp_bind(c):
    _socket(protocol=SCTP).bind(("127.0.0.1", c.free_port))


def udp_send(c):
    _socket(kind=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", c.udp))


def udp_connect(c):
    _socket(kind=socket.SOCK_DGRAM).connect(("127.0.0.1", c.udp))


def udp_bind(c):
    _socket(kind=socket.SOCK_DGRAM).bind(("127.0.0.1", c.free_port))


def udp_lite_send(c):
    _socket(kind=socket.SOCK_DGRAM, protocol=UDP_LITE).sendto(b"x", ("127.0.0.1", c.udp))


def raw(c):
    _socket(kind=socket.SOCK_RAW, protocol=ICMP).sendto(
        b"\x08\0\xf7\xff" + bytes(4), ("127.0.0.1", 0))


def packet(c):
    """Sends whole frames, to which rules on ports do not apply."""
    sender = _socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.sendto(bytes(14), ("lo", 0))
