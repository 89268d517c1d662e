// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes capabilities away, for good.
#pragma once

#include "exec/failure.h"
#include "landlock/capabilities.h"

namespace ringfence::exec {

/// Takes `set` out of the effective, permitted, inheritable and ambient capabilities, and makes
/// sure that no program gives them back: takes them out of the bounding set, unless
/// `*no_new_privs` says that the process has set that. If it may not change its bounding set (it
/// has no CAP_SETPCAP), it sets no_new_privs. Then asks the kernel whether they are gone.
///
/// Errors (exit_cannot_enforce): a call that fails, and a capability that is still there.
bool drop_capabilities(landlock::CapabilitySet set, bool* no_new_privs, Failure* failure);

}  // namespace ringfence::exec
