# SPDX-License-Identifier: LGPL-2.1-or-later
"""Switches the kernel's audit on while any session runs tests (netlink, linux/audit.h).

auditctl is not used, because its package starts auditd on the host. Audit is one switch for the whole
kernel, so sessions share a lock file, and the last session restores the old settings.
"""
import fcntl
import os
import socket
import struct
from pathlib import Path

NETLINK_AUDIT = 9
AUDIT_GET, AUDIT_SET = 1000, 1001
NLM_F_REQUEST, NLM_F_ACK, NLMSG_ERROR = 1, 4, 2
ENABLED, RATE_LIMIT, BACKLOG_LIMIT = 1 << 0, 1 << 3, 1 << 4
# struct audit_status: mask enabled failure pid rate_limit backlog_limit lost backlog
STATUS = struct.Struct("=8I")
FIELDS = ("mask", "enabled", "failure", "pid", "rate_limit", "backlog_limit", "lost", "backlog")
SHARED = Path("/run/ringfence-rig-audit")


def _request(kind, payload):
    """Sends one message. The answer to AUDIT_GET is the status, and to others an acknowledgement."""
    flags = NLM_F_REQUEST if kind == AUDIT_GET else NLM_F_REQUEST | NLM_F_ACK
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT) as netlink:
        netlink.bind((0, 0))
        netlink.settimeout(5)
        netlink.send(struct.pack("=IHHII", 16 + len(payload), kind, flags, 1, 0) + payload)
        message = netlink.recv(8192)
    if struct.unpack_from("=H", message, 4)[0] == NLMSG_ERROR:
        error = struct.unpack_from("=i", message, 16)[0]
        if error:
            raise OSError(-error, f"audit: {os.strerror(-error)}")
    return message[16:]


def status():
    return dict(zip(FIELDS, STATUS.unpack_from(_request(AUDIT_GET, b""))))


def configure(enabled, rate_limit, backlog_limit):
    _request(AUDIT_SET, STATUS.pack(ENABLED | RATE_LIMIT | BACKLOG_LIMIT, enabled, 0, 0,
                                    rate_limit, backlog_limit, 0, 0))


class Audit:
    """Switches audit on, without a rate limit and with room for bursts. Use as a context manager."""

    def __enter__(self):
        self._lock = open(SHARED, "a+")
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        before = status()
        if not before["enabled"]:  # otherwise the administrator or another session switched it on
            self._lock.truncate(0)
            self._lock.write(f"{before['rate_limit']} {before['backlog_limit']}")
            self._lock.flush()
        configure(1, 0, max(8192, before["backlog_limit"]))
        return self

    def __exit__(self, *_):
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()  # another session still runs tests
            return
        self._lock.seek(0)
        before = self._lock.read().split()
        if before:
            configure(0, int(before[0]), int(before[1]))
            self._lock.truncate(0)
        self._lock.close()
