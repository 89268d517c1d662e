// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/text.h"

#include <gtest/gtest.h>

namespace ringfence::exec {
namespace {

TEST(Number, IsStrict) {
    EXPECT_EQ(parse_number("0", 10), 0u);
    EXPECT_EQ(parse_number("65535", 65535), 65535u);
    EXPECT_EQ(parse_number("4294967295", 0xffffffff), 0xffffffffu);
    for (const char* bad :
         {"", "00", "01", "65536", "+1", "-1", " 1", "1 ", "0x1", "1e3", "99999999999999999999"})
        EXPECT_EQ(parse_number(bad, 65535), std::nullopt) << bad;
}

TEST(Buffer, CutsAndRemembers) {
    Buffer<8> buffer;
    buffer.add("abc").add(std::uint64_t{42}).add(std::uint64_t{255}, 16);
    EXPECT_EQ(buffer.view(), "abc42ff");
    EXPECT_FALSE(buffer.cut());
    buffer.add("xyz");
    EXPECT_EQ(buffer.view(), "abc42ffx");
    EXPECT_TRUE(buffer.cut());
    EXPECT_STREQ(buffer.c_str(), "abc42ff");
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    EXPECT_FALSE(buffer.cut());
    EXPECT_EQ(Buffer<32>().add(std::uint64_t{0}).view(), "0");
    EXPECT_EQ(Buffer<32>().add(~std::uint64_t{0}).view(), "18446744073709551615");
}

TEST(Buffer, BlanksControlCharacters) {
    Buffer<32> buffer;
    buffer
        .add(
            "a\x1b[2J\n\tb\x7f\xc2\x9b"
            "c\xc3\xa9\xc2\xa7\xc2")
        .blank_controls();
    EXPECT_EQ(buffer.view(), "a [2J  b   c\xc3\xa9\xc2\xa7\xc2");
}

TEST(TakeUntil, TakesEveryPart) {
    std::string_view rest = "a,,b";
    EXPECT_EQ(take_until(&rest, ','), "a");
    EXPECT_EQ(take_until(&rest, ','), "");
    EXPECT_EQ(take_until(&rest, ','), "b");
    EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace ringfence::exec
