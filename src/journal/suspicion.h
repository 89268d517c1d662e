// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds rights that nobody should add to a policy without a thought. These are the rights that
// `ringfence check` would warn about (places/places.h).
#pragma once

#include <string>
#include <string_view>

#include "landlock/access.h"

namespace ringfence::journal {

/// The reason why a rule for these rights on `path` is not proposed, and what to do instead. The
/// text continues the path ("holds password hashes"). Empty if there is no reason.
std::string suspicion(std::string_view path, const landlock::Access& access);

}  // namespace ringfence::journal
