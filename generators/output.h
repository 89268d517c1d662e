// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes what was planned, so that at no moment, and after no failure, a unit that asks for a fence
// could start without it.
//
// A link UNIT → /dev/null in the directory for early units masks a unit: systemd then does not load
// it at all. Such a link is an inode without data, so it can be made where no byte can be written
// any more. Each unit is masked first, then its drop-in is written and renamed into place, and
// only then the mask is taken away: a generator that is stopped half way, or that finds the file
// system full, leaves units masked and none open.
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

/// What a mask cannot do: units whose files are in directories above that of early units.
struct Written {
    std::vector<std::string> masked;  ///< units that stay masked
    Diagnostics problems;             ///< each with the unit and the file
};

/// The names that masks must hold for the file's unit not to be loaded.
std::vector<std::string> names_to_mask(const dropin::PlannedFile& file);

Written write_plan(const dropin::Plan& plan, const Directories& directories);

/// The name of the file, in the normal directory, that says what was written; written last.
inline constexpr char stamp_name[] = "ringfence.stamp";

}  // namespace ringfence::generator
