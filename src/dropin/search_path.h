// SPDX-License-Identifier: LGPL-2.1-or-later
// The directories in which systemd looks for a program without a path: ExecSearchPath= in
// systemd.exec(5).
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The default of ExecSearchPath=: DEFAULT_PATH in systemd's src/basic/path-util.h.
inline constexpr char default_search_path[] =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The directories of the unit's search path, with ":" between them; specifiers are not expanded.
/// Errors: a value that the wrapper could not take as it is written.
Result<std::string> search_path(const unit::Unit& unit);

/// The paths that systemd tries for a name without a path, in this order.
std::vector<std::string> search_candidates(const std::string& path, const std::string& name);

}  // namespace ringfence::dropin
