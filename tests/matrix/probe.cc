// SPDX-License-Identifier: LGPL-2.1-or-later
// The program behind the fence. It tries one action for each argument and prints the outcomes.
//
//   fence-probe ACTION...    "V E E ...": one errno an action, 0 where it was not denied
//   fence-probe --to=FD ACTION...  the same, written to that descriptor
//   fence-probe --rights     the wrapper's table of rights, one row a line
//   fence-probe --facts      what the running kernel accepts of it, asked without the wrapper
//
// It does not know which outcomes are expected; tests/lib/matrix/model.py does. It is static, so
// that it runs behind a fence that allows this one file, and as the child of init in a guest
// without any other file.
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <linux/capability.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "landlock/capabilities.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "landlock/syscalls.h"

namespace {

namespace landlock = ringfence::landlock;

// A result is 0 or errno.
int result_of(long r) {
    return r < 0 ? errno : 0;
}

int try_open(const char* path, int flags, mode_t mode = 0) {
    const int fd = open(path, flags | O_NONBLOCK | O_CLOEXEC, mode);
    if (fd < 0) return errno;
    close(fd);
    return 0;
}

int do_read(const char* a, const char*) {
    return try_open(a, O_RDONLY);
}
int do_write(const char* a, const char*) {
    return try_open(a, O_WRONLY);
}
int do_read_write(const char* a, const char*) {
    return try_open(a, O_RDWR);
}
int do_list(const char* a, const char*) {
    return try_open(a, O_RDONLY | O_DIRECTORY);
}
int do_handle(const char* a, const char*) {
    return try_open(a, O_PATH);
}
int do_open_truncate(const char* a, const char*) {
    return try_open(a, O_WRONLY | O_TRUNC);
}
int do_create(const char* a, const char*) {
    return try_open(a, O_WRONLY | O_CREAT | O_EXCL, 0666);
}

// The file has no known format. The kernel returns ENOEXEC only after it has allowed the execution.
int do_execute(const char* a, const char*) {
    char* const argv[] = {const_cast<char*>(a), nullptr};
    char* const envp[] = {nullptr};
    execve(a, argv, envp);
    return errno == ENOEXEC ? 0 : errno;
}

int do_truncate(const char* a, const char*) {
    return result_of(truncate(a, 1));
}

int do_truncate_open(const char* a, const char*) {
    const int fd = open(a, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return errno;
    const int result = result_of(ftruncate(fd, 1));
    close(fd);
    return result;
}

int do_make_regular(const char* a, const char*) {
    return result_of(mknod(a, S_IFREG | 0666, 0));
}
int do_make_fifo(const char* a, const char*) {
    return result_of(mkfifo(a, 0666));
}
int do_make_socket_node(const char* a, const char*) {
    return result_of(mknod(a, S_IFSOCK | 0666, 0));
}
int do_make_character(const char* a, const char*) {
    return result_of(mknod(a, S_IFCHR | 0666, makedev(1, 3)));
}
int do_make_block(const char* a, const char*) {
    return result_of(mknod(a, S_IFBLK | 0666, makedev(7, 200)));
}
int do_make_directory(const char* a, const char*) {
    return result_of(mkdir(a, 0777));
}
int do_make_link(const char* a, const char*) {
    return result_of(symlink("target", a));
}
int do_unlink(const char* a, const char*) {
    return result_of(unlink(a));
}
int do_remove_directory(const char* a, const char*) {
    return result_of(rmdir(a));
}
int do_rename(const char* a, const char* b) {
    return result_of(rename(a, b));
}
int do_link(const char* a, const char* b) {
    return result_of(link(a, b));
}
int do_exchange(const char* a, const char* b) {
    constexpr int rename_exchange = 2;
    return result_of(syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, rename_exchange));
}
int do_mount(const char* a, const char*) {
    return result_of(mount("none", a, "tmpfs", 0, nullptr));
}

int do_ioctl(const char* a, const char*) {
    const int fd = open(a, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return errno;
    char unused[64];
    const int result = result_of(ioctl(fd, 0x5401 /* TCGETS */, unused));
    close(fd);
    return result == ENOTTY ? 0 : result;
}

// ---- sockets

struct Address {
    sockaddr_un unix_path;
    socklen_t size;
};

// "@name" means an abstract socket.
Address unix_address(const char* name) {
    Address address = {};
    address.unix_path.sun_family = AF_UNIX;
    const size_t length = strnlen(name, sizeof address.unix_path.sun_path - 1);
    memcpy(address.unix_path.sun_path, name, length);
    const bool abstract = name[0] == '@';
    if (abstract) address.unix_path.sun_path[0] = '\0';
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length + !abstract);
    return address;
}

using SocketCall = int (*)(int, const sockaddr*, socklen_t);

int send_to(int fd, const sockaddr* address, socklen_t size) {
    return static_cast<int>(sendto(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL, address, size));
}

int with_unix(SocketCall what, int type, const char* name) {
    const Address address = unix_address(name);
    const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return errno;
    const int result =
        result_of(what(fd, reinterpret_cast<const sockaddr*>(&address.unix_path), address.size));
    close(fd);
    return result;
}

int do_bind_unix(const char* a, const char*) {
    return with_unix(bind, SOCK_STREAM, a);
}
int do_connect_stream(const char* a, const char*) {
    return with_unix(connect, SOCK_STREAM, a);
}
int do_connect_datagram(const char* a, const char*) {
    return with_unix(connect, SOCK_DGRAM, a);
}
int do_send_datagram(const char* a, const char*) {
    return with_unix(send_to, SOCK_DGRAM, a);
}

// A server of the same domain.
int do_own_unix(const char* a, const char*) {
    const Address address = unix_address(a);
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0) return errno;
    int result = result_of(
        bind(server, reinterpret_cast<const sockaddr*>(&address.unix_path), address.size));
    if (result == 0) result = result_of(listen(server, 1));
    if (result == 0) result = with_unix(connect, SOCK_STREAM, a);
    close(server);
    return result;
}

