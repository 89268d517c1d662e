// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/report.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace ringfence::exec {
namespace {

constexpr unsigned char random_bytes[16] = {0,    1,    2,    3,    4,    5,    6,    7,
                                            0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0};

std::string tag(std::vector<std::string> variables) {
    std::vector<char*> pointers;
    for (std::string& variable : variables)
        pointers.push_back(variable.data());
    pointers.push_back(nullptr);
    return make_tag(Environment(pointers.data()), random_bytes).text;
}

TEST(Tag, TakesTheInvocation) {
    EXPECT_EQ(tag({"A=b", "INVOCATION_ID=0123456789abcdef0123456789abcdef"}), "rf0123456789abc");
}

TEST(Tag, IsRandomWithoutOne) {
    const std::string random = tag({});
    EXPECT_EQ(random, "rf21436587a9cbe");
    for (const char* bad :
         {"INVOCATION_ID=", "INVOCATION_ID=0123", "INVOCATION_ID=0123456789ABCDEF",
          "INVOCATION_ID=../../../../../..", "XINVOCATION_ID=0123456789abcdef"})
        EXPECT_EQ(tag({bad}), random) << bad;
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
    EXPECT_STREQ(environment.variables()[1], "A");  // no setting, so not ours to take
    EXPECT_STREQ(environment.variables()[2], "B=");
    EXPECT_EQ(environment.variables()[3], nullptr);
}

TEST(Failure, SaysErrorsInWords) {
    Failure failure;
    set_failure(&failure, 78, -13, "cannot open ", "/x");
    EXPECT_EQ(failure.text.view(), "cannot open /x: Permission denied");
    EXPECT_EQ(failure.error, 13);
    set_failure(&failure, 78, -1234, "cannot open ", "/x");
    EXPECT_EQ(failure.text.view(), "cannot open /x: error 1234");
}

}  // namespace
}  // namespace ringfence::exec
