// SPDX-License-Identifier: LGPL-2.1-or-later
// The files of this machine as a process sees them.
#pragma once

#include <string>
#include <sys/types.h>

#include "base/root.h"

namespace ringfence::host {

struct MountView {
    Root root;
    std::string mounts;  ///< the text of mountinfo (proc_pid_mountinfo(5))
};

/// As this program sees them. Errors: those of open(2).
FileResult<MountView> own_mounts();

/// The mounts of a process, seen from their root. The process cannot choose what this is: a root
/// directory that it chose by chroot(2) does not count, and behind a fence it cannot mount.
/// Errors: the process has ended, or the caller may not enter its mount namespace (setns(2)).
FileResult<MountView> mounts_of(pid_t process);

}  // namespace ringfence::host
