// SPDX-License-Identifier: LGPL-2.1-or-later
// Rights as texts. The names are the kernel's own (landlock/rights.h), in the order of its table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "landlock/access.h"
#include "landlock/rights.h"

namespace ringfence::policy {

/// The names of the rights and scopes in `access`.
std::vector<std::string> right_names(const landlock::Access& access);

/// The rights with these names. Names that are none are left out.
landlock::Access access_of(const std::vector<std::string>& names);

/// The names of all rights of a family that ABI `abi` knows.
std::vector<std::string> right_names(landlock::Family family, int abi = landlock::newest_abi);

/// Those of `access` in one line: "fs.read_file, fs.read_dir".
std::string joined_right_names(const landlock::Access& access, std::string_view separator = ", ");

}  // namespace ringfence::policy
