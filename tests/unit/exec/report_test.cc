// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/report.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ringfence::exec {
namespace {

constexpr unsigned char random_bytes[16] = {0,    1,    2,    3,    4,    5,    6,    7,
                                            0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0};

TEST(Tag, IsRandomEachTime) {
    const std::string first = make_tag(random_bytes).text;
    EXPECT_EQ(first.size(), 15u);
    EXPECT_EQ(first.substr(0, 2), "rf");
    EXPECT_EQ(first.find_first_not_of("0123456789abcdef", 2), std::string::npos);
    EXPECT_NE(first, make_tag(random_bytes).text);
}

TEST(Environment, GetsAndUnsets) {
    std::vector<std::string> texts = {"A=1", "AB=2", "A=3", "A", "B="};
    std::vector<char*> variables;
    for (std::string& text : texts)
        variables.push_back(text.data());
    variables.push_back(nullptr);
    Environment environment(variables.data());
    EXPECT_STREQ(environment.get("A"), "1");
    EXPECT_STREQ(environment.get("B"), "");
    EXPECT_EQ(environment.get("C"), nullptr);
    environment.unset("A");
    EXPECT_EQ(environment.get("A"), nullptr);
    EXPECT_STREQ(environment.variables()[0], "AB=2");
    EXPECT_STREQ(environment.variables()[1],
                 "A");  // not a variable, so the wrapper must not change it
    EXPECT_STREQ(environment.variables()[2], "B=");
    EXPECT_EQ(environment.variables()[3], nullptr);
}

TEST(Failure, SaysErrorsInWords) {
    Failure failure;
    set_failure(&failure, report::exit_refused, -13, "cannot open ", "/x");
    EXPECT_EQ(failure.text.view(), "cannot open /x: Permission denied");
    EXPECT_EQ(failure.error, 13);
    set_failure(&failure, report::exit_refused, -1234, "cannot open ", "/x");
    EXPECT_EQ(failure.text.view(), "cannot open /x: error 1234");
}

// A terminal or a line of a log must not do what the text of an option says.
TEST(Report, ShowsNoControlCharacters) {
    const std::string hidden = "--hidden=Protect\x1b[2JHome\n:/home";
    std::vector<char*> no_variables = {nullptr};
    Plan plan;
    plan.policy =
        "we\x1b"
        "b";
    const Environment environment(no_variables.data());
    const Tag tag = make_tag(random_bytes);
    Reporter reporter(plan, environment, tag);
    Failure failure;
    failure.text.add("option ").add(hidden);
    testing::internal::CaptureStderr();
    reporter.refused(failure, {});
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "ringfence-exec: we b refused: option --hidden=Protect [2JHome :/home\n");
}

}  // namespace
}  // namespace ringfence::exec
