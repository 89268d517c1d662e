// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the cases of the enforcement matrix and prints what happened; judges nothing.
//
//   matrix-runner WRAPPER PROBE CASES     on the host, as root, in namespaces of its own
//   /init                                 in a guest: /wrapper, /probe and /cases
//
// A line of CASES is either "fixture TYPE PATH [PATH]", one object of the tree that every case
// finds fresh, or a case: NAME, flags, user ID, wrapper options, probe actions, separated by tabs,
// the last two lists by 0x1f. Flags, by comma: "control" (the probe without the wrapper), "audit"
// (print the audit records), "journal" (a socket where journald's is), "notify",
// "notify-abstract", "stderr" (print it).
// For each case: "case NAME", "stdout TEXT", "stderr TEXT", "journal FIELD=VALUE",
// "notify TEXT", "audit TEXT" as they come, "status N" (128 + signal when killed), "end".
#include <cerrno>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr char tree[] = "/tmp/ringfence-matrix";
constexpr char wrapper[] = "/run/matrix/ringfence-exec";
constexpr char probe[] = "/run/matrix/probe";
constexpr char journal_path[] = "/run/systemd/journal/socket";
constexpr char notify_path[] = "/run/matrix/notify";
constexpr char notify_abstract[] = "@ringfence-matrix-notify";

[[noreturn]] void die(const char* what, const char* object) {
    printf("fatal %s %s: %s\n", what, object, strerror(errno));
    fflush(stdout);
    exit(1);
}

void must(long result, const char* what, const char* object) {
    if (result < 0) die(what, object);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    if (text.empty()) return parts;
    size_t from = 0;
    for (size_t end; (end = text.find(separator, from)) != std::string::npos; from = end + 1)
        parts.push_back(text.substr(from, end - from));
    parts.push_back(text.substr(from));
    return parts;
}

bool has(const std::string& list, const char* word) {
    for (const std::string& part : split(list, ','))
        if (part == word) return true;
    return false;
}

void print_lines(const char* kind, const std::string& text) {
    for (const std::string& line : split(text, '\n'))
        if (!line.empty()) printf("%s %s\n", kind, line.c_str());
}

int unix_server(const char* name, int type) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const size_t length = strlen(name);
    memcpy(address.sun_path, name, length);
    const bool abstract = name[0] == '@';
    if (abstract) address.sun_path[0] = '\0';
    const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length + !abstract);
    must(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), "bind", name);
    if (type == SOCK_STREAM) must(listen(fd, 64), "listen", name);
    if (!abstract) chmod(name, 0777);
    return fd;
}

// ---- the tree

void write_file(const char* path, mode_t mode) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
    must(fd, "create", path);
    must(write(fd, "content\n", 8), "write", path);
    close(fd);
}

void make_object(const std::vector<std::string>& words, std::vector<int>* servers) {
    const std::string& type = words[1];
    const char* const a = words[2].c_str();
    const char* const b = words.size() > 3 ? words[3].c_str() : "";
    if (type == "dir")
        must(mkdir(a, 0777), "mkdir", a);
    else if (type == "file")
        write_file(a, 0777);
    else if (type == "hardlink")
        must(link(a, b), "link", b);
    else if (type == "symlink")
        must(symlink(a, b), "symlink", b);
    else if (type == "bind")
        must(mount(a, b, nullptr, MS_BIND, nullptr), "bind mount", b);
    else if (type == "fifo")
        must(mkfifo(a, 0666), "mkfifo", a);
    else if (type == "null")
        must(mknod(a, S_IFCHR | 0666, makedev(1, 3)), "mknod", a);
    else if (type == "stream")
        servers->push_back(unix_server(a, SOCK_STREAM));
    else if (type == "datagram")
        servers->push_back(unix_server(a, SOCK_DGRAM));
    else
        die("unknown fixture", type.c_str());
}

class Tree {
  public:
    explicit Tree(std::vector<std::vector<std::string>> objects) : objects_(std::move(objects)) {}

    void renew() {
        for (const int fd : servers_)
            close(fd);
        servers_.clear();
        must(chdir("/"), "chdir", "/");
        umount2(tree, MNT_DETACH);
        must(mount("matrix", tree, "tmpfs", 0, "mode=0777"), "mount", tree);
        must(chdir(tree), "chdir", tree);
        for (const auto& words : objects_)
            make_object(words, &servers_);
        // New ones each time: a full queue would hide what the fence says.
        servers_.push_back(unix_server("@ringfence-matrix-stream", SOCK_STREAM));
        servers_.push_back(unix_server("@ringfence-matrix-datagram", SOCK_DGRAM));
    }

