// SPDX-License-Identifier: LGPL-2.1-or-later
// Where systemd looks for a program that is a mere name (ExecSearchPath= in systemd.exec(5)).
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// The default of ExecSearchPath=: DEFAULT_PATH in systemd's src/basic/path-util.h.
inline constexpr char default_search_path[] =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The unit's search path, with ":" between the directories; specifiers unexpanded. Errors: what
/// cannot be handed on as it is written.
Result<std::string> search_path(const unit::Unit& unit);

/// All that a mere name may turn out to be, in the order in which it is looked for.
std::vector<std::string> search_candidates(const std::string& path, const std::string& name);

}  // namespace ringfence::dropin
