// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the cases of the enforcement matrix and prints the outcomes. It does not judge them.
//
//   matrix-runner WRAPPER PROBE CASES     on the host, as root, in namespaces of its own
//   /init                                 in a guest: /wrapper, /probe and /cases; the output goes
//                                         to its disk, and to the console when that fails
//
// A line of CASES is either "fixture TYPE PATH [PATH]", one object of the tree that every case
// finds fresh, or a case: NAME, flags, user ID, wrapper options, probe actions, separated by tabs,
// the last two lists by 0x1f. Flags, by comma: "control" (the probe without the wrapper), "audit"
// (print the audit records), "journal" (a socket where journald's is), "notify",
// "notify-abstract", "stderr" (print it), "no-prctl" (no_new_privs cannot be set by prctl(2)).
// For each case: "case NAME", "stdout TEXT", "stderr TEXT", "journal FIELD=VALUE",
// "notify TEXT", "audit TEXT" as they come, "status N" (128 + signal when killed), "end".
#include <cerrno>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "support.h"

namespace {

using namespace ringfence::matrix;

// ---- one case

bool has(const std::string& list, const char* word) {
    for (const std::string& part : split(list, ','))
        if (part == word) return true;
    return false;
}

struct Case {
    std::string name, flags, user;
    std::vector<std::string> options, actions;
};

// From here on, prctl(PR_SET_NO_NEW_PRIVS) fails with EPERM. Root can install the filter without
// no_new_privs.
void forbid_no_new_privs() {
    sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_prctl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PR_SET_NO_NEW_PRIVS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program = {sizeof code / sizeof code[0], code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) _exit(95);
}

[[noreturn]] void become(const Case& item, const Pipe& out, const Pipe& err) {
    alarm(seconds_limit);
    dup2(out.ends[1], 1);
    dup2(err.ends[1], 2);
    std::vector<const char*> argv;
    const bool control = has(item.flags, "control");
    if (!control) {
        argv.push_back(wrapper);
        for (const std::string& option : item.options)
            argv.push_back(option.c_str());
        argv.push_back("--");
    }
    argv.push_back(probe);
    for (const std::string& action : item.actions)
        argv.push_back(action.c_str());
    argv.push_back(nullptr);
    std::vector<const char*> envp = {"INVOCATION_ID=0123456789abcdef0123456789abcdef"};
    const std::string notify = std::string("NOTIFY_SOCKET=") +
                               (has(item.flags, "notify-abstract") ? notify_abstract : notify_path);
    if (has(item.flags, "notify") || has(item.flags, "notify-abstract"))
        envp.push_back(notify.c_str());
    envp.push_back(nullptr);
    if (has(item.flags, "no-prctl")) forbid_no_new_privs();
    const int user = atoi(item.user.c_str());
    if (user != 0 && (setgid(static_cast<gid_t>(user)) < 0 || setuid(static_cast<uid_t>(user)) < 0))
        _exit(97);
    execve(argv[0], const_cast<char**>(argv.data()), const_cast<char**>(envp.data()));
    _exit(96);
}

void print_datagrams(const char* kind, int fd) {
    char buffer[32768];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0;)
        print_lines(kind, std::string(buffer, static_cast<size_t>(n)));
}

