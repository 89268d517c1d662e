// SPDX-License-Identifier: LGPL-2.1-or-later
// The rights on files, sorted by what they do to a place.
#pragma once

#include "landlock/groups.h"
#include "landlock/rights.h"

namespace ringfence::places {

inline constexpr landlock::Access reads = landlock::access_of("fs.read_file");
inline constexpr landlock::Access executes = landlock::access_of("fs.execute");
inline constexpr landlock::Access connects = landlock::access_of("fs.resolve_unix");
inline constexpr landlock::Access makes_devices =
    landlock::access_of("fs.make_char") | landlock::access_of("fs.make_block");
/// The rights to fill a file. A program that has them and `executes` may execute what it wrote.
inline constexpr landlock::Access makes_files =
    landlock::access_of("fs.write_file") | landlock::access_of("fs.make_reg");

inline constexpr landlock::Access any_file_right = {landlock::known_at(landlock::newest_abi).fs, 0,
                                                    0};
/// The rights to change files. A right of a later ABI counts as a change until it is sorted here.
inline constexpr landlock::Access changes = any_file_right - landlock::read_access - executes -
                                            connects - landlock::access_of("fs.ioctl_dev");

}  // namespace ringfence::places
