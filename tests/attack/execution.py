# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attacks that execute files without the right to, or that try to leave the domain by executing."""
import ctypes
import mmap
import os
import platform
import shutil
import struct
import subprocess

from files import read
from syscalls import AT_EMPTY_PATH, Missing, call

LOADERS = {"x86_64": "/lib64/ld-linux-x86-64.so.2", "aarch64": "/lib/ld-linux-aarch64.so.1"}
FILE_RIGHTS = (1 << 13) - 1  # ABI 1


def _run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.stdout == "ran\n", done


def program(c):
    _run(c.program)


def script(c):
    _run(c.script)


def written_program(c):
    """The file is written where writing is allowed, and then executed."""
    copy = c.granted + "/program"
    shutil.copy(c.program, copy)
    _run(copy)


def script_by_interpreter(c):
    _run("/bin/sh", c.script)


def program_by_loader(c):
    _run(LOADERS[platform.machine()], c.dynamic_program, "ran")


def _execute_descriptor(fd):
    os.set_inheritable(fd, True)
    child = os.fork()
    if child == 0:
        arguments = (ctypes.c_char_p * 2)(b"program", None)
        output = os.open("/dev/null", os.O_WRONLY)
        os.dup2(output, 1)
        try:
            call("execveat", fd, "", arguments, (ctypes.c_char_p * 1)(None), AT_EMPTY_PATH)
        except OSError as error:
            os._exit(error.errno)
        os._exit(255)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        raise OSError(status, os.strerror(status))


def descriptor(c):
    _execute_descriptor(os.open(c.program, os.O_RDONLY))


def path_handle(c):
    _execute_descriptor(os.open(c.program, os.O_PATH))


def memory_file(c):
    memory = os.memfd_create("program", 0)
    with open(c.program, "rb") as file:
        os.write(memory, file.read())
    _execute_descriptor(memory)


def map_executable(c):
    with open(c.program, "rb") as file:
        mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)


# Further domains


def own_domain(c):
    """A further domain that allows everything everywhere."""
    attributes = ctypes.create_string_buffer(struct.pack("<Q", FILE_RIGHTS), 8)
    ruleset = call("landlock_create_ruleset", attributes, 8, 0)
    root = os.open("/", os.O_PATH)
    rule = ctypes.create_string_buffer(struct.pack("<Qi", FILE_RIGHTS, root), 12)
    call("landlock_add_rule", ruleset, 1, rule, 0)
    call("landlock_restrict_self", ruleset, 0)
    read(c, c.secret)


def inherited_ruleset(c):
    """A ruleset that was made outside and allows everything. It is added to the fence and replaces nothing."""
    call("landlock_restrict_self", c.ruleset, 0)
    read(c, c.secret)


def wrapper_in_wrapper(c):
    """The wrapper itself, with options that allow everything. It opens the paths of its rules inside the fence."""
    done = subprocess.run(
        [c.wrapper, "--abi=1", "--execute=/", "--write=/", "--report=none", "--", "/bin/cat",
         c.secret], capture_output=True, text=True)
    if done.stdout != "secret\n":
        assert "Permission denied" in done.stderr, done
        raise PermissionError(13, done.stderr)


def child_process(c):
    """A child inherits the domain. So does a thread, and every program that they execute."""
    done = subprocess.run(["/bin/sh", "-c", f"( exec cat {c.secret} )"], capture_output=True,
                          text=True)
    if done.stdout != "secret\n":
        assert "Permission denied" in done.stderr, done
        raise PermissionError(13, done.stderr)


def orphan(c):
    """A process in a new session and process group, whose parent has ended."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            try:
                read(c, c.secret)
                os.write(writer, b"0")
            except OSError as error:
                os.write(writer, str(error.errno).encode())
        os._exit(0)
    os.wait()
    number = int(os.read(reader, 10))
    if number:
        raise OSError(number, os.strerror(number))


def drop_privileges(c):
    """A process that changes its user stays in the domain. The mode of the secret lets this user read it."""
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    read(c, c.secret)


def set_user_id_program(c):
    """A set-user-ID program does not leave the domain (nor, with no_new_privs, change the user)."""
    if not os.path.exists("/bin/su"):
        raise Missing("no /bin/su here")
    os.setresuid(65534, 65534, 65534)
    done = subprocess.run([c.set_user_id_cat, c.secret], capture_output=True, text=True)
    if done.stdout != "secret\n":
        assert "Permission denied" in done.stderr, done
        raise PermissionError(13, done.stderr)


def core_dump_helper(c):
    """The kernel runs the core pattern's program outside every domain."""
    with open("/proc/sys/kernel/core_pattern", "r+") as file:
        file.write(file.read())


def module_loading_helper(c):
    if not os.path.exists("/proc/sys/kernel/modprobe"):
        raise Missing("the kernel has no modules")
    with open("/proc/sys/kernel/modprobe", "r+") as file:
        value = file.read()
        file.write(value)
