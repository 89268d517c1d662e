// SPDX-License-Identifier: LGPL-2.1-or-later
// Describes what is at a path now, so that a record of the kernel can be compared with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/root.h"
#include "base/timestamp.h"

namespace ringfence {

struct PathState {
    bool exists = false;
    /// The kernel's own number of the file, as audit records have it. On overlayfs, stat(2) may
    /// return another one.
    std::uint64_t inode = 0;
    /// The names that the kernel may have for the file system: "vda1", "tmpfs", "0:45".
    std::vector<std::string> devices;
    /// The last change of what the path leads through: of the file, and of each directory above it.
    /// Renaming, linking and replacing change it.
    Time changed{};
    /// The file keeps its number as long as it exists, and the file systems keep the times of
    /// changes.
    bool lasting = false;
};

/// `path` is absolute and has no symbolic links: at a link, the path ends for this function.
/// `mounts` is the text of /proc/PID/mountinfo of a process with the same mounts.
/// Errors: those of openat2(2) other than that there is no such file, and of statfs(2).
FileResult<PathState> path_state(const Root& root, const std::string& mounts,
                                 const std::string& path);

}  // namespace ringfence
