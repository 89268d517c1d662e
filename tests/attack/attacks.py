# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of attacks, one in each row. The tests and ATTACKS.md are made from it."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Attack:
    """If `errors` is empty, the row is a documented limit of Landlock, and the attack must succeed. `why` names the
    limit.

    abi: the first version with the right. Below it, the attack is a limit, too.
    capability: the attack needs it and nothing else. The fence that drops it stops the attack; a fence that keeps
      it alone does not.
    options: rights that the fence grants besides those of the scene.
    """
    tried: str
    action: str
    stopped_by: str = ""
    errors: tuple = ()
    why: str = ""
    abi: int = 1
    argument: str = ""
    capability: str = ""
    options: tuple = field(default=())

    @property
    def name(self):
        return self.action + (f"-{self.argument}" if self.argument else "")

    def is_stopped(self, abi):
        return bool(self.errors) and abi >= self.abi


def stopped(tried, action, by, *errors, **more):
    return Attack(tried, action, by, errors or ("EACCES",), **more)


def limit(tried, action, why, **more):
    return Attack(tried, action, why=why, **more)


# An option of a row may contain {readable} and {root}; test_attacks.py replaces them by paths of the scene.
READ, DIRECTORY, REFER = "fs.read_file", "fs.read_dir", "fs.refer"
MOUNT = "hooks of mount(2), denied once any fs right is handled"
PTRACE = "hook ptrace_access_check"
SIGNAL = dict(abi=6)

