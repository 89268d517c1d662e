// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/parallel.h"

#include <sched.h>

namespace ringfence {

namespace {

// std::thread::hardware_concurrency() also counts processors that this process may not use.
std::size_t processors() {
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) < 0) return 1;  // EINVAL: there are more than 1024
    return static_cast<std::size_t>(CPU_COUNT(&set));
}

}  // namespace

std::size_t worker_count(std::size_t count, std::size_t least) {
    constexpr std::size_t most = 4;
    return std::clamp<std::size_t>(count / least, 1,
                                   std::clamp<std::size_t>(processors(), 1, most));
}

}  // namespace ringfence