// Nothing listens there, so ECONNREFUSED says that Landlock allowed the attempt.
int with_inet(SocketCall what, int family, int type, const char* port_text) {
    const int fd = socket(family, type | SOCK_CLOEXEC, 0);
    if (fd < 0) return errno;
    const in_port_t port = htons(static_cast<in_port_t>(atoi(port_text)));
    sockaddr_in6 six = {};
    six.sin6_family = AF_INET6;
    six.sin6_port = port;
    six.sin6_addr = in6addr_loopback;
    sockaddr_in four = {};
    four.sin_family = AF_INET;
    four.sin_port = port;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_six = family == AF_INET6;
    const int result = result_of(what(
        fd,
        is_six ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four),
        is_six ? sizeof six : sizeof four));
    close(fd);
    return result == ECONNREFUSED ? 0 : result;
}

int do_bind_tcp(const char* a, const char*) {
    return with_inet(bind, AF_INET, SOCK_STREAM, a);
}
int do_bind_tcp6(const char* a, const char*) {
    return with_inet(bind, AF_INET6, SOCK_STREAM, a);
}
int do_connect_tcp(const char* a, const char*) {
    return with_inet(connect, AF_INET, SOCK_STREAM, a);
}
int do_connect_tcp6(const char* a, const char*) {
    return with_inet(connect, AF_INET6, SOCK_STREAM, a);
}
int do_bind_udp(const char* a, const char*) {
    return with_inet(bind, AF_INET, SOCK_DGRAM, a);
}
int do_bind_udp6(const char* a, const char*) {
    return with_inet(bind, AF_INET6, SOCK_DGRAM, a);
}
int do_connect_udp(const char* a, const char*) {
    return with_inet(connect, AF_INET, SOCK_DGRAM, a);
}
int do_send_udp(const char* a, const char*) {
    return with_inet(send_to, AF_INET, SOCK_DGRAM, a);
}

// The socket is bound to the port `b` before, so that only the sending is tried.
int bind_and_send(int fd, const sockaddr* address, socklen_t size) {
    sockaddr_in local = {};
    local.sin_family = AF_INET;
    local.sin_port = htons(4099);
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) < 0) return -1;
    return send_to(fd, address, size);
}
int do_send_udp_bound(const char* a, const char*) {
    return with_inet(bind_and_send, AF_INET, SOCK_DGRAM, a);
}

