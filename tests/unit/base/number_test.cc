// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/number.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

TEST(Number, WholeTextOnly) {
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("0080"), 80u);
    EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615u);
    EXPECT_EQ(parse_number("fF", 16), 255u);
    for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "1f", "18446744073709551616"})
        EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

TEST(Number, SumsDoNotBeginAnew) {
    EXPECT_EQ(add_saturated(1, 2), 3u);
    EXPECT_EQ(add_saturated(18446744073709551615u, 0), 18446744073709551615u);
    EXPECT_EQ(add_saturated(18446744073709551615u, 7), 18446744073709551615u);
    EXPECT_EQ(add_saturated(7, 18446744073709551609u), 18446744073709551615u);
}

}  // namespace
}  // namespace ringfence
