// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a unit can make sockets of the Internet: RestrictAddressFamilies=.
#pragma once

#include "unit/unit.h"

namespace ringfence::dropin {

/// The last line of the setting, if the unit gets neither AF_INET nor AF_INET6; nullptr if it gets
/// one of them. Source: systemd.exec(5).
const unit::Assignment* line_without_internet(const unit::Unit& unit);

}  // namespace ringfence::dropin
