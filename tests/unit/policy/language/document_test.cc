// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/document.h"

#include <gtest/gtest.h>

namespace ringfence::policy {
namespace {

TEST(Document, KeepsPositionsAndOrder) {
    const auto root = parse_toml("z = 1\na = [true,\n  'x']\n[t]\ndot.ted = \"v\"\n", "f");
    ASSERT_TRUE(root.has_value());
    ASSERT_EQ(root->table.size(), 3u);
    EXPECT_EQ(root->table[0].key, "z");
    EXPECT_EQ(to_string(root->table[0].where), "f:1:1");
    EXPECT_EQ(to_string(root->table[0].value.where), "f:1:5");
    const Value& list = root->table[1].value;
    EXPECT_EQ(to_string(list.array.at(0).where), "f:2:6");
    EXPECT_EQ(to_string(list.array.at(1).where), "f:3:3");
    const Entry& dot = root->table[2].value.table.at(0);
    EXPECT_EQ(dot.key, "dot");
    EXPECT_EQ(to_string(dot.where), "f:5:1");
    EXPECT_EQ(to_string(dot.value.table.at(0).value.where), "f:5:11");
}

TEST(Document, ColumnsCountBytes) {
    const auto root = parse_toml("a = ['\xc3\xa9\xe2\x82\xac', 'b']\n", "f");
    ASSERT_TRUE(root.has_value());
    EXPECT_EQ(to_string(root->table.at(0).value.array.at(1).where), "f:1:15");
}

TEST(Document, KindsAreTold) {
    const auto root = parse_toml("a=''\nb=1\nc=true\nd=[]\ne={}\nf=1.5\ng=1979-05-27\n", "f");
    ASSERT_TRUE(root.has_value());
    const Kind kinds[] = {Kind::string, Kind::integer, Kind::boolean, Kind::array,
                          Kind::table,  Kind::number,  Kind::date};
    for (std::size_t i = 0; i < std::size(kinds); ++i)
        EXPECT_EQ(root->table.at(i).value.kind, kinds[i]) << i;
    EXPECT_STREQ(describe(Kind::array), "an array");
    EXPECT_STREQ(describe(Kind::number), "a number with a point");
}

struct Bad {
    std::string text;
    std::string expected;
};

TEST(Document, SyntaxErrorsReadWell) {
    const Bad all[] = {
        {"a = 1\na = 2\n", "f:2:1: `a` is set twice in this file; keep one of the two"},
        {"[t]\n[t]\n", "f:2:1: `t` is set twice in this file; put what both say into one table"},
        {"a = \n", "f:1:5: not valid TOML: a value is missing"},
        {"a = [1,\n", "f:1:8: not valid TOML: the file ends within a list"},
        {"a = 'x\n", "f:1:7: not valid TOML"},
        {"[=]\n",
         "f:1:2: not valid TOML: expected bare key starting character or string "
         "delimiter, saw '=' (while reading: key)"},
        {"a = 4\"\xc3\xa9\"\n", "f:1:"},
        {"[\x01]\n", "f:1:2: not valid TOML"},
        {"\xc3\xa9 = 1\n", "f:1:1: this character may stand in strings and comments only; quotes"},
        {"a = \"\xc3\xa9\" # \xc3\xa9\nb = \xe2\x80\x9cx\xe2\x80\x9d\n",
         "f:2:5: this character may stand in strings and comments only"},
        {"a = '\\' # ' \xc3\xa9\n\xc3\xa9", "f:2:1: this character may stand"},
        {"a = \"\\\" \xc3\xa9\" \xc3\xa9", "f:1:13: this character may stand"},
        {"a = \"\"\"\xc3\xa9\\\"\"\"\n\xc3\xa9\"\"\"\"\" \xc3\xa9",
         "f:2:9: this character may stand"},
        {"a = '''\n\xc3\xa9 \\''' \xc3\xa9\n", "f:2:9: this character may stand"},
        {"a = \"\"\"x\n\n", "f:2:1: not valid TOML: the file ends within a text"},
        {"a = \"\xff\"\n", "f:1:5: not valid TOML"},
    };
    for (const Bad& bad : all) {
        const auto root = parse_toml(bad.text, "f");
        ASSERT_FALSE(root.has_value()) << bad.text;
        ASSERT_EQ(root.error().size(), 1u);
        EXPECT_EQ(to_string(root.error()[0]).substr(0, bad.expected.size()), bad.expected);
    }
}

TEST(Document, LongTextsMayTakeSeveralLines) {
    const auto root =
        parse_toml("a = \"\"\"one \\\n   \xc3\xa9 \\\"\"\" two\"\"\"\"\nb = 1\n", "f");
    ASSERT_TRUE(root.has_value()) << to_string(root.error().at(0));
    EXPECT_EQ(root->table.at(0).value.string, "one \xc3\xa9 \"\"\" two\"");
    EXPECT_EQ(to_string(root->table.at(1).where), "f:3:1");
}

TEST(Document, DepthIsBounded) {
    EXPECT_FALSE(parse_toml("a = " + std::string(100, '['), "f").has_value());
    std::string dots = "a";
    for (int i = 0; i < 500000; ++i)
        dots += ".a";
    EXPECT_FALSE(parse_toml(dots + " = 1\n", "f").has_value());
    EXPECT_FALSE(parse_toml("[" + dots + "]\n", "f").has_value());
    std::string hundred = "a";
    for (int i = 0; i < 99; ++i)
        hundred += ".a";
    const auto deep = parse_toml(hundred + " = 1\n", "f");
    ASSERT_FALSE(deep.has_value());
    EXPECT_EQ(deep.error().at(0).message, "tables and arrays are nested too deeply here");
}

TEST(Document, EmptyIsAnEmptyTable) {
    for (const char* text : {"", "\n", "# only a comment", "\xef\xbb\xbf"}) {
        const auto root = parse_toml(text, "f");
        ASSERT_TRUE(root.has_value()) << text;
        EXPECT_TRUE(root->table.empty());
    }
}

}  // namespace
}  // namespace ringfence::policy
