// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support.h"

#include <cerrno>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ringfence::matrix {

void die(const char* what, const char* object) {
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

Pipe::Pipe() {
    must(pipe2(ends, O_CLOEXEC), "pipe", "");
}

std::string drain(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<size_t>(n));
    return text;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) printf("timeout\n");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

namespace {

void write_file(const char* path) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0777);
    must(fd, "create", path);
    must(write(fd, "content\n", 8), "write", path);
    close(fd);
}

void make_object(const std::vector<std::string>& words, std::vector<int>* servers) {
    const std::string& type = words[1];
    const char* const a = words[2].c_str();
    const char* const b = words.size() > 3 ? words[3].c_str() : "";
    if (type == "dir")
        must(mkdir(a, 0755), "mkdir", a);  // the wrapper trusts no link that others could make
    else if (type == "shared")
        must(mkdir(a, 0775) | chown(a, 0, 4242), "make for a group", a);
    else if (type == "file")
        write_file(a);
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

}  // namespace

void Tree::renew() {
    for (const int fd : servers_)
        close(fd);
    servers_.clear();
    // Each case gets a new directory, and the old one stays mounted. Unmounting waits for the
    // kernel's readers, which takes longer than everything else together.
    const std::string old = "/tmp/matrix-" + std::to_string(++count_);
    if (rename(tree, old.c_str()) < 0 && errno != ENOENT) die("rename", tree);
    must(mkdir(tree, 0755), "mkdir", tree);
    must(chdir(tree), "chdir", tree);
    for (const auto& words : objects_)
        make_object(words, &servers_);
    // Each case gets new sockets, because a full queue would hide what the fence does.
    servers_.push_back(unix_server("@ringfence-matrix-stream", SOCK_STREAM));
    servers_.push_back(unix_server("@ringfence-matrix-datagram", SOCK_DGRAM));
}

void set_up(const char* wrapper_from, const char* probe_from) {
    umask(0);
    must(mount("run", "/run", "tmpfs", 0, "mode=0755"), "mount", "/run");
    must(mount("tmp", "/tmp", "tmpfs", 0, "mode=0755"), "mount", "/tmp");
    for (const char* path : {"/run/matrix", "/run/systemd", "/run/systemd/journal"})
        must(mkdir(path, 0755), "mkdir", path);
    copy_program(wrapper_from, wrapper);
    copy_program(probe_from, probe);
    ifreq loopback = {};
    memcpy(loopback.ifr_name, "lo", sizeof "lo");
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    loopback.ifr_flags = IFF_UP;
    must(ioctl(fd, SIOCSIFFLAGS, &loopback), "bring up", "lo");
    close(fd);
}

void enter_namespaces(const char* wrapper_from, const char* probe_from) {
    must(unshare(CLONE_NEWNS | CLONE_NEWNET), "unshare", "");
    must(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make private", "/");
    // The programs are opened before /run and /tmp are covered, because a build directory may be
    // there.
    const char* const from[] = {wrapper_from, probe_from};
    int files[2];
    std::string paths[2];
    for (int i = 0; i < 2; ++i) {
        files[i] = open(from[i], O_RDONLY | O_CLOEXEC);
        must(files[i], "open", from[i]);
        paths[i] = "/proc/self/fd/" + std::to_string(files[i]);
    }
    set_up(paths[0].c_str(), paths[1].c_str());
    for (const int file : files)
        close(file);
}

}  // namespace ringfence::matrix