// ---- signals

int do_signal_parent(const char*, const char*) {
    return result_of(kill(getppid(), 0));
}

int do_signal_child(const char*, const char*) {
    const pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) {
        pause();
        _exit(0);
    }
    const int result = result_of(kill(child, SIGKILL));
    if (result == 0) waitpid(child, nullptr, 0);
    return result;
}

// The open descriptors below 16, as bits. The result goes to descriptor 9.
int do_descriptors(const char*, const char*) {
    int open_ones = 0;
    for (int fd = 0; fd < 16; ++fd)
        if (fcntl(fd, F_GETFD) >= 0) open_ones |= 1 << fd;
    return open_ones;
}

int do_no_new_privs(const char*, const char*) {
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

// Whether this process has one of the capabilities that the wrapper drops, or can gain one.
int do_capability(const char*, const char*) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct words[2] = {};
    if (syscall(SYS_capget, &header, words) != 0) return 0;  // nobody knows: not denied
    const bool can_gain = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
    for (const landlock::Capability& row : landlock::capabilities) {
        const auto& word = words[row.number / 32];
        const unsigned bit = 1u << row.number % 32;
        if (((word.effective | word.permitted | word.inheritable) & bit) != 0) return 0;
        if (can_gain && prctl(PR_CAPBSET_READ, row.number) != 0) return 0;
    }
    return EPERM;
}

struct Action {
    const char* name;
    int (*run)(const char* a, const char* b);
};

// clang-format off
constexpr Action actions[] = {
    {"read", do_read}, {"write", do_write}, {"read-write", do_read_write}, {"list", do_list},
    {"handle", do_handle}, {"open-truncate", do_open_truncate}, {"create", do_create},
    {"execute", do_execute}, {"truncate", do_truncate}, {"truncate-open", do_truncate_open},
    {"make-reg", do_make_regular}, {"make-fifo", do_make_fifo},
    {"make-sock", do_make_socket_node}, {"make-char", do_make_character},
    {"make-block", do_make_block}, {"make-dir", do_make_directory}, {"make-sym", do_make_link},
    {"unlink", do_unlink}, {"rmdir", do_remove_directory}, {"rename", do_rename},
    {"link", do_link}, {"exchange", do_exchange}, {"mount", do_mount}, {"ioctl", do_ioctl},
    {"bind-unix", do_bind_unix}, {"connect-stream", do_connect_stream},
    {"connect-datagram", do_connect_datagram}, {"send-datagram", do_send_datagram},
    {"own-unix", do_own_unix}, {"bind-tcp", do_bind_tcp}, {"bind-tcp6", do_bind_tcp6},
    {"connect-tcp", do_connect_tcp}, {"connect-tcp6", do_connect_tcp6},
    {"bind-udp", do_bind_udp}, {"bind-udp6", do_bind_udp6}, {"connect-udp", do_connect_udp},
    {"send-udp", do_send_udp}, {"send-udp-bound", do_send_udp_bound},
    {"signal-parent", do_signal_parent}, {"signal-child", do_signal_child},
    {"capability", do_capability}, {"no-new-privs", do_no_new_privs}, {"descriptors", do_descriptors},
};
// clang-format on

// "verb", "verb:path" or "verb:path:path".
int perform(char* text) {
    char* const first = strchr(text, ':');
    if (first != nullptr) *first = '\0';
    char* const second = first != nullptr ? strchr(first + 1, ':') : nullptr;
    if (second != nullptr) *second = '\0';
    for (const Action& action : actions)
        if (strcmp(action.name, text) == 0)
            return action.run(first != nullptr ? first + 1 : "",
                              second != nullptr ? second + 1 : "");
    fprintf(stderr, "fence-probe: unknown action %s\n", text);
    exit(99);
}

// ---- --rights and --facts

const char* family_name(landlock::Family family) {
    return family == landlock::Family::fs    ? "fs"
           : family == landlock::Family::net ? "net"
                                             : "scope";
}

