// SPDX-License-Identifier: LGPL-2.1-or-later
// Work on many things that do not depend on each other, shared out to the processors.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace ringfence {

/// How many workers are worth their start for `count` items of which one has `least`: as many as
/// this process may use processors (sched_setaffinity(2)), and four at the most.
std::size_t worker_count(std::size_t count, std::size_t least);

/// Calls `worker(index)` for each index below `count` once, on whichever of the `workers` (at least
/// one) is free. The first runs in this thread, each other in one of its own; where there can be no
/// more threads, those that there are do it all. What they give must not depend on who did what.
template <class Worker>
void share_out(std::size_t count, std::vector<Worker>& workers) {
    std::atomic<std::size_t> next = 0;
    const auto take = [&](Worker& worker) {
        constexpr std::size_t batch = 8;
        for (std::size_t begin = next.fetch_add(batch); begin < count;
             begin = next.fetch_add(batch))
            for (std::size_t i = begin; i < std::min(begin + batch, count); ++i)
                worker(i);
    };
    std::vector<std::jthread> threads;
    try {
        for (std::size_t i = 1; i < workers.size(); ++i)
            threads.emplace_back([&take, &worker = workers[i]] { take(worker); });
    } catch (const std::system_error&) {  // EAGAIN: pthread_create(3)
    }
    take(workers.front());
}

}  // namespace ringfence
