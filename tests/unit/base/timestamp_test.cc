// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/timestamp.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

TEST(Timestamp, WholeSecondsHaveACalendar) {
    EXPECT_EQ(whole_seconds(Time{std::chrono::microseconds{1'999'999}}), 1);
    EXPECT_EQ(whole_seconds(Time::max()), last_second);
    EXPECT_EQ(whole_seconds(Time::min()), 0);
}

}  // namespace
}  // namespace ringfence
