// SPDX-License-Identifier: LGPL-2.1-or-later
// inherited FILE [WORD...]: writes to FILE all that a process inherits through
// execve(2), one "name: value" a line. Static; nothing is opened before the descriptors are listed.
//   notify: then says READY=1 to $NOTIFY_SOCKET; fork: the parent then exits; wait: until killed;
//   exec PROGRAM [ARGUMENT...]: executes it.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { descriptor_limit = 1024, text_size = 4 << 20 };

static char text[text_size];
static size_t text_length;

__attribute__((format(printf, 1, 2))) static void say(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(text + text_length, text_size - text_length, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= text_size - text_length) _exit(98);  // a cut dump proves nothing
    text_length += (size_t)n;
}

// The content as one line: control characters in octal.
static void say_bytes(const char* name, const char* bytes, size_t size) {
    say("%s: ", name);
    for (size_t i = 0; i < size; ++i) {
        const unsigned char c = (unsigned char)bytes[i];
        if (c < ' ' || c == '\\' || c > '~')
            say("\\%03o", c);
        else
            say("%c", c);
    }
    say("\n");
}

static void say_file(const char* path) {
    static char content[1 << 20];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        say("%s: cannot open: %s\n", path, strerror(errno));
        return;
    }
    size_t size = 0;
    ssize_t n;
    while ((n = read(fd, content + size, sizeof content - size)) > 0)
        size += (size_t)n;
    close(fd);
    say_bytes(path, content, size);
}

static void say_link(const char* path) {
    char target[4096];
    const ssize_t n = readlink(path, target, sizeof target);
    if (n < 0)
        say("%s: cannot read: %s\n", path, strerror(errno));
    else
        say_bytes(path, target, (size_t)n);
}

static void descriptors(void) {
    static int flags[descriptor_limit];
    for (int fd = 0; fd < descriptor_limit; ++fd)
        flags[fd] = fcntl(fd, F_GETFD);
    for (int fd = 0; fd < descriptor_limit; ++fd) {
        struct stat st;
        char path[64], info[64];
        if (flags[fd] < 0) continue;
        memset(&st, 0, sizeof st);
        fstat(fd, &st);
        say("fd %d: flags %d status %#x offset %lld owner %d signal %d\n", fd, flags[fd],
            (unsigned)fcntl(fd, F_GETFL), (long long)lseek(fd, 0, SEEK_CUR), fcntl(fd, F_GETOWN),
            fcntl(fd, F_GETSIG));
        say("fd %d: mode %o device %#lx inode %lu rdev %#lx size %lld\n", fd, st.st_mode,
            (unsigned long)st.st_dev, (unsigned long)st.st_ino, (unsigned long)st.st_rdev,
            (long long)st.st_size);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        snprintf(info, sizeof info, "/proc/self/fdinfo/%d", fd);
        say_link(path);
        say_file(info);
    }
}

static void signals(void) {
    sigset_t blocked, pending;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    sigpending(&pending);
    for (int number = 1; number <= 64; ++number) {
        struct sigaction action;
        if (sigaction(number, NULL, &action) < 0) continue;
        say("signal %d: %s%s%s\n", number,
            action.sa_handler == SIG_DFL   ? "default"
            : action.sa_handler == SIG_IGN ? "ignored"
                                           : "handled",
            sigismember(&blocked, number) ? " blocked" : "",
            sigismember(&pending, number) ? " pending" : "");
    }
    stack_t stack;
    if (sigaltstack(NULL, &stack) == 0)  // a system call filter may forbid it
        say("sigaltstack: %d\n", stack.ss_flags);
    else
        say("sigaltstack: %s\n", strerror(errno));
}

static void limits(void) {
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        struct rlimit limit;
        if (getrlimit(resource, &limit) == 0)
            say("limit %d: %llu %llu\n", resource, (unsigned long long)limit.rlim_cur,
                (unsigned long long)limit.rlim_max);
    }
    for (int timer = 0; timer < 3; ++timer) {
        struct itimerval value;
        getitimer(timer, &value);
        say("itimer %d: %s interval %ld\n", timer,
            value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0 ? "set" : "unset",
            (long)value.it_interval.tv_sec);
    }
}

