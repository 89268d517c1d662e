// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/root.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/path.h"

namespace ringfence {

namespace {

tl::unexpected<std::error_code> error_from(int code) {
    return tl::unexpected<std::error_code>(std::error_code(code, std::system_category()));
}

void add_entry(int directory, const dirent64& entry, std::vector<DirectoryEntry>& entries) {
    const std::string_view name = entry.d_name;
    if (name == "." || name == "..") return;
    unsigned char type = entry.d_type;
    struct stat st = {};
    if (type == DT_UNKNOWN && ::fstatat(directory, entry.d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
        type = static_cast<unsigned char>(IFTODT(st.st_mode));
    entries.push_back({std::string(name), type});
}

bool is_dev_null(const struct stat& st) {
    return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

// `size` is what fstat(2) says. It is 0 for a file of /proc, which is then read until its end.
FileResult<std::string> read_all(int fd, std::size_t size, std::size_t limit) {
    std::string text;
    char buffer[65536];
    for (;;) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return error_from(errno);
        if (n == 0) return text;
        if (text.size() + static_cast<std::size_t>(n) > limit) return error_from(EFBIG);
        text.append(buffer, static_cast<std::size_t>(n));
        if (text.size() == size) return text;
    }
}

// The path of an open descriptor. /proc is mounted wherever systemd runs.
FileResult<std::string> path_of(int fd) {
    char buffer[PATH_MAX];
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t n = ::readlink(link.c_str(), buffer, sizeof buffer);
    if (n < 0) return error_from(errno);
    return std::string(buffer, static_cast<std::size_t>(n));
}

}  // namespace

FileResult<Root> Root::open(const std::string& path) {
    Fd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) return error_from(errno);
    return Root(std::move(fd), path);
}

FileResult<Root> Root::open(const Fd& directory) {
    Fd fd(::fcntl(directory.get(), F_DUPFD_CLOEXEC, 0));
    if (!fd) return error_from(errno);
    return Root(std::move(fd), "/");
}

FileResult<Fd> Root::open_at(const std::string& path, int flags, unsigned resolve) const {
    struct open_how how = {};
    how.flags = static_cast<decltype(how.flags)>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | resolve;
    for (;;) {
        const long fd = ::syscall(SYS_openat2, fd_.get(), path.c_str(), &how, sizeof how);
        if (fd >= 0) return Fd(static_cast<int>(fd));
        // EAGAIN: a rename raced with the walk. openat2(2) says to try again.
        if (errno != EINTR && errno != EAGAIN) return error_from(errno);
    }
}

FileResult<Fd> Root::open_unfollowed(const std::string& path) const {
    return open_at(path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
}

// Returns neither a descriptor nor an error for /dev/null.
FileResult<Fd> Root::open_regular(const std::string& path) const {
    // O_PATH first: opening a FIFO or a device for reading could block or have effects.
    auto handle = open_at(path, O_PATH);
    if (!handle) return handle;
    struct stat st = {};
    if (::fstat(handle->get(), &st) < 0) return error_from(errno);
    if (is_dev_null(st)) return Fd();
    if (S_ISDIR(st.st_mode)) return error_from(EISDIR);
    if (!S_ISREG(st.st_mode)) return error_from(EINVAL);
    return open_at(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

void Root::pretend(const std::string& path, std::string text) {
    pretended_.insert_or_assign(path, std::move(text));
}

FileResult<std::string> Root::read(const std::string& path, std::size_t limit) const {
    if (const auto found = pretended_.find(path); found != pretended_.end()) return found->second;
    const auto fd = open_regular(path);
    if (!fd) return tl::unexpected(fd.error());
    return *fd ? read_open(*fd, limit) : std::string();
}

FileResult<std::string> Root::read_listed(const std::string& path, std::size_t limit) const {
    if (const auto found = pretended_.find(path); found != pretended_.end()) return found->second;
    const auto fd = open_at(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!fd) return tl::unexpected(fd.error());
    return read_open(*fd, limit);
}

FileResult<std::string> Root::read_open(const Fd& fd, std::size_t limit) {
    struct stat st = {};
    if (::fstat(fd.get(), &st) < 0) return error_from(errno);
    if (S_ISDIR(st.st_mode)) return error_from(EISDIR);
    if (!S_ISREG(st.st_mode)) return error_from(EINVAL);
    return read_all(fd.get(), static_cast<std::size_t>(st.st_size), limit);
}

FileResult<std::string> Root::read_head(const std::string& path, std::size_t size) const {
    const auto fd = open_regular(path);
    if (!fd) return tl::unexpected(fd.error());
    std::string text(*fd ? size : 0, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t n = ::read(fd->get(), text.data() + length, text.size() - length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return error_from(errno);
        if (n == 0) break;
        length += static_cast<std::size_t>(n);
    }
    text.resize(length);
    return text;
}

FileResult<std::vector<DirectoryEntry>> Root::list(const std::string& path) const {
    auto entries = list_real(path);
    for (const auto& [file, text] : pretended_) {
        if (!is_beneath(file, path)) continue;
        if (!entries && entries.error().value() != ENOENT) break;
        if (!entries) entries.emplace();
        const std::string below = file.substr(path == "/" ? 1 : path.size() + 1);
        const std::string name = below.substr(0, below.find('/'));
        const auto at = std::lower_bound(entries->begin(), entries->end(), name,
                                         [](const auto& a, const auto& b) { return a.name < b; });
        if (at != entries->end() && at->name == name) continue;
        const unsigned char type = name == below ? DT_REG : DT_DIR;
        entries->insert(at, {name, type});
    }
    return entries;
}

FileResult<std::vector<DirectoryEntry>> Root::list_real(const std::string& path) const {
    const auto fd = open_at(path, O_RDONLY | O_DIRECTORY);
    if (!fd) return tl::unexpected(fd.error());
    std::vector<DirectoryEntry> entries;
    // readdir(3) would need two more system calls and a buffer for each directory, and the
    // generator lists one for each unit that has drop-ins.
    alignas(dirent64) char buffer[32768];
    for (;;) {
        const ssize_t length = ::getdents64(fd->get(), buffer, sizeof buffer);
        if (length < 0) return error_from(errno);
        if (length == 0) break;
        for (ssize_t at = 0; at < length;) {
            const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
            at += entry->d_reclen;
            add_entry(fd->get(), *entry, entries);
        }
    }
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return entries;
}

FileResult<std::string> Root::read_link(const std::string& path) const {
    auto fd = open_at(path, O_PATH | O_NOFOLLOW);
    if (!fd) return tl::unexpected(fd.error());
    char buffer[PATH_MAX];
    const ssize_t n = ::readlinkat(fd->get(), "", buffer, sizeof buffer);
    // readlinkat(2) answers ENOENT if the O_PATH descriptor is not that of a link.
    if (n < 0) return error_from(errno == ENOENT ? EINVAL : errno);
    return std::string(buffer, static_cast<std::size_t>(n));
}

FileResult<struct stat> Root::status(const std::string& path) const {
    auto fd = open_at(path, O_PATH);
    if (!fd) return tl::unexpected(fd.error());
    struct stat st = {};
    if (::fstat(fd->get(), &st) < 0) return error_from(errno);
    return st;
}

FileResult<std::string> Root::resolve(const std::string& path) const {
    auto fd = open_at(path, O_PATH);
    if (!fd) return tl::unexpected(fd.error());
    auto inside = path_of(fd->get());
    if (!inside) return inside;
    auto prefix = path_of(fd_.get());
    if (!prefix) return prefix;
    if (*prefix == "/") return inside;
    const bool below = inside->compare(0, prefix->size(), *prefix) == 0;
    if (!below) return error_from(EXDEV);
    const std::string rest = inside->substr(prefix->size());
    return rest.empty() ? std::string("/") : rest;
}

}  // namespace ringfence
