// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/parallel.h"

#include <functional>
#include <set>
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

TEST(Parallel, FewThingsAreOneWorkersWork) {
    EXPECT_EQ(worker_count(0, 50), 1u);
    EXPECT_EQ(worker_count(99, 50), 1u);
    EXPECT_LE(worker_count(100, 50), 2u);
    EXPECT_LE(worker_count(1000000, 1), 4u);
    EXPECT_GE(worker_count(1000000, 1), 1u);
}

}  // namespace
}  // namespace ringfence