static void identity(void) {
    uid_t uid[3];
    gid_t gid[3], groups[256];
    getresuid(&uid[0], &uid[1], &uid[2]);
    getresgid(&gid[0], &gid[1], &gid[2]);
    say("uid: %u %u %u\ngid: %u %u %u\ngroups:", uid[0], uid[1], uid[2], gid[0], gid[1], gid[2]);
    const int count = getgroups(256, groups);
    for (int i = 0; i < count; ++i)
        say(" %u", groups[i]);
    say("\nsession: %d of mine %d, group of mine %d\n", getsid(0) == getpid(),
        getsid(0) == getpgrp(), getpgrp() == getpid());
    static const unsigned long vector[] = {AT_UID, AT_EUID, AT_GID, AT_EGID, AT_SECURE, AT_CLKTCK};
    for (size_t i = 0; i < sizeof vector / sizeof *vector; ++i)
        say("auxv %lu: %lu\n", vector[i], getauxval(vector[i]));
    const char* file = (const char*)getauxval(AT_EXECFN);
    say_bytes("auxv execfn", file, strlen(file));
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) == 0)
        for (int i = 0; i < 2; ++i)
            say("capabilities %d: effective %#x permitted %#x inheritable %#x\n", i,
                data[i].effective, data[i].permitted, data[i].inheritable);
    for (int capability = 0; capability < 64; ++capability)
        say("capability %d: bounding %d ambient %d\n", capability,
            prctl(PR_CAPBSET_READ, capability),
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0));
}

static void attributes(void) {
    static const struct {
        const char* name;
        int option;
        int by_address;
    } rows[] = {
        {"securebits", PR_GET_SECUREBITS, 0},
        {"no_new_privs", PR_GET_NO_NEW_PRIVS, 0},
        {"seccomp", PR_GET_SECCOMP, 0},
        {"dumpable", PR_GET_DUMPABLE, 0},
        {"keepcaps", PR_GET_KEEPCAPS, 0},
        {"timerslack", PR_GET_TIMERSLACK, 0},
        {"pdeathsig", PR_GET_PDEATHSIG, 1},
        {"subreaper", PR_GET_CHILD_SUBREAPER, 1},
        {"thp_disable", PR_GET_THP_DISABLE, 0},
        {"mce_kill", PR_MCE_KILL_GET, 0},
        {"mdwe", 66 /* PR_GET_MDWE */, 0},
        {"ksm", 68 /* PR_GET_MEMORY_MERGE */, 0},
        {"io_flusher", 58 /* PR_GET_IO_FLUSHER */, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        int value = -1;
        const int result = rows[i].by_address ? prctl(rows[i].option, &value, 0, 0, 0)
                                              : prctl(rows[i].option, 0, 0, 0, 0);
        say("%s: %d %d\n", rows[i].name, result, rows[i].by_address ? value : 0);
    }
    for (int feature = 0; feature < 3; ++feature)
        say("speculation %d: %d\n", feature, prctl(PR_GET_SPECULATION_CTRL, feature, 0, 0, 0));
    say("personality: %#x\n", (unsigned)personality(0xffffffff));
    errno = 0;
    say("nice: %d\n", getpriority(PRIO_PROCESS, 0));
    say("ioprio: %ld\n", syscall(SYS_ioprio_get, 1, 0));
    struct sched_param parameters = {0};
    sched_getparam(0, &parameters);
    say("scheduler: %#x priority %d\n", (unsigned)sched_getscheduler(0), parameters.sched_priority);
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof cpus, &cpus);
    say_bytes("affinity", (const char*)&cpus, sizeof cpus);
    int mode = -1;
    syscall(SYS_get_mempolicy, &mode, NULL, 0, NULL, 0);
    say("mempolicy: %d\n", mode);
    for (int keyring = -5; keyring < 0; ++keyring)
        say("keyring %d: %ld\n", keyring, syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, keyring, 0));
    const mode_t mask = umask(0);
    umask(mask);
    say("umask: %o\n", mask);
}

