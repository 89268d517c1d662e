// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/replace_file.h"

#include <csignal>
#include <filesystem>
#include <sys/resource.h>

#include <gtest/gtest.h>

#include "scratch.h"

namespace {

namespace fs = std::filesystem;
using namespace ringfence;

class ReplaceFile : public ScratchTest {
  protected:
    std::string path(const std::string& name) const { return directory_ / name; }
    std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
    }
};

TEST_F(ReplaceFile, WritesAndReplaces) {
    ASSERT_TRUE(replace_file(path("a"), "one\n", Durability::synced));
    ASSERT_TRUE(replace_file(path("a"), "two\n", Durability::none));
    EXPECT_EQ(scratch_.read("a"), "two\n");
    EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, MissingDirectory) {
    const auto done = replace_file(path("no/a"), "x", Durability::none);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().value(), ENOENT);
}

TEST_F(ReplaceFile, KeepsTheOldTextWhenTheNewOneCannotBeWritten) {
    ASSERT_TRUE(replace_file(path("a"), "old\n", Durability::none));
    struct rlimit before {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = before;
    small.rlim_cur = 1000;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto done = replace_file(path("a"), std::string(2000, 'x'), Durability::none);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().value(), EFBIG);
    EXPECT_EQ(scratch_.read("a"), "old\n");
    EXPECT_EQ(files(), 1u);
}

TEST_F(ReplaceFile, DoesNotWriteThroughALinkInItsWay) {
    fs::create_symlink(path("victim"), path(".a.tmp"));
    EXPECT_FALSE(replace_file(path("a"), "x", Durability::none));
    EXPECT_FALSE(fs::exists(path("victim")));
}

}  // namespace
