// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/quote.h"

#include <gtest/gtest.h>

#include "base/escape.h"
#include "unit/words.h"

namespace ringfence::dropin {
namespace {

TEST(Quote, OnlyWhereNeeded) {
    EXPECT_EQ(quote_word("--read=/etc/${A}/%i"), "--read=/etc/${A}/%i");
    EXPECT_EQ(quote_word("a b"), "\"a b\"");
    EXPECT_EQ(quote_word(""), "\"\"");
    EXPECT_EQ(quote_word(";"), "\";\"");
    EXPECT_EQ(quote_word("#x"), "\"#x\"");
    EXPECT_EQ(quote_word("a\"\\'\n\t\x01"), R"("a\"\\'\n\t\x01")");
    EXPECT_EQ(quote_word("\xff\xc3\xa9"), R"("\xff\xc3\xa9")");
    EXPECT_EQ(quote_word("\xc3\xa9"), "\xc3\xa9");
}

TEST(Quote, EveryByteComesBack) {
    std::string all;
    for (int byte = 1; byte < 256; ++byte)
        all += static_cast<char>(byte);
    for (const std::string& text :
         {all, std::string("\\"), std::string("a\\x41"), std::string("'")}) {
        unit::WordReader reader(text);
        const std::string quoted = quote_word(text);
        unit::WordReader words(quoted);
        const auto word = words.next();
        ASSERT_TRUE(word && *word);
        EXPECT_EQ((*word)->value, text);
        EXPECT_FALSE((*word)->relaxed);
        EXPECT_TRUE(words.at_end());
    }
}

TEST(Quote, Expansions) {
    EXPECT_EQ(escape_expansions("50% of $X"), "50%% of $$X");
    EXPECT_EQ(escape_specifiers("50%$X"), "50%%$X");
    EXPECT_EQ(escape_variables("50%$X"), "50%$$X");
    EXPECT_EQ(without_variables("a$$b$c"), "a$b$c");
    EXPECT_EQ(without_variables("a${B}"), std::nullopt);
    EXPECT_EQ(without_variables("a$${B}"), "a${B}");
}

}  // namespace
}  // namespace ringfence::dropin