FILES = [
    stopped("Open the secret by its path", "read_secret", READ),
    stopped("The same through /proc/self/root", "proc_self_root", READ),
    stopped("Through an unfenced process's /proc/PID/root", "proc_pid_root", PTRACE),
    stopped("Through /proc/PID/cwd", "proc_pid_cwd", PTRACE),
    stopped("Through /proc/PID/fd/N", "proc_pid_fd", PTRACE),
    stopped("Through /proc/PID/exe of a program without rights", "proc_pid_exe", PTRACE),
    stopped("A path that climbs out of a granted directory with ..", "dot_dot", READ),
    stopped("A symbolic link in a granted directory", "follow_link", READ),
    stopped("A link swapped while it is opened, for one second", "link_race", READ),
    stopped("Reopen an inherited read-only descriptor for writing, through /proc/self/fd",
            "reopen_for_writing", "fs.read_file and fs.write_file"),
    limit("Read an inherited descriptor", "use_inherited",
          "a descriptor that was open before stays usable"),
    limit("Lock an inherited descriptor", "lock_inherited", "flock(2) is not mediated"),
    limit("Open with O_PATH", "open_path_only", "a handle gives no access"),
    stopped("Open with O_PATH, then through /proc/self/fd", "reopen_path_handle", READ),
    stopped("Open relative to an O_PATH handle of the directory", "openat_path_handle", READ),
    stopped("Reopen an O_PATH directory handle to list it", "openat_empty_path", DIRECTORY),
    stopped("Link an O_PATH handle into a granted directory (AT_EMPTY_PATH)", "link_path_handle",
            REFER, "EXDEV"),
    *[stopped(f"openat2 with {flag}", "openat2", READ, argument=value) for flag, value in (
        ("no resolve flag", "0"), ("RESOLVE_NO_XDEV", "1"), ("RESOLVE_NO_MAGICLINKS", "2"),
        ("RESOLVE_NO_SYMLINKS", "4"), ("RESOLVE_BENEATH", "8"), ("RESOLVE_IN_ROOT", "16"),
        ("RESOLVE_CACHED", "32"), ("RESOLVE_BENEATH, NO_XDEV, NO_SYMLINKS, CACHED", "45"))],
    stopped("open_by_handle_at on a granted directory's mount", "open_by_handle", READ),
    stopped("io_uring: IORING_OP_OPENAT", "uring_openat", READ),
    stopped("io_uring: IORING_OP_OPENAT2", "uring_openat2", READ),
    stopped("io_uring: opened by the kernel's polling thread (SQPOLL)", "uring_sqpoll", READ),
    stopped("A ring that was made outside, own credentials", "uring_inherited", READ),
    limit("A ring that was made outside, with credentials its maker registered",
          "uring_personality", "like an open descriptor: given away by its unfenced maker"),
    stopped("Open a readable file for writing", "write_file", "fs.write_file"),
    stopped("Append to a readable file", "append", "fs.write_file"),
    stopped("Create a file in a readable directory", "create", "fs.make_reg"),
    stopped("Create a file without a name (O_TMPFILE)", "create_temporary", "fs.write_file"),
    stopped("Remove a readable file", "unlink", "fs.remove_file"),
    stopped("truncate(2) with fs.write_file only", "truncate", "fs.truncate", abi=3,
            options=("--allow=fs.write_file:{readable}/file",)),
    stopped("O_WRONLY and O_TRUNC with fs.write_file only", "open_truncating", "fs.truncate",
            abi=3, options=("--allow=fs.write_file:{readable}/file",)),
    stopped("O_RDONLY and O_TRUNC", "open_truncating_read_only", "fs.truncate", abi=3),
    stopped("ftruncate(2) with fs.write_file only", "ftruncate", "fs.truncate", abi=3,
            options=("--allow=fs.write_file:{readable}/file",)),
    limit("ftruncate(2) of an inherited descriptor", "ftruncate_inherited",
          "a descriptor keeps the rights it was opened with"),
    limit("fallocate(2) punches a hole with fs.write_file only", "punch_hole",
          "writing zeros is writing: fs.truncate is about the length",
          options=("--allow=fs.write_file:{readable}/file",)),
    stopped("Hard link the secret into a granted directory", "link_in", REFER, "EXDEV"),
    stopped("Hard link a granted file out", "link_out", "fs.make_reg at the target"),
    stopped("Rename the secret into a granted directory", "rename_in",
            "fs.remove_file at the source"),
    stopped("Rename a granted file out", "rename_out", "fs.make_reg at the target"),
    stopped("Exchange the secret and a granted file (RENAME_EXCHANGE)", "exchange",
            "fs.make_reg and fs.remove_file at the secret"),
    stopped("Rename the secret's whole directory into a granted one", "rename_directory_in",
            "fs.remove_dir at the source"),
    stopped("Make a character device", "make_character_device", "fs.make_char"),
    stopped("Make a block device", "make_block_device", "fs.make_block"),
    limit("Make a whiteout (RENAME_WHITEOUT)", "make_whiteout",
          "not mediated: a character device 0:0, with no driver behind it"),
    stopped("ioctl on a device that may only be read", "ioctl_device", "fs.ioctl_dev", abi=5,
            options=("--allow=fs.read_file:/dev/random",)),
    limit("ioctl on an inherited device", "ioctl_inherited_device",
          "a descriptor keeps the rights it was opened with"),
    stopped("io_uring: IORING_OP_SYMLINKAT", "uring_symlink", "fs.make_sym"),
    stopped("io_uring: IORING_OP_LINKAT of the secret into a granted directory", "uring_link", REFER, "EXDEV"),
    stopped("io_uring: IORING_OP_RENAMEAT of the secret", "uring_rename", "fs.remove_file at the source"),
    stopped("io_uring: IORING_OP_UNLINKAT", "uring_unlink", "fs.remove_file"),
    stopped("fanotify: take the descriptor of what others open", "fanotify_descriptor", READ),
    stopped("acct(2): let the kernel write", "process_accounting", "fs.write_file"),
    limit("Set flags of a readable file (chattr)", "set_file_flags",
          "not mediated: take CAP_LINUX_IMMUTABLE away"),
    limit("stat(2)", "stat_secret", "not mediated: names, sizes and times are visible"),
    limit("access(2)", "access_secret", "not mediated, and answers by mode, not by the fence"),
    limit("chmod(2)", "change_mode", "not mediated: fence the user (User=) and the capabilities"),
    limit("chown(2)", "change_owner", "not mediated"),
    limit("utimensat(2)", "change_times", "not mediated"),
    limit("setxattr(2)", "set_attribute", "not mediated"),
    limit("chdir(2)", "change_directory", "not mediated"),
    limit("Watch with inotify", "watch", "not mediated"),
]

