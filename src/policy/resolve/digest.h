// SPDX-License-Identifier: LGPL-2.1-or-later
// A short name for what a fence enforces. It is the same on all machines for the same rules.
#pragma once

#include <string>

#include "policy/model/rules.h"

namespace ringfence::policy {

/// A text that is equal for two sets of rules exactly when both enforce the same and have the same
/// `description`. The lines are "KEY VALUE…", and each string has its length before it. Units that
/// run carry digests of this text, so its form must not change.
std::string canonical(const Layer& layer);
std::string canonical(const Rules& rules);

/// 16 hex digits: the first 8 bytes of SHA-256 over canonical(). Reports name rules by it. It is no
/// protection against changes.
std::string digest(const Rules& rules);

}  // namespace ringfence::policy
