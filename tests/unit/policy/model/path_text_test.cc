// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/path_text.h"

#include <gtest/gtest.h>

namespace ringfence::policy {
namespace {

TEST(PathText, GoodOnesAreKeptAsWritten) {
    for (const char* text : {"/", "/etc/nginx", "/etc//x/", "%S/nginx", "%t", "%h/.cache", "%E/x",
                             "%f", "${HOME}/x", "/srv/%i/data", "/run/${_NAME1}", "/a%%b", "/a$$b",
                             "/%%", "/a..b", "/...", "/with blank", "/caf\xc3\xa9", "/a/.hidden"}) {
        const auto path = parse_path(text);
        ASSERT_TRUE(path.has_value()) << text << ": " << path.error().message;
        EXPECT_EQ(path->path, text);
        EXPECT_FALSE(path->optional);
        const auto optional = parse_path(std::string("-") + text);
        ASSERT_TRUE(optional.has_value()) << text;
        EXPECT_EQ(optional->path, text);
        EXPECT_TRUE(optional->optional);
    }
}

struct Unusable {
    std::string text;
    std::string message;
    std::string hint;
};

void PrintTo(const Unusable& bad, std::ostream* out) {
    *out << testing::PrintToString(bad.text);
}

class BadPath : public testing::TestWithParam<Unusable> {};

TEST_P(BadPath, IsRefused) {
    const auto path = parse_path(GetParam().text);
    ASSERT_FALSE(path.has_value());
    EXPECT_EQ(path.error().message, GetParam().message);
    EXPECT_NE(path.error().hint.find(GetParam().hint), std::string::npos) << path.error().hint;
    EXPECT_LE(path.error().offset, GetParam().text.size());
}

INSTANTIATE_TEST_SUITE_P(
    PathText, BadPath,
    testing::Values(
        Unusable{"", "is no path", "leave the element out"}, Unusable{"-", "is no path", ""},
        Unusable{"etc/x", "is not an absolute path", "begin it with /"},
        Unusable{"--/x", "is not an absolute path", ""},
        Unusable{"~/x", "is not an absolute path", ""},
        Unusable{"%i/x", "does not begin with a path", "write /%i"},
        Unusable{"%%/x", "is not an absolute path", ""},
        Unusable{"$$/x", "is not an absolute path", ""},
        Unusable{"%c/x", "has %c in it, which is no specifier", "%%"},
        Unusable{"/x/%z", "has %z in it, which is no specifier", "%%"},
        Unusable{"/x/%1", "has a % that begins no specifier", "%%"},
        Unusable{"/x%", "ends in a lone %", "%%"},
        Unusable{"/x/$HOME", "has $HOME, which systemd does not expand in a path", "write ${HOME}"},
        Unusable{"$HOME/x", "has $HOME, which systemd does not expand in a path", "$$HOME"},
        Unusable{"/x$", "has a $ that begins no variable", "$$"},
        Unusable{"/x$/y", "has a $ that begins no variable", "$$"},
        Unusable{"/${X", "has a ${ without its }", "${NAME}"},
        Unusable{"/${}", "has ${}, which names no variable", "letters"},
        Unusable{"/${X:-y}", "has ${X:-y}, which names no variable", "letters"},
        Unusable{"/${1}", "has ${1}, which names no variable", ""},
        Unusable{"/a/../b", "has a .. in it", "leads to"}, Unusable{"/..", "has a .. in it", ""},
        Unusable{"-%S/..", "has a .. in it", ""},
        Unusable{"/a\nb", "has a control character in it", ""},
        Unusable{std::string("/a\0b", 4), "has a control character in it", ""},
        Unusable{"/a\x7f", "has a control character in it", ""}));

TEST(PathText, QuotedIsOnePlainLine) {
    EXPECT_EQ(quote("a\"b"), "\"a\"b\"");
    EXPECT_EQ(quote("a\n\x1b[1m"), "\"a\\x0a\\x1b[1m\"");
    const std::string cut = quote(std::string(99, 'x') + "\xc3\xa9" + "more");
    EXPECT_EQ(cut, "\"" + std::string(99, 'x') + "…\"");
}

}  // namespace
}  // namespace ringfence::policy
