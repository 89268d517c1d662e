// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace ringfence::cli {

/// The lines that differ between two texts: " same", "-old", "+new", with three lines around each
/// change and "@@" between the changes. The result is empty if the texts are equal. It is for
/// people: each line is made visible().
std::string line_diff(const std::string& before, const std::string& after);

}  // namespace ringfence::cli
