// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/path_check.h"

#include <algorithm>
#include <chrono>

namespace ringfence::journal {

namespace {

// The time of a denial is that of its record in the journal, which may come later than the denial.
// What changed in between may have taken the place of the denied object.
constexpr auto longest_delay = std::chrono::seconds(2);

constexpr const char* check_names[] = {"unverified", "verified", "mismatch"};

}  // namespace

PathCheck check_path(const Tally& denial, const PathState& now) {
    const Object& object = denial.object;
    if (object.inode == 0) return PathCheck::unverified;
    const bool same_inode = now.exists && now.inode == object.inode;
    const bool same_device =
        std::find(now.devices.begin(), now.devices.end(), object.device) != now.devices.end();
    if (same_inode && same_device) return PathCheck::verified;
    const bool unchanged = now.lasting && now.changed + longest_delay < denial.last;
    return same_inode || !unchanged ? PathCheck::unverified : PathCheck::mismatch;
}

const char* name_of(PathCheck check) {
    return check_names[static_cast<std::size_t>(check)];
}

}  // namespace ringfence::journal
