// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/name.h"

#include <gtest/gtest.h>

#include "unit/specifier.h"

namespace ringfence::unit {
namespace {

using Strings = std::vector<std::string>;

TEST(Name, Kinds) {
    EXPECT_EQ(parse_service_name("a.service")->kind, NameKind::plain);
    EXPECT_EQ(parse_service_name("a@.service")->kind, NameKind::template_name);
    const auto instance = parse_service_name("a-b@x@y.z.service");
    ASSERT_TRUE(instance);
    EXPECT_EQ(instance->kind, NameKind::instance);
    EXPECT_EQ(instance->prefix, "a-b");
    EXPECT_EQ(instance->instance, "x@y.z");
    EXPECT_EQ(instance->template_of(), "a-b@.service");
}

TEST(Name, Invalid) {
    for (const char* bad : {"", ".service", "@x.service", "a.socket", "a b.service", "a/b.service",
                            "a%.service", "service", "a.service~"})
        EXPECT_FALSE(parse_service_name(bad)) << bad;
    EXPECT_TRUE(parse_service_name(std::string(247, 'a') + ".service"));
    EXPECT_FALSE(parse_service_name(std::string(248, 'a') + ".service"));
}

TEST(Name, DropinNamesFollowTheDashes) {
    EXPECT_EQ(dropin_names(*parse_service_name("a-b-c.service")),
              (Strings{"a-b-c.service", "a-b-.service", "a-.service"}));
    EXPECT_EQ(dropin_names(*parse_service_name("a-.service")), (Strings{"a-.service"}));
    EXPECT_EQ(dropin_names(*parse_service_name("-a.service")), (Strings{"-a.service"}));
    EXPECT_EQ(dropin_names(*parse_service_name("a--b.service")),
              (Strings{"a--b.service", "a--.service", "a-.service"}));
    EXPECT_EQ(
        dropin_names(*parse_service_name("a-b@x.service")),
        (Strings{"a-b@x.service", "a-b@.service", "a-.service", "a-@x.service", "a-@.service"}));
}

TEST(Specifier, FromTheName) {
    const auto name = *parse_service_name("a-b\\x2dc@x-y.service");
    EXPECT_EQ(expand_specifiers("%n|%N|%p|%P|%j|%J|%i|%I|%%", name),
              "a-b\\x2dc@x-y.service|a-b\\x2dc@x-y|a-b\\x2dc|a/b-c|b\\x2dc|b-c|x-y|x/y|%");
    EXPECT_EQ(expand_specifiers("50%", name), "50%");
    EXPECT_EQ(expand_specifiers("%-", name), "%-");
}

TEST(Specifier, WhatCannotBeKnown) {
    const auto name = *parse_service_name("a@.service");
    EXPECT_EQ(expand_specifiers("x%i", name).error().issue, SpecifierIssue::instance);
    EXPECT_EQ(expand_specifiers("%p", name), "a");
    EXPECT_EQ(expand_specifiers("x%h", name).error().issue, SpecifierIssue::unknowable);
    EXPECT_EQ(expand_specifiers("x%z", name).error().offset, 1u);
    EXPECT_EQ(find_bad_specifier("%i%h%%z%z")->letter, 'z');
    EXPECT_EQ(find_bad_specifier("%D")->issue, SpecifierIssue::newer);
    EXPECT_EQ(find_bad_specifier("%1")->issue, SpecifierIssue::unknown);
    EXPECT_FALSE(find_bad_specifier("%- %"));
}

}  // namespace
}  // namespace ringfence::unit
