// SPDX-License-Identifier: LGPL-2.1-or-later
// The names of rights in files of other tools: the kernel's names without the family, such as
// "read_file" for "fs.read_file".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/access.h"
#include "landlock/rights.h"

namespace ringfence::policy {

/// "fs.read_file" → "read_file".
std::string_view short_name(const landlock::Right& right);

/// The names of the rights of a family that ABI `abi` knows.
std::vector<std::string> short_names(landlock::Family family, int abi);

/// The names of the rights in `access`.
std::vector<std::string> short_names(const landlock::Access& access);

/// The right with this name, if it is of the family and ABI `abi` knows it.
std::optional<landlock::Access> access_by_short_name(std::string_view name, landlock::Family family,
                                                     int abi);

}  // namespace ringfence::policy
