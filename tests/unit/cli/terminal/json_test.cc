// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal/json.h"

#include <gtest/gtest.h>

namespace ringfence::cli {
namespace {

TEST(JsonText, NothingInItActsOnATerminal) {
    const std::string name =
        "a\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xf0\x9f\x94\x92\xf3\xa0\x80\x81\xc3\xa9";
    const std::string text = json_line({{"name", name}});
    EXPECT_EQ(
        text,
        "{\"name\":\"a\\u001b[2J\\u007f\\u009b\\u202e\xf0\x9f\x94\x92\\udb40\\udc01\xc3\xa9\"}");
    EXPECT_EQ(Json::parse(text)["name"], name);  // a program reads the same text
}

TEST(JsonText, BytesThatAreNotUtf8AreReplaced) {
    EXPECT_EQ(json_line({{"name", "a\xff"}}), "{\"name\":\"a\xef\xbf\xbd\"}");
}

TEST(JsonText, MembersStayInTheirOrder) {
    EXPECT_EQ(json_document({{"b", 1}, {"a", 2}}), "{\n  \"b\": 1,\n  \"a\": 2\n}\n");
}

}  // namespace
}  // namespace ringfence::cli
