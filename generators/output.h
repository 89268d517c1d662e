// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes the planned files. At no moment and after no failure, a unit that asks for a fence can
// start without it.
//
// A link UNIT → /dev/null in the directory for early units masks a unit: systemd then does not load
// it. Such a link is an inode without data, so it can be made in a file system that is full. Each
// unit is masked first. Then its drop-in is written and renamed to its name, and then the mask is
// removed. A generator that is stopped half way, or that finds the file system full, leaves units
// masked and none without its fence.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "dropin/plan.h"

namespace ringfence::generator {

struct Directories {
    std::string normal;
    std::string early;
};

/// The result. A mask has no effect on a unit whose file is in a directory above that of early
/// units.
struct Written {
    std::vector<std::string> masked;  ///< the units that stay masked
    Diagnostics problems;             ///< each with the unit and the file
};

/// The names to mask so that systemd does not load the unit.
std::vector<std::string> names_to_mask(const dropin::PlannedFile& file);

Written write_plan(const dropin::Plan& plan, const Directories& directories);

}  // namespace ringfence::generator
