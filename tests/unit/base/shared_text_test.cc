// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/shared_text.h"

#include <map>

#include <gtest/gtest.h>

namespace ringfence {
namespace {

TEST(SharedText, ReadsLikeAString) {
    const SharedText text = "/etc/nginx.toml";
    const std::string& string = text;
    EXPECT_EQ(string, "/etc/nginx.toml");
    EXPECT_EQ(text, "/etc/nginx.toml");
    EXPECT_EQ(text, std::string("/etc/nginx.toml"));
    EXPECT_EQ(text, SharedText(std::string("/etc/nginx.toml")));
    EXPECT_NE(text, SharedText("/etc/nginx.tom"));
    EXPECT_LT(SharedText("a"), SharedText("b"));
    EXPECT_LT(SharedText(), SharedText("a"));
}

TEST(SharedText, EmptyIsEmpty) {
    EXPECT_TRUE(SharedText().empty());
    EXPECT_TRUE(SharedText("").empty());
    EXPECT_EQ(SharedText(), SharedText(std::string()));
    EXPECT_EQ(SharedText().str(), "");
    EXPECT_FALSE(SharedText("x").empty());
}

TEST(SharedText, CopiesShareTheText) {
    SharedText first = "a text that is too long to be kept in place";
    const SharedText copy = first;
    EXPECT_TRUE(copy.same_as(first));
    EXPECT_EQ(copy.str().data(), first.str().data());
    EXPECT_FALSE(SharedText(copy.str()).same_as(copy));
    first = "another";
    EXPECT_EQ(copy, "a text that is too long to be kept in place");
}

TEST(SharedText, SortsByItsText) {
    std::map<SharedText, int> numbers;
    numbers["b"] = 2;
    numbers[std::string("a")] = 1;
    numbers[SharedText("b")] = 3;
    ASSERT_EQ(numbers.size(), 2u);
    EXPECT_EQ(numbers.begin()->second, 1);
    EXPECT_EQ(numbers.rbegin()->second, 3);
}

}  // namespace
}  // namespace ringfence
