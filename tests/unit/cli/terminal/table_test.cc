// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables, words and times for people.
#include "cli/terminal/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal/time_text.h"
#include "cli/terminal/words.h"

namespace ringfence::cli {
namespace {

using ::testing::ElementsAre;

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
    Table table({{"N", TableColumn::Align::right, 3}, {"NAME"}, {"NOTE"}});
    table.add({std::string("1"), std::string("h\xc3\xa9llo"), std::string("x")});
    table.add({std::string("1000"), std::string("a"), std::string()});
    EXPECT_EQ(table.text({}),
              "   N  NAME   NOTE\n"
              "   1  h\xc3\xa9llo  x\n"
              "1000  a\n");
    EXPECT_EQ(table.width(), 17u);
}

TEST(Table, StylesDoNotCountAsColumns) {
    Table table({{"A"}, {"B"}});
    table.add({{"x", Style::red}, std::string("y")});
    const Terminal colourful{true, {}};
    EXPECT_EQ(table.text(colourful), "\x1b[1mA  B\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
    EXPECT_EQ(table.text({}), "A  B\nx  y\n");
}

TEST(Words, Wrapped) {
    EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
    EXPECT_THAT(wrapped("unbreakable", 3), ElementsAre("unbreakable"));
    EXPECT_THAT(wrapped("", 3), ElementsAre(""));
}

TEST(Words, CountedAndJoined) {
    EXPECT_EQ(counted(1, "policy", "policies"), "1 policy");
    EXPECT_EQ(counted(0, "policy", "policies"), "0 policies");
    EXPECT_EQ(joined({"a", "b"}), "a, b");
    EXPECT_EQ(padded("h\xc3\xa9", 4), "h\xc3\xa9  ");
}

TEST(TimeText, Rfc3339) {
    constexpr Time time{std::chrono::microseconds{1'795'262'400'000'001}};
    EXPECT_EQ(rfc3339(time, Precision::seconds), "2026-11-21T12:00:00Z");
    EXPECT_EQ(rfc3339(time, Precision::microseconds), "2026-11-21T12:00:00.000001Z");
    EXPECT_EQ(utc_text(time), "2026-11-21 12:00:00");
}

}  // namespace
}  // namespace ringfence::cli
