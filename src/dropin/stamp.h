// SPDX-License-Identifier: LGPL-2.1-or-later
// The generator's stamp: a file with all its decisions. The generator writes it last, so a missing
// stamp means that the generator did not finish.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dropin/plan.h"

namespace ringfence::dropin {

/// The file's name in the directory for the generators' normal output.
inline constexpr char stamp_name[] = "ringfence.stamp";

/// A comment, and a line "DECISION UNIT [POLICY]" for each file of the plan.
std::string stamp_text(const Plan& plan);

/// The units that asked for a fence when this stamp was written.
std::vector<std::string> units_in_stamp(std::string_view text);

}  // namespace ringfence::dropin
