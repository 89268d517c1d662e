// SPDX-License-Identifier: LGPL-2.1-or-later
// Arguments, times, and texts for a terminal.
#include "cli/terminal/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal/arguments.h"
#include "cli/terminal/time_argument.h"

namespace ringfence::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* colours[] = {"red", "blue"};
constexpr Option options[] = {
    {"since", 'S', "TIME", "a time"},
    {"json", 0, nullptr, "JSON"},
    {"file", 0, "FILE", "a file"},
    {"colour", 0, "COLOUR", "a colour", colours},
    help_option,
};
constexpr Exclusion exclusions[] = {{"json", "since"}};
constexpr Syntax syntax = {options, {}, "WORD…", {}};

TEST(Arguments, OptionsAndOperandsMixed) {
    const auto arguments = parse_arguments(
        syntax, {"a", "--json", "-S", "now", "b", "--file=x", "--file", "y", "--", "--json"});
    ASSERT_TRUE(arguments.has_value());
    EXPECT_THAT(arguments->operands, ElementsAre("a", "b", "--json"));
    EXPECT_TRUE(arguments->has("json"));
    EXPECT_EQ(arguments->value("since"), "now");
    EXPECT_THAT(arguments->values("file"), ElementsAre("x", "y"));
    EXPECT_FALSE(parse_arguments(syntax, {})->has("json"));
}

TEST(Arguments, ErrorsNameTheWord) {
    struct Case {
        std::vector<std::string> words;
        const char* text;
    };
    const Case cases[] = {
        {{"--jsn"}, "option --jsn is unknown"},
        {{"--jsn"}, "did you mean --json?"},
        {{"a", "--since"}, "option --since needs an argument"},
        {{"a", "-S"}, "option -S needs an argument"},
        {{"-x"}, "option -x is unknown"},
        {{"--json=1"}, "option --json=1 is unknown, ambiguous or takes no argument"},
        {{"--file", "x", "y", "--bad", "z"}, "option --bad is unknown"},
        {{"--colour=green"}, "--colour: \"green\" is not known here; choose one of: red, blue"},
    };
    for (const Case& row : cases) {
        const auto arguments = parse_arguments(syntax, row.words);
        ASSERT_FALSE(arguments.has_value());
        EXPECT_THAT(to_string(arguments.error()[0]), HasSubstr(row.text));
    }
}

std::string problem(const Syntax& taken, const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(taken, words);
    return arguments ? "" : to_string(arguments.error().front());
}

TEST(Arguments, ExclusionsAndCounts) {
    const Syntax two = {options, exclusions, "OLD NEW", {2, 2}};
    EXPECT_EQ(problem(two, {"a", "b", "--json"}), "");
    EXPECT_EQ(problem(two, {"a", "b", "--json", "-S", "now"}),
              "--json and --since exclude each other; give one of them");
    EXPECT_EQ(problem(two, {"a"}), "an operand is missing: OLD NEW; --help shows the usage");
    EXPECT_EQ(problem(two, {"a", "b", "c"}),
              "there is one operand too many: \"c\"; --help shows the usage");
    // With --help, mistakes in the other words do not matter.
    EXPECT_EQ(problem(two, {"--json", "-S", "now", "--colour=green", "--help"}), "");
}

TEST(Arguments, HelpShowsEveryRow) {
    const std::string help = options_help(options);
    for (const Option& row : options)
        EXPECT_THAT(help, HasSubstr(std::string("--") + row.name));
}

class TimeArgument : public ::testing::Test {
  protected:
    void SetUp() override {
        ::setenv("TZ", "UTC-2", 1);  // two hours east of UTC
        ::tzset();
    }
    void TearDown() override {
        ::unsetenv("TZ");
        ::tzset();
    }
    static constexpr std::int64_t noon = 1795262400;  // 2026-11-21 12:00:00 UTC, 14:00 here
    static std::int64_t usec(const std::string& text) {
        const auto time = parse_time(text, Time{std::chrono::seconds{noon}});
        EXPECT_TRUE(time.has_value()) << text;
        return time ? time->time_since_epoch().count() : -1;
    }
    static std::int64_t seconds(const std::string& text) { return usec(text) / 1000000; }
};

