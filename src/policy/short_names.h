// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights by the names that other tools' files have for them: ours without the family, "read_file".
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

/// The names of a family's rights that are known at `abi`.
std::vector<std::string> short_names(landlock::Family family, int abi);

/// The names of the rights that `access` has.
std::vector<std::string> short_names(const landlock::Access& access);

/// The right of that name, if it is of that family and known at `abi`.
std::optional<landlock::Access> access_by_short_name(std::string_view name, landlock::Family family,
                                                     int abi);

}  // namespace ringfence::policy