class Audit {
  public:
    Audit() {
        fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
        sockaddr_nl address = {};
        address.nl_family = AF_NETLINK;
        address.nl_groups = 1u << (AUDIT_NLGRP_READLOG - 1);
        if (fd_ >= 0 && bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
            printf("note no audit records: %s\n", strerror(errno));
    }

    // Audit is on only for the cases that need it, because writing every denial takes long.
    void enable(bool on) {
        struct {
            nlmsghdr header;
            audit_status status;
        } message = {};
        message.header.nlmsg_len = sizeof message;
        message.header.nlmsg_type = AUDIT_SET;
        message.header.nlmsg_flags = NLM_F_REQUEST;
        message.status.mask = AUDIT_STATUS_ENABLED;
        message.status.enabled = on ? 1 : 0;
        const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
        sockaddr_nl kernel = {};
        kernel.nl_family = AF_NETLINK;
        if (sendto(fd, &message, sizeof message, 0, reinterpret_cast<const sockaddr*>(&kernel),
                   sizeof kernel) < 0)
            printf("note audit cannot be switched: %s\n", strerror(errno));
        close(fd);
    }

    // The kernel's audit thread sends late, so this reads until nothing has arrived for a while.
    void print(bool wanted) {
        char buffer[16384];
        pollfd entry = {fd_, POLLIN, 0};
        while (poll(&entry, 1, wanted ? 300 : 0) > 0) {
            const ssize_t n = recv(fd_, buffer, sizeof buffer - 1, 0);
            if (n < static_cast<ssize_t>(sizeof(nlmsghdr))) break;
            nlmsghdr header;
            memcpy(&header, buffer, sizeof header);
            buffer[n] = '\0';
            if (wanted && (header.nlmsg_type == 1423 || header.nlmsg_type == 1424))
                printf("audit %u %s\n", header.nlmsg_type, buffer + sizeof header);
        }
    }

  private:
    int fd_ = -1;
};

void run_case(const Case& item, Tree* objects, Audit* audit) {
    objects->renew();
    const bool with_journal = has(item.flags, "journal");
    int sockets[3] = {-1, -1, -1};
    if (with_journal) sockets[0] = unix_server(journal_path, SOCK_DGRAM);
    if (has(item.flags, "notify")) sockets[1] = unix_server(notify_path, SOCK_DGRAM);
    if (has(item.flags, "notify-abstract")) sockets[2] = unix_server(notify_abstract, SOCK_DGRAM);
    const bool logged = audit != nullptr && has(item.flags, "audit");
    if (logged) audit->enable(true);
    if (logged) audit->print(false);
    printf("case %s\n", item.name.c_str());
    fflush(stdout);
    const Pipe out, err;
    const pid_t child = fork();
    must(child, "fork", "");
    if (child == 0) become(item, out, err);
    close(out.ends[1]);
    close(err.ends[1]);
    const int status = wait_for(child);
    print_lines("stdout", drain(out.ends[0]));
    if (has(item.flags, "stderr")) print_lines("stderr", drain(err.ends[0]));
    close(out.ends[0]);
    close(err.ends[0]);
    for (int i = 0; i < 3; ++i) {
        if (sockets[i] < 0) continue;
        print_datagrams(i == 0 ? "journal" : "notify", sockets[i]);
        close(sockets[i]);
    }
    unlink(journal_path);
    unlink(notify_path);
    if (logged) audit->print(true);
    if (logged) audit->enable(false);
    printf("status %d\nend\n", status);
}

int run_all(const char* cases, bool with_audit) {
    FILE* const file = fopen(cases, "re");
    if (file == nullptr) die("open", cases);
    std::vector<std::vector<std::string>> objects;
    std::vector<Case> items;
    char* buffer = nullptr;
    size_t size = 0;
    for (ssize_t n; (n = getline(&buffer, &size, file)) > 0;) {
        std::string line(buffer, static_cast<size_t>(n));
        if (line.back() == '\n') line.pop_back();
        if (line.rfind("fixture ", 0) == 0) {
            objects.push_back(split(line, ' '));
            continue;
        }
        const auto fields = split(line, '\t');
        if (fields.size() != 5) die("malformed case", line.c_str());
        items.push_back(
            {fields[0], fields[1], fields[2], split(fields[3], 0x1f), split(fields[4], 0x1f)});
    }
    Tree tree_of_objects(std::move(objects));
    Audit* const audit = with_audit ? new Audit : nullptr;
    for (const Case& item : items)
        run_case(item, &tree_of_objects, audit);
    printf("done %zu\n", items.size());
    fflush(stdout);
    return 0;
}

// In an emulated machine, the serial line takes 30 us for each byte. So the output goes to the disk
// in one piece.
void deliver(int file) {
    const off_t size = lseek(file, 0, SEEK_END);
    void* const content = mmap(nullptr, static_cast<size_t>(size), PROT_READ, MAP_SHARED, file, 0);
    if (content == MAP_FAILED) die("mmap", "output");
    int disk = -1;
    for (int tries = 0; tries < 500 && disk < 0; ++tries) {  // the disk may not be found yet
        disk = open("/dev/nvme0n1", O_WRONLY | O_CLOEXEC);
        if (disk < 0) usleep(10000);
    }
    must(disk, "open", "/dev/nvme0n1");
    must(write(disk, content, static_cast<size_t>(size)), "write", "/dev/nvme0n1");
    must(fsync(disk), "fsync", "/dev/nvme0n1");
}

int run_as_init() {
    mkdir("/dev", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr);
    const int console = open("/dev/console", O_RDWR);
    for (int fd = 0; fd < 3; ++fd)
        dup2(console, fd);
    for (const char* path : {"/proc", "/tmp", "/run"})
        mkdir(path, 0755);
    mount("proc", "/proc", "proc", 0, nullptr);
    printf("\nuserland\n");
    fflush(stdout);
    const int output = open("/output", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    must(output, "create", "/output");
    dup2(output, 1);
    set_up("/wrapper", "/probe");
    run_all("/cases", true);
    dup2(console, 1);
    deliver(output);
    reboot(RB_AUTOBOOT);  // QEMU exits then (-no-reboot)
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (getpid() == 1) return run_as_init();
    if (argc != 4) {
        fprintf(stderr, "usage: matrix-runner WRAPPER PROBE CASES\n");
        return 64;
    }
    const int cases = open(argv[3], O_RDONLY | O_CLOEXEC);
    must(cases, "open", argv[3]);
    enter_namespaces(argv[1], argv[2]);
    const std::string path = "/dev/fd/" + std::to_string(cases);
    return run_all(path.c_str(), false);
}