void print_rights() {
    for (const landlock::Right& right : landlock::rights)
        printf("right %s %s %u %u %d\n", right.name, family_name(right.family), right.bit,
               right.abi, right.applies_to_file);
    for (const auto& group : landlock::path_groups) {
        printf("group %s", group.option);
        for (const landlock::Right& right : landlock::rights)
            if (!(group.access & right.access()).empty()) printf(" %s", right.name);
        printf("\n");
    }
    for (const auto& group : landlock::port_groups)
        for (const landlock::Right& right : landlock::rights)
            if (!(group.access & right.access()).empty())
                printf("port %s %s\n", group.option, right.name);
    for (const auto& group : landlock::scope_groups)
        for (const landlock::Right& right : landlock::rights)
            if (!(group.access & right.access()).empty())
                printf("scope %s %s\n", group.option, right.name);
    for (const landlock::Flag& flag : landlock::call_flags)
        if (flag.call == landlock::FlagOf::restrict_self)
            printf("flag %s %u\n", flag.name, flag.abi);
}

int create(const landlock::Access& access, size_t size, unsigned quiet_bits) {
    landlock::RulesetAttr attr;
    attr.handled_access_fs = access.fs;
    attr.handled_access_net = access.net;
    attr.scoped = access.scope;
    attr.quiet_access_fs = quiet_bits;
    return static_cast<int>(landlock::create_ruleset(&attr, size, 0));
}

// Whether the kernel accepts a rule with this right on this object.
int rule_on(const landlock::Right& right, const char* path) {
    const int ruleset = create(right.access(), sizeof(landlock::RulesetAttr), 0);
    if (ruleset < 0) return -ruleset;
    const int object = open(path, O_PATH | O_CLOEXEC);
    const landlock::PathBeneathAttr attr = {right.access().fs, object};
    const long result = landlock::add_rule(ruleset, landlock::RuleType::path_beneath, &attr, 0);
    close(object);
    close(ruleset);
    return result < 0 ? static_cast<int>(-result) : 0;
}

int error_of(int r) {
    if (r < 0) return -r;
    close(r);
    return 0;
}

// This runs in the directory of the matrix, which has objects with these names.
void print_facts() {
    printf("abi %ld\n", landlock::create_ruleset(nullptr, 0, landlock::create_ruleset_version));
    printf("errata %ld\n", landlock::create_ruleset(nullptr, 0, landlock::create_ruleset_errata));
    const landlock::Access read = landlock::access_of("fs.read_file");
    printf("attr-48-zero-tail %d\n", error_of(create(read, 48, 0)));
    printf("attr-48-quiet %d\n", error_of(create(read, 48, 1u << 2)));
    for (const landlock::Right& right : landlock::rights) {
        printf("handles %s %d\n", right.name,
               error_of(create(right.access(), sizeof(landlock::RulesetAttr), 0)));
        if (right.family != landlock::Family::fs) continue;
        printf("applies %s %d %d %d %d %d\n", right.name, rule_on(right, "a"),
               rule_on(right, "a/file"), rule_on(right, "a/fifo"), rule_on(right, "a/null"),
               rule_on(right, "a/stream"));
    }
    for (const landlock::Flag& flag : landlock::call_flags)
        if (flag.call == landlock::FlagOf::restrict_self)
            printf("flag %s %ld\n", flag.name, -landlock::restrict_self(-1, flag.mask()));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && strcmp(argv[1], "--rights") == 0) {
        print_rights();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--facts") == 0) {
        print_facts();
        return 0;
    }
    umask(0);
    const bool redirected = argc > 1 && strncmp(argv[1], "--to=", 5) == 0;
    const int out = redirected ? atoi(argv[1] + 5) : 1;
    char line[4096] = "V";
    size_t used = 1;
    for (int i = redirected ? 2 : 1; i < argc && used < sizeof line - 16; ++i)
        used +=
            static_cast<size_t>(snprintf(line + used, sizeof line - used, " %d", perform(argv[i])));
    line[used++] = '\n';
    return write(out, line, used) == static_cast<ssize_t>(used) ? 0 : 98;
}
