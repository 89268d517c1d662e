// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "landlock/rights.h"
#include "vector_source.h"

namespace ringfence::journal {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;

constexpr landlock::Access read_file = landlock::access_of("fs.read_file");
constexpr landlock::Access execute = landlock::access_of("fs.execute");
constexpr std::int64_t noon = 1'764'072'000;  // 2025-11-25 12:00:00 UTC

TEST(Timeline, ChoosesAWidthThatPeopleCountIn) {
    EXPECT_EQ(Timeline(at(noon), at(noon + 600)).width(), std::chrono::minutes{1});
    EXPECT_EQ(Timeline(at(noon), at(noon + 86400)).width(), hours{1});
    EXPECT_EQ(Timeline(at(noon - 7 * 86400), at(noon)).width(), hours{6});
    EXPECT_EQ(Timeline(at(noon - 30 * 86400), at(noon)).width(), std::chrono::days{1});
}

TEST(Timeline, ColumnsBeginAtRoundTimes) {
    const Timeline timeline(at(noon + 1234), at(noon + 86400));
    EXPECT_EQ(timeline.begin_of(0), at(noon));
    EXPECT_EQ(timeline.columns(), 25u);
}

TEST(Timeline, CountsByUnitAndRight) {
    Timeline timeline(at(noon), at(noon + 7200));
    timeline.add("h", "a.service", {read_file | execute, {}}, at(noon));
    timeline.add("h", "a.service", {read_file, {}}, at(noon + 7200));
    timeline.add("h", "b.service", {landlock::access_of("net.bind_tcp"), {}}, at(noon + 1));
    const auto series = timeline.series();
    ASSERT_EQ(series.size(), 3u);
    EXPECT_EQ(timeline.denials(), 3u);
    EXPECT_EQ(series[0].right, "fs.execute");
    EXPECT_EQ(series[1].right, "fs.read_file");
    EXPECT_EQ(series[1].count, 2u);
    EXPECT_EQ(series[1].columns.front(), 1u);
    EXPECT_EQ(series[1].columns.back(), 1u);
    EXPECT_EQ(series[2].unit, "b.service");
}

TEST(Timeline, WhatIsOutsideDoesNotCount) {
    Timeline timeline(at(noon), at(noon + 600));
    timeline.add("h", "a.service", {execute, {}}, at(noon - 1));
    timeline.add("h", "a.service", {execute, {}}, at(noon + 661));
    EXPECT_EQ(timeline.denials(), 0u);
    EXPECT_TRUE(timeline.series().empty());
}

// `--since` may be the smallest possible time.
TEST(Timeline, HasAnEndToItsLength) {
    const Timeline timeline(Time::min(), at(noon));
    EXPECT_EQ(timeline.columns(), Timeline::max_columns);
    EXPECT_LE(timeline.begin_of(timeline.columns() - 1), at(noon));
    EXPECT_GT(timeline.begin_of(timeline.columns() - 1) + timeline.width(), at(noon));
}

}  // namespace
}  // namespace ringfence::journal
