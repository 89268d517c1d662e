// SPDX-License-Identifier: LGPL-2.1-or-later
// Compares the paths of denials with the files that are there now.
#pragma once

#include "journal/review.h"

namespace ringfence::cli {

/// Sets Tally::path of the denials of this machine's current boot. A denial of the running start
/// of a unit is compared in the mounts of the unit, and only there can a path be found to be wrong.
/// Others are compared with the files as this program sees them.
void check_paths(journal::Review& review);

}  // namespace ringfence::cli
