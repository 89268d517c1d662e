// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/path_template.h"

#include <gtest/gtest.h>

namespace ringfence::policy {
namespace {

/// Texts in quotes, variables in angle brackets.
std::string parts_of(std::string_view text) {
    const auto parsed = parse_template(text);
    if (!parsed) return std::to_string(parsed.error().offset) + ": " + parsed.error().message;
    std::string all;
    for (const TemplatePart& part : *parsed)
        all += part.variable ? "<" + part.text + ">" : "'" + part.text + "'";
    return all;
}

TEST(PathTemplate, ReadsVariablesAndDollars) {
    EXPECT_EQ(parts_of(""), "");
    EXPECT_EQ(parts_of("/a/b"), "'/a/b'");
    EXPECT_EQ(parts_of("${root}/b${x_1}"), "<root>'/b'<x_1>");
    EXPECT_EQ(parts_of("${a}${b}"), "<a><b>");
    EXPECT_EQ(parts_of("/a$$b$"), "'/a$b$'");
    EXPECT_EQ(parts_of("$x$${y}"), "'$x${y}'");
    EXPECT_EQ(parts_of("$$${y}"), "'$'<y>");
}

TEST(PathTemplate, RefusesWhatNamesNoVariable) {
    EXPECT_EQ(parts_of("/a/${b"), "3: has a ${ without its }");
    EXPECT_EQ(parts_of("/${}"), "1: has ${}, which names no variable");
    EXPECT_EQ(parts_of("/${1a}"), "1: has ${1a}, which names no variable");
    EXPECT_EQ(parts_of("/${a\n}"), "1: has ${a\\x0a}, which names no variable");
}

}  // namespace
}  // namespace ringfence::policy
