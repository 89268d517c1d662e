// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/path.h"

#include <gtest/gtest.h>

namespace ringfence {
namespace {

TEST(Path, Simplified) {
    const struct {
        const char* path;
        const char* simple;
    } cases[] = {
        {"/", "/"},
        {"//", "/"},
        {"/.", "/"},
        {"//etc/./x/", "/etc/x"},
        {"//a///b/./c/", "/a/b/c"},
        {"/a/../b", "/a/../b"},
        {"/...", "/..."},
        {"a", "a"},
        {"./a/", "a"},
        {"%S//x/", "%S/x"},
        {"${A}/.", "${A}"},
        {"", "."},
        {"./", "."},
    };
    for (const auto& expected : cases) {
        EXPECT_EQ(simplify_path(expected.path), expected.simple) << expected.path;
        EXPECT_EQ(simplify_path(expected.simple), expected.simple);
    }
}

TEST(Path, Parts) {
    EXPECT_EQ(base_name("/a/b"), "b");
    EXPECT_EQ(base_name("/a"), "a");
    EXPECT_EQ(base_name("a"), "a");
    EXPECT_EQ(directory_of("/a/b"), "/a");
    EXPECT_EQ(directory_of("/a"), "/");
    EXPECT_EQ(directory_of("/"), "/");
}

TEST(Path, Beneath) {
    EXPECT_TRUE(is_beneath("/a/b", "/a"));
    EXPECT_TRUE(is_beneath("/a/b/c", "/a"));
    EXPECT_TRUE(is_beneath("/a", "/"));
    EXPECT_TRUE(is_beneath("%S/x", "%S"));
    EXPECT_TRUE(is_beneath("%S/x", "/"));
    EXPECT_FALSE(is_beneath("/a", "/a"));
    EXPECT_FALSE(is_beneath("/", "/"));
    EXPECT_FALSE(is_beneath("/ab", "/a"));
    EXPECT_FALSE(is_beneath("/a", "/a/b"));
    EXPECT_FALSE(is_beneath("", "/a"));
}

TEST(Path, CoversItselfAndWhatIsBeneath) {
    for (const char* directory : {"/", "/a", "/a/b", "%S"})
        for (const char* path : {"/", "/a", "/a/b", "/ab", "%S", "%S/x"})
            EXPECT_EQ(covers(directory, path),
                      std::string_view(path) == directory || is_beneath(path, directory))
                << directory << " " << path;
}

TEST(Path, Parents) {
    using Paths = std::vector<std::string>;
    EXPECT_EQ(with_parents("/a/b"), (Paths{"/a/b", "/a", "/"}));
    EXPECT_EQ(with_parents("/"), (Paths{"/"}));
    EXPECT_EQ(with_parents("%S/x"), (Paths{"%S/x", "%S", "/"}));
    for (const char* path : {"/", "/a", "/a/b/c", "%S/x"})
        for (const std::string& parent : with_parents(path))
            EXPECT_TRUE(covers(parent, path)) << parent << " " << path;
}

}  // namespace
}  // namespace ringfence
