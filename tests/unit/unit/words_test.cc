// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/words.h"

#include <vector>

#include <gtest/gtest.h>

namespace ringfence::unit {
namespace {

using Strings = std::vector<std::string>;

Strings values(std::string_view text, Quoting quoting = Quoting::unquote) {
    Strings out;
    WordReader reader(text, quoting);
    for (auto word = reader.next();; word = reader.next()) {
        if (!word) return {"unbalanced"};
        if (!*word) return out;
        out.push_back((*word)->value);
    }
}

Strings raws(std::string_view text) {
    Strings out;
    WordReader reader(text);
    for (auto word = reader.next(); word && *word; word = reader.next())
        out.emplace_back((*word)->raw);
    return out;
}

TEST(Words, Quotes) {
    EXPECT_EQ(values(" a  b\t"), (Strings{"a", "b"}));
    EXPECT_EQ(values("a\"b c\"d 'e f'"), (Strings{"ab cd", "e f"}));
    EXPECT_EQ(values("\"\" ''x"), (Strings{"", "x"}));
    EXPECT_EQ(values("\"a'b\" 'a\"b'"), (Strings{"a'b", "a\"b"}));
    EXPECT_EQ(values("'a b"), (Strings{"unbalanced"}));
    EXPECT_EQ(values("a 'b\\'"), (Strings{"unbalanced"}));
}

TEST(Words, Escapes) {
    EXPECT_EQ(values(R"(\a\b\f\n\r\t\v\\\"\'\s)"), (Strings{"\a\b\f\n\r\t\v\\\"' "}));
    EXPECT_EQ(values(R"(\x41\101\u20ac\U0001f600)"), (Strings{"AA\xe2\x82\xac\xf0\x9f\x98\x80"}));
    EXPECT_EQ(values(R"("\x41 \x42" '\x43')"), (Strings{"A B", "C"}));
    EXPECT_EQ(values(R"(\xff\377)"), (Strings{"\xff\xff"}));
}

TEST(Words, UnknownEscapesAreKept) {
    EXPECT_EQ(values(R"(\q)"), (Strings{R"(\q)"}));
    EXPECT_EQ(values(R"(\n\q)"), (Strings{"\n\\q"}));
    EXPECT_EQ(values(R"(a\ b)"), (Strings{R"(a\ b)"}));
    EXPECT_EQ(values(R"(\400)"), (Strings{R"(\400)"}));
    EXPECT_EQ(values(R"(\x00)"), (Strings{R"(\x00)"}));
    EXPECT_EQ(values("a\\"), (Strings{"a\\"}));
    EXPECT_EQ(values("'a\\"), (Strings{"unbalanced"}));
}

TEST(Words, RawTextIsKept) {
    EXPECT_EQ(raws(R"(  a"b c"  'd\'e' \x41 %i $X)"),
              (Strings{R"(a"b c")", R"('d\'e')", R"(\x41)", "%i", "$X"}));
    WordReader reader("  \\q x");
    const auto word = reader.next().value().value_or(Word{});
    EXPECT_EQ(word.begin, 2u);
    EXPECT_TRUE(word.relaxed);
}

TEST(Words, Tokens) {
    WordReader reader("a ; b \\; ;c");
    (void)reader.next();
    EXPECT_TRUE(reader.at_token(";"));
    reader.skip_token(";");
    (void)reader.next();
    EXPECT_FALSE(reader.at_token(";"));
    EXPECT_TRUE(reader.at_token("\\;"));
    reader.skip_token("\\;");
    EXPECT_FALSE(reader.at_token(";"));
    EXPECT_EQ((*reader.next())->value, ";c");
}

TEST(Words, PlainSplitting) {
    EXPECT_EQ(values("~@a 'b c'", Quoting::plain), (Strings{"~@a", "'b", "c'"}));
    EXPECT_EQ(values("a\\ b", Quoting::plain), (Strings{"a b"}));
}

}  // namespace
}  // namespace ringfence::unit
