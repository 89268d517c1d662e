// SPDX-License-Identifier: LGPL-2.1-or-later
// The one type of a point in time: UTC, in microseconds, as journald and auditd record it.
#pragma once

#include <chrono>

namespace ringfence {

using Time = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace ringfence