MOUNTS = [
    stopped("Bind the secret's directory over a granted one", "bind_mount", MOUNT, "EPERM"),
    stopped("Mount a tmpfs over a granted directory", "mount_tmpfs", MOUNT, "EPERM"),
    stopped("Mount a new /proc", "mount_proc", MOUNT, "EPERM"),
    stopped("Remount /", "remount", MOUNT, "EPERM"),
    stopped("Change the propagation of /", "change_propagation", MOUNT, "EPERM"),
    stopped("Unmount what hides a file", "unmount", MOUNT, "EPERM"),
    stopped("open_tree and move_mount", "clone_tree", MOUNT, "EPERM"),
    stopped("Read in a detached tree (open_tree) without attaching it", "read_detached_tree",
            READ),
    stopped("fsopen, fsmount, move_mount", "new_file_system", MOUNT, "EPERM"),
    stopped("Write in a new file system that is never attached", "detached_file_system",
            "fs.make_reg"),
    limit("mount_setattr(2)", "set_mount_attributes", "no hook: mount flags can be changed"),
    stopped("pivot_root(2)", "pivot", MOUNT, "EPERM"),
    stopped("chroot(2), then the secret's new path", "change_root", READ),
    stopped("A new user and mount namespace, then a tmpfs", "user_namespace_mount", MOUNT, "EPERM"),
    stopped("A new user and mount namespace, then a bind mount", "user_namespace_bind", MOUNT,
            "EPERM"),
    stopped("A new user and mount namespace, then the secret", "user_namespace_read", READ),
]

PROCESSES = [
    stopped("PTRACE_SEIZE an unfenced process", "trace", PTRACE, "EPERM"),
    stopped("PTRACE_ATTACH to it", "attach", PTRACE, "EPERM"),
    stopped("process_vm_readv of it", "read_memory", PTRACE, "EPERM"),
    stopped("process_vm_writev into it", "write_memory", PTRACE, "EPERM"),
    stopped("Read its /proc/PID/mem", "proc_memory", PTRACE),
    stopped("Read its /proc/PID/environ without CAP_PERFMON and CAP_SYS_ADMIN",
            "proc_environment_without_perfmon", PTRACE),
    limit("Read its /proc/PID/environ with CAP_PERFMON or CAP_SYS_ADMIN", "proc_environment",
          "newer kernels let the capability read environ, maps and auxv past every LSM "
          "(may_access_mm(), kernel/fork.c): take it away, or do not grant /proc"),
    stopped("Take one of its descriptors (pidfd_getfd)", "steal_descriptor", PTRACE, "EPERM"),
    stopped("Compare descriptors with it (kcmp)", "compare_descriptors", PTRACE, "EPERM"),
    stopped("Enter its mount namespace (setns with a pidfd)", "enter_namespace", PTRACE, "EPERM"),
    limit("Change its limits (prlimit)", "change_limits", "not mediated: needs the same user or "
          "CAP_SYS_RESOURCE"),
    limit("Change its nice value", "change_priority", "not mediated: needs the same user or "
          "CAP_SYS_NICE"),
    stopped("kill(2) with signal 0", "signal_zero", "scope.signal", "EPERM", **SIGNAL),
    stopped("kill(2)", "kill", "scope.signal", "EPERM", **SIGNAL),
    stopped("kill(2) of its process group", "kill_group", "scope.signal", "EPERM", **SIGNAL),
    stopped("tkill(2)", "tkill", "scope.signal", "EPERM", **SIGNAL),
    stopped("tgkill(2)", "tgkill", "scope.signal", "EPERM", **SIGNAL),
    stopped("sigqueue(3)", "sigqueue", "scope.signal", "EPERM", **SIGNAL),
    stopped("pidfd_send_signal(2)", "pidfd_signal", "scope.signal", "EPERM", **SIGNAL),
    stopped("pidfd_send_signal(2) with a pidfd of the outside", "pidfd_signal_inherited",
            "scope.signal", "EPERM", **SIGNAL),
    stopped("Signal the service manager (the parent)", "kill_parent", "scope.signal", "EPERM",
            **SIGNAL),
    stopped("F_SETOWN on a socket: SIGIO", "sigio", "scope.signal (hook file_send_sigiotask)",
            "EPERM", **SIGNAL),
    stopped("F_SETOWN_EX and F_SETSIG: a chosen signal to a thread", "sigio_thread",
            "scope.signal (hook file_send_sigiotask)", "EPERM", **SIGNAL),
    limit("Switch auditing (AUDIT_SET)", "switch_auditing",
          "not mediated: take CAP_AUDIT_CONTROL away, or all denials can be hidden; `doctor` tells"),
    limit("Signal a child of one's own", "signal_child", "intended: the same domain"),
    limit("Signal oneself", "signal_self", "intended: the same domain"),
]

