// SPDX-License-Identifier: LGPL-2.1-or-later
// Shares independent pieces of work out to several threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace ringfence {

/// How many workers to start for `count` items, if a worker is worth its start for `least` items.
/// At most four, and at most as many as there are processors that this process may use
/// (sched_setaffinity(2)).
std::size_t worker_count(std::size_t count, std::size_t least);

/// Calls `worker(index)` once for each index below `count`, with whichever of the `workers` is
/// free. There must be at least one worker. The first runs in this thread, the others in threads of
/// their own. If no more threads can be started, the running ones do all of the work. The result
/// must not depend on which worker gets which index.
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
