// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/parallel.h"

#include <cerrno>
#include <functional>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace ringfence {
namespace {

using Workers = std::vector<std::function<void(std::size_t)>>;

TEST(Parallel, EachIndexIsTakenOnce) {
    for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 1000u})
        for (const std::size_t workers : {1u, 2u, 5u}) {
            std::vector<std::multiset<std::size_t>> taken(workers);
            Workers list;
            for (auto& own : taken)
                list.emplace_back([&own](std::size_t index) { own.insert(index); });
            share_out(count, list);
            std::multiset<std::size_t> all;
            for (const auto& own : taken)
                all.insert(own.begin(), own.end());
            ASSERT_EQ(all.size(), count) << workers << " workers";
            EXPECT_EQ(std::set<std::size_t>(all.begin(), all.end()).size(), count);
            if (count > 0) {
                EXPECT_EQ(*all.rbegin(), count - 1);
            }
        }
}

// Runs in a process that may not start threads. The result is 0 if the first worker did all the
// work.
int share_out_without_threads() {
    const struct rlimit none = {0, 0};
    // The limit does not apply to root.
    if (::setresuid(65534, 65534, 65534) < 0 && errno != EPERM) return 2;
    if (::setrlimit(RLIMIT_NPROC, &none) < 0) return 3;
    std::size_t first = 0;
    std::size_t others = 0;
    Workers workers = {[&](std::size_t) { ++first; }, [&](std::size_t) { ++others; }};
    share_out(1000, workers);
    return first == 1000 && others == 0 ? 0 : 1;
}

TEST(Parallel, GoesOnWithoutThreads) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(share_out_without_threads());
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(Parallel, FewThingsAreOneWorkersWork) {
    EXPECT_EQ(worker_count(0, 50), 1u);
    EXPECT_EQ(worker_count(99, 50), 1u);
    EXPECT_LE(worker_count(100, 50), 2u);
    EXPECT_LE(worker_count(1000000, 1), 4u);
    EXPECT_GE(worker_count(1000000, 1), 1u);
}

}  // namespace
}  // namespace ringfence