SOCKETS = [
    stopped("Connect to an abstract UNIX socket", "abstract_connect",
            "scope.abstract_unix_socket", "EPERM", abi=6),
    stopped("Send a datagram to an abstract UNIX socket", "abstract_send",
            "scope.abstract_unix_socket", "EPERM", abi=6),
    stopped("Connect to a UNIX socket by its path", "pathname_connect", "fs.resolve_unix", abi=9),
    stopped("Send a datagram to a UNIX socket by its path", "pathname_send", "fs.resolve_unix",
            abi=9),
    limit("Receive an open descriptor from a willing unfenced process (SCM_RIGHTS)",
          "receive_descriptor", "a descriptor carries its opener's rights: name only sockets whose "
          "service is trusted", options=("connect-unix",)),
    limit("Ask a proxy that one may connect to", "ask_proxy", "what a service does for its clients "
          "is its own business", options=("connect-unix",)),
    limit("Ask over a connection that was open before", "ask_inherited_connection",
          "a connected socket stays usable"),
    stopped("connect(2) to a TCP port", "connect", "net.connect_tcp", abi=4),
    stopped("The same over IPv6", "connect_six", "net.connect_tcp", abi=4),
    stopped("An IPv6 socket to an IPv4-mapped address", "connect_mapped", "net.connect_tcp", abi=4),
    stopped("connect(2) to 0.0.0.0", "connect_any", "net.connect_tcp", abi=4),
    stopped("io_uring: IORING_OP_CONNECT", "connect_uring", "net.connect_tcp", abi=4),
    stopped("connect(2) after an AF_UNSPEC one", "connect_twice", "net.connect_tcp", abi=4,
            options=("bind-tcp",)),
    Attack("sendto(2) with MSG_FASTOPEN", "fast_open", "net.connect_tcp",
           ("EACCES",), abi=10,
           why="connects past connect(2)'s hook before Linux 7.2 and stable kernels that have the "
               "fix: set net.ipv4.tcp_fastopen=0"),
    stopped("TCP_FASTOPEN_CONNECT, then connect(2)", "fast_open_connect", "net.connect_tcp", abi=4),
    stopped("bind(2) to a TCP port", "bind", "net.bind_tcp", abi=4),
    stopped("The same over IPv6", "bind_six", "net.bind_tcp", abi=4),
    stopped("bind(2) to port 0", "bind_ephemeral", "net.bind_tcp", abi=4),
    stopped("bind(2) of an AF_UNSPEC address", "bind_unspecified", "net.bind_tcp", abi=4),
    limit("listen(2) without bind(2)", "listen_unbound", "takes an ephemeral port without asking"),
    limit("connect(2) with MPTCP", "mptcp_connect", "not TCP for Landlock (erratum 1), yet a TCP "
          "server answers it: set net.mptcp.enabled=0"),
    limit("bind(2) with MPTCP", "mptcp_bind", "not TCP for Landlock (erratum 1)"),
    limit("bind(2) with SCTP", "sctp_bind", "not mediated"),
    stopped("sendto(2) over UDP", "udp_send", "net.connect_send_udp", abi=10),
    stopped("connect(2) over UDP", "udp_connect", "net.connect_send_udp", abi=10),
    stopped("bind(2) over UDP", "udp_bind", "net.bind_udp", abi=10),
    limit("A raw ICMP socket", "raw", "not mediated: take CAP_NET_RAW away"),
    limit("A packet socket", "packet", "not mediated: take CAP_NET_RAW away"),
]

