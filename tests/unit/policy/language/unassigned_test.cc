// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/unassigned.h"

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "policy/language/document.h"

namespace ringfence::policy {
namespace {

std::string utf8(char32_t code) {
    const auto tail = [code](unsigned shift) {
        return static_cast<char>(0x80 | ((code >> shift) & 0x3f));
    };
    if (code < 0x80) return {static_cast<char>(code)};
    if (code < 0x800) return {static_cast<char>(0xc0 | (code >> 6)), tail(0)};
    if (code < 0x10000) return {static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
    return {static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

/// All characters of the first plane, and some of each other plane except the fourth.
template <class Function>
void for_each_character(Function function) {
    for (char32_t code = 1; code <= 0x10ffff; code += code < 0x10000 ? 1 : 251)
        if ((code < 0xd800 || code > 0xdfff) && code >> 16 != 4) function(code);
}

TEST(Unassigned, EveryCharacterComesBack) {
    for_each_character([](char32_t code) {
        const std::string text = "a" + utf8(code) + "b";
        ASSERT_EQ(move_back(move_to_unassigned(text)), text) << std::hex << unsigned(code);
    });
}

TEST(Unassigned, NothingIsLeftBetweenAsciiAndTheFirstOtherPlane) {
    for_each_character([](char32_t code) {
        const std::string moved = move_to_unassigned("a" + utf8(code)).substr(1);
        const Character character = first_character(moved);
        ASSERT_EQ(character.length, moved.size()) << std::hex << unsigned(code);
        ASSERT_TRUE(character.code < 0x80 || character.code > 0xffff) << std::hex << unsigned(code);
    });
}

TEST(Unassigned, WhatIsNoUtf8Stays) {
    for (const char* text : {"\xff", "a\xc3", "\xe2\x82z", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90"})
        EXPECT_EQ(move_to_unassigned(text), text);
    EXPECT_EQ(move_to_unassigned("\xef\xbb\xbf# \xff"), "\xef\xbb\xbf# \xff");
}

// After this text, the library tests for each character whether it is a blank.
TEST(Unassigned, EveryCharacterIsReadInAText) {
    std::string text = "a = [\n", expected;
    for_each_character([&](char32_t code) {
        if (code < 0x80 || (code > 0x3000 && code % 251 != 0 && code < 0xfe00)) return;
        text += "\"\"\"\\\n  " + utf8(code) + "\"\"\", '" + utf8(code) + "',\n";
        expected += utf8(code) + utf8(code);
    });
    const auto root = parse_toml(text + "]\n", "f");
    ASSERT_TRUE(root.has_value()) << to_string(root.error().at(0));
    std::string read;
    for (const Value& value : root->table.at(0).value.array)
        read += value.string;
    EXPECT_EQ(read, expected);
}

TEST(Unassigned, KeysAndMessagesHaveTheirCharacters) {
    const auto root = parse_toml("'\xc3\xa9' = 1\n\"\xe2\x82\xac\\u00e9\" = 2\n", "f");
    ASSERT_TRUE(root.has_value());
    EXPECT_EQ(root->table.at(0).key, "\xc3\xa9");
    EXPECT_EQ(root->table.at(1).key, "\xe2\x82\xac\xc3\xa9");
    const auto twice = parse_toml("'\xc3\xa9' = 1\n'\xc3\xa9' = 2\n", "f");
    ASSERT_FALSE(twice.has_value());
    EXPECT_NE(to_string(twice.error().at(0)).find("`'\xc3\xa9'"), std::string::npos);
}

TEST(Unassigned, IsRefusedInAText) {
    struct Bad {
        const char* text;
        const char* where;
    };
    for (const Bad& bad : {Bad{"a = 1\nb = 'x\xf1\x80\x83\xa9'\n", "f:2:7: "},
                           Bad{"a = \"\\U000400e9\"\n", "f:1:6: "},
                           Bad{"\"\\U0004abcd\" = \"\xc3\xa9\"\n", "f:1:2: "}}) {
        const auto root = parse_toml(bad.text, "f");
        ASSERT_FALSE(root.has_value()) << bad.text;
        EXPECT_EQ(to_string(root.error().at(0)),
                  std::string(bad.where) + "Unicode has no such character; leave it out");
    }
    const auto root =
        parse_toml("a = '\\U000400e9'\nb = \"\\\\U000400e9\"\n# \xf1\x80\x83\xa9\n", "f");
    ASSERT_TRUE(root.has_value());
    EXPECT_EQ(root->table.at(0).value.string, "\\U000400e9");
    EXPECT_EQ(root->table.at(1).value.string, "\\U000400e9");
}

}  // namespace
}  // namespace ringfence::policy
