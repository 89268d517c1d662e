// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/diagnostic.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

TEST(Diagnostic, PrintsKnownPartsOnly) {
    EXPECT_EQ(
        to_string(Diagnostic{{"a.toml", 3, 7}, "unknown key \"raed\"", "did you mean \"read\"?"}),
        "a.toml:3:7: unknown key \"raed\"; did you mean \"read\"?");
    EXPECT_EQ(to_string(Diagnostic{{"a.toml", 3, 0}, "bad", ""}), "a.toml:3: bad");
    EXPECT_EQ(to_string(Diagnostic{{"a.toml", 0, 9}, "bad", ""}), "a.toml: bad");
    EXPECT_EQ(to_string(Diagnostic{{}, "bad", ""}), "bad");
}

TEST(Diagnostic, FailHoldsExactlyOne) {
    const Result<int> result = fail("f", "why", "what to do");
    ASSERT_FALSE(result.has_value());
    ASSERT_EQ(result.error().size(), 1u);
    EXPECT_EQ(to_string(result.error().front()), "f: why; what to do");
}

TEST(Nearest, FindsTyposAndNothingFar) {
    const std::vector<std::string> keys = {"read", "execute", "write", "connect_unix"};
    EXPECT_EQ(nearest("raed", keys), "read");
    EXPECT_EQ(nearest("reed", keys), "read");
    EXPECT_EQ(nearest("exectue", keys), "execute");
    EXPECT_EQ(nearest("conect_unix", keys), "connect_unix");
    EXPECT_EQ(nearest("zzz", keys), "");
    // Comparing very long names would take too long, so none is proposed.
    const std::string long_word(257, 'a');
    EXPECT_EQ(nearest(long_word, {long_word}), "");
}

}  // namespace
}  // namespace ringfence