EXECUTION = [
    stopped("Execute a program that may only be read", "program", "fs.execute"),
    stopped("Execute a script that may only be read", "script", "fs.execute"),
    stopped("Write a program where writing is allowed and execute it", "written_program",
            "fs.execute"),
    stopped("execveat of a descriptor", "descriptor", "fs.execute"),
    stopped("execveat of an O_PATH handle", "path_handle", "fs.execute"),
    limit("Give a script to its interpreter", "script_by_interpreter",
          "reading is enough for an interpreter"),
    limit("Give a program to the dynamic loader", "program_by_loader",
          "the loader reads and maps it: fs.execute is about execve(2)"),
    limit("Execute a memfd", "memory_file", "a file without a path is not mediated: "
          "MemoryDenyWriteExecute= does not help, a seccomp filter on memfd_create does"),
    limit("mmap(2) a readable file as code", "map_executable", "not mediated"),
    stopped("Enter a further domain that allows everything", "own_domain",
            "domains only ever narrow"),
    stopped("Enter a ruleset that was made outside", "inherited_ruleset",
            "domains only ever narrow"),
    stopped("Run ringfence-exec with --execute=/ --write=/ inside", "wrapper_in_wrapper",
            "domains only ever narrow"),
    stopped("Read in a child process", "child_process", READ),
    stopped("Read in a process without parent, session and group", "orphan", READ),
    stopped("Read as another user", "drop_privileges", READ),
    stopped("Read by a set-user-ID program", "set_user_id_program", READ),
    stopped("Make the kernel run a helper (core_pattern)", "core_dump_helper", "fs.write_file"),
    stopped("Make the kernel run a helper (modprobe)", "module_loading_helper", "fs.write_file"),
]



def by_capability(tried, action, name, error="EPERM"):
    return stopped(tried, action, f"the wrapper drops CAP_{name.upper()}", error, capability=name)


CAPABILITIES = [
    by_capability("A copy of a mount tree without the mounts that hide something (open_tree)",
                  "enter_another_mount_tree", "sys_admin"),
    by_capability("Make a read-only mount writable (mount_setattr)", "make_writable", "sys_admin"),
    by_capability("Load a module from memory (init_module)", "load_module", "sys_module"),
    by_capability("Load another kernel (kexec_load)", "load_kernel", "sys_boot"),
    by_capability("Reboot", "reboot", "sys_boot"),
    by_capability("Load something into the kernel's BPF (bpf)", "load_bpf", "bpf"),
    by_capability("Watch all processes of a processor (perf_event_open)", "watch_processor", "perfmon", "EACCES"),
    by_capability("Read the kernel's memory (/proc/kcore, with a rule for /proc)", "read_kernel_memory", "sys_rawio"),
    by_capability("Reach the machine's I/O ports (iopl)", "reach_ports", "sys_rawio"),
    by_capability("Control the audit by netlink", "control_audit", "audit_control"),
]

SECTIONS = {"Files": FILES, "Mounts": MOUNTS, "Processes": PROCESSES, "Sockets": SOCKETS,
            "Execution and domains": EXECUTION, "Capabilities": CAPABILITIES}
ATTACKS = [attack for section in SECTIONS.values() for attack in section]
