# SPDX-License-Identifier: LGPL-2.1-or-later
"""An io_uring, with the few operations that the attacks need (include/uapi/linux/io_uring.h)."""
import ctypes
import errno
import mmap
import os
import struct
import time

from syscalls import AT_FDCWD, Missing, call

SETUP_SQPOLL = 2
ENTER_GETEVENTS, ENTER_SQ_WAKEUP = 1, 2
REGISTER_PERSONALITY = 9
OP_CONNECT, OP_OPENAT, OP_OPENAT2 = 16, 18, 28
OP_RENAMEAT, OP_UNLINKAT, OP_SYMLINKAT, OP_LINKAT = 35, 36, 38, 39
OFF_SQ_RING, OFF_CQ_RING, OFF_SQES = 0, 0x8000000, 0x10000000
ENTRIES = 4
SQE = struct.Struct("<BBHiQQIIQHHiQQ")  # opcode flags ioprio fd off addr len op_flags user_data
#                                       # buf_index personality splice_fd addr3 pad: 64 bytes


class Ring:
    """`parameters` (bytes) and `fd` are those of a ring that another process has made."""

    def __init__(self, flags=0, fd=None, parameters=None):
        self.flags = flags
        if fd is None:
            buffer = ctypes.create_string_buffer(struct.pack("<IIIII", 0, 0, flags, 0, 50), 120)
            try:
                fd = call("io_uring_setup", ENTRIES, buffer)
            except OSError as error:
                if error.errno == errno.EPERM:
                    raise Missing("io_uring is disabled (kernel.io_uring_disabled)") from error
                raise
            parameters = buffer.raw
        self.fd, self.parameters = fd, parameters
        # struct io_uring_params: sq_off at 40, cq_off at 80; the first words are head, tail, mask
        self._sq_off = struct.unpack_from("<IIIIIII", parameters, 40)
        self._cq_off = struct.unpack_from("<IIIIII", parameters, 80)
        self._sq = mmap.mmap(fd, 4096, offset=OFF_SQ_RING)
        self._cq = mmap.mmap(fd, 4096, offset=OFF_CQ_RING)
        self._entries = mmap.mmap(fd, 4096, offset=OFF_SQES)

    def register_personality(self):
        """Registers the creator's credentials. Everybody who submits with the returned number uses them."""
        return call("io_uring_register", self.fd, REGISTER_PERSONALITY, None, 0)

    def submit(self, sqe):
        """Returns the result of one operation or raises OSError."""
        tail, = struct.unpack_from("<I", self._sq, self._sq_off[1])
        self._entries[0:64] = sqe
        struct.pack_into("<I", self._sq, self._sq_off[6] + 4 * (tail % ENTRIES), 0)
        struct.pack_into("<I", self._sq, self._sq_off[1], tail + 1)
        if self.flags & SETUP_SQPOLL:
            call("io_uring_enter", self.fd, 1, 0, ENTER_SQ_WAKEUP, None, 0)
        else:
            call("io_uring_enter", self.fd, 1, 1, ENTER_GETEVENTS, None, 0)
        return self._completion()

    def _completion(self):
        deadline = time.monotonic() + 5
        while True:
            head, = struct.unpack_from("<I", self._cq, self._cq_off[0])
            tail, = struct.unpack_from("<I", self._cq, self._cq_off[1])
            if head != tail:
                break
            if time.monotonic() > deadline:
                raise TimeoutError("no completion")
        mask, = struct.unpack_from("<I", self._cq, self._cq_off[2])
        result, = struct.unpack_from("<i", self._cq, self._cq_off[5] + 16 * (head & mask) + 8)
        struct.pack_into("<I", self._cq, self._cq_off[0], head + 1)
        if result < 0:
            raise OSError(-result, os.strerror(-result))
        return result

    def openat(self, path, personality=0):
        name = ctypes.create_string_buffer(path.encode())
        return self.submit(SQE.pack(OP_OPENAT, 0, 0, AT_FDCWD, 0, ctypes.addressof(name), 0,
                                    os.O_RDONLY, 1, 0, personality, 0, 0, 0))

    def openat2(self, path):
        name = ctypes.create_string_buffer(path.encode())
        how = ctypes.create_string_buffer(struct.pack("<QQQ", os.O_RDONLY, 0, 0), 24)
        return self.submit(SQE.pack(OP_OPENAT2, 0, 0, AT_FDCWD, ctypes.addressof(how),
                                    ctypes.addressof(name), 24, 0, 1, 0, 0, 0, 0, 0))

    def _names(self, operation, first, second, length=0):
        """An operation on one or two names. Both are looked up from the working directory."""
        names = [ctypes.create_string_buffer(name.encode()) for name in (first, second)]
        return self.submit(SQE.pack(operation, 0, 0, AT_FDCWD, ctypes.addressof(names[1]) if second else 0,
                                    ctypes.addressof(names[0]), length, 0, 1, 0, 0, 0, 0, 0))

    def renameat(self, old, new):
        return self._names(OP_RENAMEAT, old, new, AT_FDCWD & 0xffffffff)

    def linkat(self, old, new):
        return self._names(OP_LINKAT, old, new, AT_FDCWD & 0xffffffff)

    def symlinkat(self, target, link):
        return self._names(OP_SYMLINKAT, target, link)

    def unlinkat(self, path):
        return self._names(OP_UNLINKAT, path, "")

    def connect(self, fd, address):
        peer = ctypes.create_string_buffer(address, len(address))
        return self.submit(SQE.pack(OP_CONNECT, 0, 0, fd, len(address), ctypes.addressof(peer), 0,
                                    0, 1, 0, 0, 0, 0, 0))
