// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares the path in a record with the file that is there now.
//
// The kernel writes the path as the denied process sees it. A process can choose a root directory
// of its own (chroot(2), which a user namespace of its own allows), and /etc/cron.d is then
// recorded as /cron.d. The record also has the device and the inode of the object, which no process
// chooses.
#pragma once

#include <string>

#include "base/path_state.h"
#include "journal/denial.h"

namespace ringfence::journal {

/// `now`: what is at the path of the denial now, in the mounts of the unit.
///  - verified: it is the denied object.
///  - mismatch: it is not, and since the denial nothing changed on the way to it.
///  - unverified: it is another file, which may have taken the place of the denied one.
PathCheck check_path(const Tally& denial, const PathState& now);

/// "verified", …
const char* name_of(PathCheck check);

}  // namespace ringfence::journal
