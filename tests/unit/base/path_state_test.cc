// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/path_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence {
namespace {

using ::testing::Contains;

std::string own_mounts() {
    std::ifstream file("/proc/self/mountinfo");
    return {std::istreambuf_iterator<char>(file), {}};
}

class PathStateTest : public ScratchTest {
  protected:
    PathState state(const std::string& path) const {
        return path_state(root(), own_mounts(), path).value();
    }
    struct stat status(const std::string& path) const {
        struct stat found = {};
        EXPECT_EQ(::lstat(scratch_.at(path).c_str(), &found), 0);
        return found;
    }
};

TEST_F(PathStateTest, AFile) {
    write("/a/b", "x");
    EXPECT_TRUE(state("/a/b").exists);
    EXPECT_EQ(state("/a/b").inode, status("/a/b").st_ino);
    EXPECT_NE(state("/a").inode, state("/a/b").inode);
}

TEST_F(PathStateTest, NoFile) {
    write("/a/b", "x");
    EXPECT_FALSE(state("/a/c").exists);
    EXPECT_FALSE(state("/c/c").exists);
    EXPECT_FALSE(state("/a/b/c").exists);
}

// The kernel records paths without links, so such a path is not the one that was recorded.
TEST_F(PathStateTest, BehindALink) {
    write("/a/b", "x");
    link("/l", "/a");
    link("/a/m", "b");
    EXPECT_FALSE(state("/l/b").exists);
    EXPECT_EQ(state("/a/m").inode, status("/a/m").st_ino);
}

TEST_F(PathStateTest, RenamingChangesIt) {
    write("/a/b", "x");
    write("/new", "y");
    const auto old = Time{std::chrono::seconds{status("/a/b").st_ctim.tv_sec}};
    EXPECT_GE(state("/a/b").changed, old);
    const PathState before = state("/a/b");
    std::filesystem::rename(scratch_.at("/new"), scratch_.at("/a/b"));
    EXPECT_NE(state("/a/b").inode, before.inode);
    EXPECT_GE(state("/a/b").changed, before.changed);
    EXPECT_EQ(state("/a/c").changed, state("/a").changed);  // of what there is of the path
}

TEST(PathStateOfTheMachine, NamesTheFileSystem) {
    const Root root = Root::open("/").value();
    const PathState version = path_state(root, own_mounts(), "/proc/version").value();
    EXPECT_THAT(version.devices, Contains("proc"));
    EXPECT_FALSE(version.lasting);
    EXPECT_TRUE(path_state(root, own_mounts(), "/").value().exists);
}

}  // namespace
}  // namespace ringfence