static void places(void) {
    char path[4096];
    static const char* const directories[] = {".", "/"};
    for (int i = 0; i < 2; ++i) {
        struct stat st;
        memset(&st, 0, sizeof st);
        stat(directories[i], &st);
        say("%s: device %#lx inode %lu links %lu\n", directories[i], (unsigned long)st.st_dev,
            (unsigned long)st.st_ino, (unsigned long)st.st_nlink);
    }
    const long length = syscall(SYS_getcwd, path, sizeof path);
    say_bytes("cwd", path, length > 0 ? (size_t)length - 1 : 0);
    static const char* const links[] = {"/proc/self/cwd",
                                        "/proc/self/root",
                                        "/proc/self/exe",
                                        "/proc/self/ns/cgroup",
                                        "/proc/self/ns/ipc",
                                        "/proc/self/ns/mnt",
                                        "/proc/self/ns/net",
                                        "/proc/self/ns/pid",
                                        "/proc/self/ns/time",
                                        "/proc/self/ns/user",
                                        "/proc/self/ns/uts",
                                        "/proc/self/ns/pid_for_children",
                                        "/proc/self/ns/time_for_children"};
    for (size_t i = 0; i < sizeof links / sizeof *links; ++i)
        say_link(links[i]);
    static const char* const files[] = {"/proc/self/comm",           "/proc/self/cgroup",
                                        "/proc/self/oom_score_adj",  "/proc/self/coredump_filter",
                                        "/proc/self/loginuid",       "/proc/self/sessionid",
                                        "/proc/self/attr/current",   "/proc/self/attr/exec",
                                        "/proc/self/uid_map",        "/proc/self/gid_map",
                                        "/proc/self/timens_offsets", "/proc/self/mountinfo"};
    for (size_t i = 0; i < sizeof files / sizeof *files; ++i)
        say_file(files[i]);
    const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    say("terminal: %s\n", terminal < 0 ? strerror(errno) : "yes");
    if (terminal >= 0) close(terminal);
}

static void notify_ready(void) {
    const char* path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un peer = {.sun_family = AF_UNIX};
    if (path == NULL || strlen(path) >= sizeof peer.sun_path) return;
    memcpy(peer.sun_path, path, strlen(path));
    if (peer.sun_path[0] == '@') peer.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sendto(fd, "READY=1", 7, 0, (const struct sockaddr*)&peer,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
    close(fd);
}

static int write_dump(const char* path) {
    // The file gets its name when it is complete, so that a waiting reader finds all of it.
    char draft[4096];
    snprintf(draft, sizeof draft, "%s.draft", path);
    const int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return 97;
    for (size_t done = 0; done < text_length;) {
        const ssize_t n = write(fd, text + done, text_length - done);
        if (n <= 0) return 96;
        done += (size_t)n;
    }
    return rename(draft, path) == 0 ? 0 : 95;
}

int main(int argc, char** argv, char** envp) {
    if (argc < 2) return 64;
    descriptors();
    for (int i = 0; i < argc; ++i)
        say_bytes("argument", argv[i], strlen(argv[i]));
    for (char** variable = envp; *variable != NULL; ++variable)
        say_bytes("variable", *variable, strlen(*variable));
    signals();
    limits();
    identity();
    attributes();
    places();
    const int status = write_dump(argv[1]);
    if (status != 0) return status;
    for (int i = 2; i < argc; ++i) {
        if (strcmp(argv[i], "notify") == 0) notify_ready();
        if (strcmp(argv[i], "fork") == 0 && fork() != 0) return 0;
        if (strcmp(argv[i], "exec") == 0) return execv(argv[i + 1], argv + i + 1);
        if (strcmp(argv[i], "wait") == 0)
            for (;;)
                pause();
    }
    return 0;
}