TEST_F(TimeArgument, Absolute) {
    EXPECT_EQ(seconds("2026-11-21 14:00:00"), noon);
    EXPECT_EQ(seconds("2026-11-21 14:00"), noon);
    EXPECT_EQ(seconds("2026-11-21T14:00"), noon);
    EXPECT_EQ(seconds("2026-11-21 12:00 UTC"), noon);
    EXPECT_EQ(seconds("2026-11-21T12:00:00Z"), noon);
    EXPECT_EQ(usec("2026-11-21 12:00:00.25 UTC"), noon * 1000000 + 250000);
    EXPECT_EQ(seconds("2026-11-21"), noon - 14 * 3600);
    EXPECT_EQ(seconds("2026-11-21 UTC"), noon - 12 * 3600);
    EXPECT_EQ(seconds("14:00"), noon);
    EXPECT_EQ(seconds("9:30:05"), noon - 4 * 3600 - 1800 + 5);
    EXPECT_EQ(seconds("@1795262400"), noon);
    EXPECT_EQ(usec("@1795262400.5"), noon * 1000000 + 500000);
}

TEST_F(TimeArgument, WordsAndSpans) {
    EXPECT_EQ(seconds("now"), noon);
    EXPECT_EQ(seconds("today"), noon - 14 * 3600);
    EXPECT_EQ(seconds("yesterday"), noon - 38 * 3600);
    EXPECT_EQ(seconds("tomorrow"), noon + 10 * 3600);
    EXPECT_EQ(seconds("-5min"), noon - 300);
    EXPECT_EQ(seconds("-5 min"), noon - 300);
    EXPECT_EQ(seconds("+1h30min"), noon + 5400);
    EXPECT_EQ(seconds("2 days ago"), noon - 2 * 86400);
    EXPECT_EQ(seconds("-1w 2d 3h"), noon - 9 * 86400 - 3 * 3600);
}

TEST_F(TimeArgument, TheRestIsRefused) {
    for (const char* text : {"",
                             " ",
                             "foo",
                             "-",
                             "+",
                             "-5",
                             "-5parsecs",
                             "5min",
                             "@",
                             "@x",
                             "@1.",
                             "2026-13-01",
                             "2026-02-30",
                             "2026-1-1",
                             "2026-11-21 25:00",
                             "2026-11-21 12:60",
                             "12",
                             "12:00 CET",
                             "2026-11-21x",
                             "2026-11-21 ",
                             "2026-11-21 12:00:00.",
                             "99999999999999999999",
                             "-99999999999999999999s",
                             "-253402300800w",
                             "@253402300800",
                             "1 month ago",
                             "ago"}) {
        const auto time = parse_time(text, Time{std::chrono::seconds{noon}});
        ASSERT_FALSE(time.has_value()) << text;
        EXPECT_FALSE(time.error()[0].hint.empty());
    }
}

TEST(Printable, NothingMovesTheCursor) {
    EXPECT_EQ(printable("/srv/h\xc3\xa9llo w\xc3\xb6rld"), "/srv/h\xc3\xa9llo w\xc3\xb6rld");
    EXPECT_EQ(printable("\x1b[31mred\n\r\t\x7f"), "\\x1b[31mred\\x0a\\x0d\\x09\\x7f");
    EXPECT_EQ(printable(std::string("a\0b", 3)), "a\\x00b");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\u{009b}31m");  // C1: CSI in one character
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "gpj"),
              "\\u{202e}gpj");  // right-to-left override
    EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
    EXPECT_EQ(printable("\\x1b"), "\\\\x1b");  // not mistaken for an escape
    EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u{2028}");
}

TEST(Printable, EveryControlByte) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string shown = printable(std::string(1, static_cast<char>(byte)));
        for (const char c : shown)
            EXPECT_TRUE(c >= 0x20 && c < 0x7f) << byte;
    }
}

TEST(Columns, CountCharacters) {
    EXPECT_EQ(columns_of("h\xc3\xa9"), 2u);
    EXPECT_EQ(columns_of(""), 0u);
}

}  // namespace
}  // namespace ringfence::cli
