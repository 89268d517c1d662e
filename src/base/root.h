// SPDX-License-Identifier: LGPL-2.1-or-later
// Read-only access to a file tree below a root directory.
//
// Every reader of ringfence takes a Root, so that `--root DIR` and the tests can work on another
// tree. Symbolic links, also absolute ones, are followed inside the root and never lead out of it:
// the kernel sees to that, in openat2(2) with RESOLVE_IN_ROOT (Linux 5.6).
#pragma once

#include <dirent.h>
#include <map>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <vector>

#include <tl/expected.hpp>

#include "base/fd.h"

namespace ringfence {

template <class T>
using FileResult = tl::expected<T, std::error_code>;

struct DirectoryEntry {
    std::string name;
    unsigned char type;  ///< DT_REG, DT_DIR, DT_LNK, … (readdir(3)), never DT_UNKNOWN
};

class Root {
  public:
    /// Opens `path` as the root. Errors: those of open(2).
    static FileResult<Root> open(const std::string& path);

    /// The same for a directory that is open. Errors: those of dup(2).
    static FileResult<Root> open(const Fd& directory);

    /// The whole of a regular file. Errors: those of openat2(2) and read(2); EISDIR, and EINVAL for
    /// anything else that is not a regular file (a FIFO or device is never opened for reading,
    /// except /dev/null, which reads as empty: that is how systemd masks); EFBIG above `limit`
    /// bytes.
    FileResult<std::string> read(const std::string& path, std::size_t limit = 16u << 20) const;

    /// The same for an entry that list() reported as DT_REG. It needs fewer system calls.
    FileResult<std::string> read_listed(const std::string& path,
                                        std::size_t limit = 16u << 20) const;

    /// The first `size` bytes of a regular file, or all of a shorter one. Errors: as for read().
    FileResult<std::string> read_head(const std::string& path, std::size_t size) const;

    /// Entries of a directory except "." and "..", sorted by name (strcmp). Errors: ENOENT,
    /// ENOTDIR, …
    FileResult<std::vector<DirectoryEntry>> list(const std::string& path) const;

    /// The text of a symbolic link, unchanged. Errors: EINVAL when it is not a link.
    FileResult<std::string> read_link(const std::string& path) const;

    /// stat(2) of the file that `path` leads to. Links are followed.
    FileResult<struct stat> status(const std::string& path) const;

    /// The path that `path` leads to, all links resolved, as seen inside the root ("/usr/lib/…").
    FileResult<std::string> resolve(const std::string& path) const;

    /// Opens what is at `path` itself with O_PATH. Errors: ELOOP if a directory of the path is a
    /// link; others of openat2(2).
    FileResult<Fd> open_unfollowed(const std::string& path) const;

    /// From now on read() and list() act as if `path` were a file with this text. `path` must not
    /// lead through links. Callers find out in this way what a change would do.
    void pretend(const std::string& path, std::string text);

    /// The path of the root directory, as it was given to open().
    const std::string& path() const { return path_; }

  private:
    Root(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
    FileResult<Fd> open_regular(const std::string& path) const;
    static FileResult<std::string> read_open(const Fd& fd, std::size_t limit);
    FileResult<Fd> open_at(const std::string& path, int flags, unsigned resolve = 0) const;
    FileResult<std::vector<DirectoryEntry>> list_real(const std::string& path) const;

    Fd fd_;
    std::string path_;
    std::map<std::string, std::string> pretended_;
};

}  // namespace ringfence
