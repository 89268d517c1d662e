// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/replace_file.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"

namespace ringfence {

namespace {

bool write_all(int fd, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t n = ::write(fd, text.data() + at, text.size() - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        at += static_cast<std::size_t>(n);
    }
    return true;
}

// systemd and the readers of policies ignore a name that starts with a dot.
std::string temporary_of(const std::string& path) {
    const std::size_t name = path.rfind('/') + 1;  // npos + 1 is 0
    return path.substr(0, name) + "." + path.substr(name) + ".tmp";
}

}  // namespace

tl::expected<void, std::error_code> replace_file(const std::string& path, const std::string& text,
                                                 Durability durability) {
    const std::string temporary = temporary_of(path);
    Fd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return tl::unexpected(std::error_code(errno, std::generic_category()));
    const bool written =
        write_all(fd.get(), text) && (durability == Durability::none || ::fsync(fd.get()) == 0) &&
        ::close(fd.release()) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
    if (written) return {};
    const int saved = errno;
    ::unlink(temporary.c_str());
    return tl::unexpected(std::error_code(saved, std::generic_category()));
}

}  // namespace ringfence
