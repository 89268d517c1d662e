// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/lines.h"

#include <gtest/gtest.h>

namespace ringfence::unit {
namespace {

std::vector<std::string> texts(std::string_view text) {
    std::vector<std::string> out;
    for (const SourceText& line : split_lines(text, "f").lines)
        out.push_back(line.text());
    return out;
}

using Lines = std::vector<std::string>;

TEST(Lines, EndsOfLine) {
    EXPECT_EQ(texts("a\nb"), (Lines{"a", "b"}));
    EXPECT_EQ(texts("a\r\nb\r\n"), (Lines{"a", "b"}));
    EXPECT_EQ(texts("a\rb"), (Lines{"a", "b"}));
    EXPECT_EQ(texts("a\n\rb"), (Lines{"a", "b"}));
    EXPECT_EQ(texts("a\n\nb"), (Lines{"a", "", "b"}));
    EXPECT_EQ(texts(std::string_view("a\0b", 3)), (Lines{"a", "b"}));
    EXPECT_EQ(texts(std::string_view("a\n\0b", 4)), (Lines{"a", "b"}));
    EXPECT_EQ(texts(std::string_view("a\0\nb", 4)), (Lines{"a", "", "b"}));
}

TEST(Lines, ContinuationsBecomeOneSpace) {
    EXPECT_EQ(texts("a\\\nb\n"), (Lines{"a b"}));
    EXPECT_EQ(texts("a\\\n  b"), (Lines{"a   b"}));
    EXPECT_EQ(texts("a\\\\\nb"), (Lines{"a\\\\", "b"}));
    EXPECT_EQ(texts("a\\ \nb"), (Lines{"a\\ ", "b"}));
    EXPECT_EQ(texts("a\\"), (Lines{"a "}));
}

TEST(Lines, CommentsAreDroppedInsideContinuations) {
    EXPECT_EQ(texts("a\\\n# x\n;y\\\nb"), (Lines{"a b"}));
    EXPECT_EQ(texts("# a\\\nb"), (Lines{"b"}));
    EXPECT_EQ(texts("a\\\n\nb"), (Lines{"a ", "b"}));  // an empty line ends it
}

TEST(Lines, OneByteOrderMark) {
    EXPECT_EQ(texts("\xef\xbb\xbf[S]\n\xef\xbb\xbfx"), (Lines{"[S]", "\xef\xbb\xbfx"}));
    EXPECT_EQ(texts("[S]\n\xef\xbb\xbfx"), (Lines{"[S]", "x"}));
}

TEST(Lines, LimitsAreThoseOfSystemd) {
    const std::string longest(line_max - 1, 'x');
    EXPECT_EQ(texts(longest), Lines{longest});
    const LogicalLines cut = split_lines("a\n" + longest + "x\nb\n", "f");
    ASSERT_TRUE(cut.fatal);
    EXPECT_EQ(cut.fatal->where, (Location{"f", 2, 0}));
    ASSERT_EQ(cut.lines.size(), 1u);
    ASSERT_EQ(cut.lost.size(), 1u);
    EXPECT_EQ(cut.lost[0].text(), "b");
    EXPECT_TRUE(split_lines(std::string(line_max - 8, 'x') + "\\\n123456789", "f").fatal);
    EXPECT_FALSE(split_lines(std::string(line_max - 8, 'x') + "\\\n1234567", "f").fatal);
}

TEST(Lines, PositionsSurviveJoining) {
    const auto lines = split_lines("ab\\\n  cd\\\n# no\nef", "f").lines;
    ASSERT_EQ(lines.size(), 1u);
    ASSERT_EQ(lines[0].text(), "ab   cd ef");
    EXPECT_EQ(lines[0].at(0, "f"), (Location{"f", 1, 1}));
    EXPECT_EQ(lines[0].at(5, "f"), (Location{"f", 2, 3}));
    EXPECT_EQ(lines[0].at(8, "f"), (Location{"f", 4, 1}));
    EXPECT_EQ(lines[0].slice(5, 10).at(3, "f"), (Location{"f", 4, 1}));
    EXPECT_EQ(split_lines("\xef\xbb\xbfx", "f").lines[0].at(0, "f"), (Location{"f", 1, 4}));
}

TEST(Lines, Utf8AsSystemdWantsIt) {
    EXPECT_TRUE(is_text_for_systemd("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    for (const char* bad : {"\xff", "\xc0\x80", "\xc3", "\xed\xa0\x80", "\xef\xbf\xbe",
                            "\xef\xb7\x90", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\x80"})
        EXPECT_FALSE(is_text_for_systemd(bad)) << bad;
}

}  // namespace
}  // namespace ringfence::unit
