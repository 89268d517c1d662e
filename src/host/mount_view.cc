// SPDX-License-Identifier: LGPL-2.1-or-later
#include "host/mount_view.h"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace ringfence::host {

namespace {

std::error_code current_error() {
    return {errno, std::system_category()};
}

FileResult<std::string> read_to_end(const Fd& file) {
    std::string text;
    char buffer[65536];
    for (;;) {
        const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return tl::unexpected(current_error());
        if (size == 0) return text;
        text.append(buffer, static_cast<std::size_t>(size));
    }
}

// /proc/thread-self, opened before the thread enters another namespace, where /proc may be missing.
FileResult<MountView> view_from(const Fd& thread_self) {
    const Fd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Fd mounts(::openat(thread_self.get(), "mountinfo", O_RDONLY | O_CLOEXEC));
    if (!root || !mounts) return tl::unexpected(current_error());
    auto text = read_to_end(mounts);
    if (!text) return tl::unexpected(text.error());
    auto opened = Root::open(root);
    if (!opened) return tl::unexpected(opened.error());
    return MountView{std::move(*opened), std::move(*text)};
}

// The root of the namespace becomes that of the calling thread.
FileResult<MountView> enter(const Fd& name_space) {
    const Fd thread_self(::open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!thread_self || ::unshare(CLONE_FS) < 0 || ::setns(name_space.get(), CLONE_NEWNS) < 0)
        return tl::unexpected(current_error());
    return view_from(thread_self);
}

bool are_same(const Fd& a, const Fd& b) {
    struct stat one = {}, other = {};
    return ::fstat(a.get(), &one) == 0 && ::fstat(b.get(), &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

}  // namespace

FileResult<MountView> own_mounts() {
    const Fd self(::open("/proc/thread-self", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!self) return tl::unexpected(current_error());
    return view_from(self);
}

FileResult<MountView> mounts_of(pid_t process) {
    const std::string path = "/proc/" + std::to_string(process) + "/ns/mnt";
    const Fd theirs(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const Fd ours(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
    if (!theirs || !ours) return tl::unexpected(current_error());
    if (are_same(theirs, ours)) return own_mounts();
    FileResult<MountView> view = tl::unexpected(std::error_code());
    std::thread([&] { view = enter(theirs); }).join();
    return view;
}

}  // namespace ringfence::host