  private:
    std::vector<std::vector<std::string>> objects_;
    std::vector<int> servers_;
};

// ---- one case

struct Case {
    std::string name, flags, user;
    std::vector<std::string> options, actions;
};

struct Pipe {
    int ends[2];
    Pipe() { must(pipe2(ends, O_CLOEXEC), "pipe", ""); }
};

[[noreturn]] void become(const Case& item, const Pipe& out, const Pipe& err) {
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
    const int user = atoi(item.user.c_str());
    if (user != 0 && (setgid(static_cast<gid_t>(user)) < 0 || setuid(static_cast<uid_t>(user)) < 0))
        _exit(97);
    execve(argv[0], const_cast<char**>(argv.data()), const_cast<char**>(envp.data()));
    _exit(96);
}

std::string drain(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<size_t>(n));
    return text;
}

void print_datagrams(const char* kind, int fd) {
    char buffer[32768];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) >= 0;)
        print_lines(kind, std::string(buffer, static_cast<size_t>(n)));
}

int wait_for(pid_t child) {
    int status = 0;
    for (int tenth_ms = 0; waitpid(child, &status, WNOHANG) == 0; ++tenth_ms) {
        if (tenth_ms == 200000) {
            kill(child, SIGKILL);
            printf("timeout\n");
        }
        usleep(100);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
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

    // Until nothing came for a while: the kernel's audit thread sends late.
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
    if (audit != nullptr) audit->print(false);
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
    if (audit != nullptr && has(item.flags, "audit")) audit->print(true);
    printf("status %d\nend\n", status);
}

// ---- the surroundings

void copy_program(const char* from, const char* to) {
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    must(in, "open", from);
    const int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    must(out, "create", to);
    const std::string content = drain(in);
    must(write(out, content.data(), content.size()), "write", to);
    close(in);
    close(out);
}

void set_up(const char* wrapper_from, const char* probe_from) {
    umask(0);
    must(mount("run", "/run", "tmpfs", 0, "mode=0755"), "mount", "/run");
    for (const char* path : {"/run/matrix", "/run/systemd", "/run/systemd/journal"})
        must(mkdir(path, 0755), "mkdir", path);
    copy_program(wrapper_from, wrapper);
    copy_program(probe_from, probe);
    mkdir(tree, 0777);
    ifreq loopback = {};
    strcpy(loopback.ifr_name, "lo");
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    loopback.ifr_flags = IFF_UP;
    must(ioctl(fd, SIOCSIFFLAGS, &loopback), "bring up", "lo");
    close(fd);
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

int run_as_init() {
    mkdir("/dev", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr);
    const int console = open("/dev/console", O_RDWR);
    for (int fd = 0; fd < 3; ++fd)
        dup2(console, fd);
    static char output[65536];
    setvbuf(stdout, output, _IOFBF, sizeof output);
    for (const char* path : {"/proc", "/tmp", "/run"})
        mkdir(path, 0755);
    mount("proc", "/proc", "proc", 0, nullptr);
    mount("tmp", "/tmp", "tmpfs", 0, "mode=1777");
    printf("\nuserland\n");
    fflush(stdout);
    set_up("/wrapper", "/probe");
    run_all("/cases", true);
    sync();
    reboot(RB_AUTOBOOT);  // QEMU is told to exit on it
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (getpid() == 1) return run_as_init();
    if (argc != 4) {
        fprintf(stderr, "usage: matrix-runner WRAPPER PROBE CASES\n");
        return 64;
    }
    must(unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare", "");
    must(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make private", "/");
    mkdir(tree, 0777);  // before /run and what may lie beneath it are covered
    // A private /run hides a build directory or case file beneath the old one: open them first.
    const int programs[] = {open(argv[1], O_RDONLY), open(argv[2], O_RDONLY),
                            open(argv[3], O_RDONLY)};
    std::string paths[3];
    for (int i = 0; i < 3; ++i) {
        must(programs[i], "open", argv[i + 1]);
        paths[i] = "/proc/self/fd/" + std::to_string(programs[i]);
    }
    set_up(paths[0].c_str(), paths[1].c_str());
    for (const int i : {0, 1})
        close(programs[i]);
    const std::string cases = "/dev/fd/" + std::to_string(programs[2]);
    fcntl(programs[2], F_SETFD, FD_CLOEXEC);
    return run_all(cases.c_str(), false);
}
