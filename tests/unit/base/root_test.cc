// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/root.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence {
namespace {

namespace fs = std::filesystem;

class RootTest : public ScratchTest {
  protected:
    void SetUp() override {
        fs::create_directories(directory_ / "etc/sub");
        write("etc/file", "inside");
    }
};

TEST_F(RootTest, ReadsAFile) {
    EXPECT_EQ(root().read("/etc/file").value(), "inside");
}

TEST_F(RootTest, AbsoluteLinksStayInside) {
    fs::create_symlink("/etc/file", directory_ / "link");
    fs::create_symlink("../../../../etc/passwd", directory_ / "out");
    EXPECT_EQ(root().read("/link").value(), "inside");
    EXPECT_EQ(root().resolve("/link").value(), "/etc/file");
    EXPECT_EQ(root().read("/out").error().value(), ENOENT);
    EXPECT_EQ(root().read_link("/out").value(), "../../../../etc/passwd");
}

TEST_F(RootTest, NeverOpensWhatCouldBlock) {
    ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(root().read("/fifo").error().value(), EINVAL);
    EXPECT_EQ(root().read("/etc").error().value(), EISDIR);
    EXPECT_EQ(root().read("/nothing").error().value(), ENOENT);
}

TEST_F(RootTest, RefusesWhatIsTooLong) {
    EXPECT_EQ(root().read("/etc/file", 5).error().value(), EFBIG);
    EXPECT_EQ(root().read("/etc/file", 6).value(), "inside");
}

TEST_F(RootTest, ReadsWhatWasListed) {
    EXPECT_EQ(root().read_listed("/etc/file").value(), "inside");
    EXPECT_EQ(root().read_listed("/etc/file", 5).error().value(), EFBIG);
    EXPECT_EQ(root().read_listed("/nothing").error().value(), ENOENT);
    // A file may have been replaced by something else since the directory was listed.
    ASSERT_EQ(::mkfifo((directory_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(root().read_listed("/fifo").error().value(), EINVAL);
    EXPECT_EQ(root().read_listed("/etc").error().value(), EISDIR);
    EXPECT_EQ(Root::open("/")->read_listed("/dev/null").error().value(), EINVAL);
}

TEST_F(RootTest, ReadsFilesOfEverySize) {
    for (const std::size_t size : {0u, 1u, 65535u, 65536u, 65537u, 1000000u}) {
        const std::string text(size, 'x');
        std::ofstream(directory_ / "sized") << text;
        EXPECT_EQ(root().read("/sized").value(), text) << size;
        EXPECT_EQ(root().read_listed("/sized").value(), text) << size;
    }
    // fstat(2) says that these have a size of 0.
    const std::string status = Root::open("/")->read("/proc/self/status").value();
    EXPECT_NE(status.find("\nThreads:"), std::string::npos) << status;
}

TEST_F(RootTest, ReadsTheHeadOfAFile) {
    EXPECT_EQ(root().read_head("/etc/file", 2).value(), "in");
    EXPECT_EQ(root().read_head("/etc/file", 100).value(), "inside");
    EXPECT_EQ(root().read_head("/etc", 2).error().value(), EISDIR);
}

TEST_F(RootTest, DevNullReadsAsEmpty) {
    const auto root = Root::open("/");
    ASSERT_TRUE(root.has_value());
    EXPECT_EQ(root->read("/dev/null").value(), "");
}

TEST_F(RootTest, ListsSortedWithTypes) {
    const auto entries = root().list("/etc").value();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].name, "file");
    EXPECT_EQ(entries[0].type, DT_REG);
    EXPECT_EQ(entries[1].name, "sub");
    EXPECT_EQ(entries[1].type, DT_DIR);
    EXPECT_EQ(root().list("/none").error().value(), ENOENT);
    EXPECT_EQ(root().read_link("/etc/file").error().value(), EINVAL);
}

// More entries than one call of getdents64(2) returns.
TEST_F(RootTest, ListsLargeDirectories) {
    fs::create_directory(directory_ / "large");
    constexpr int count = 3000;
    for (int i = 0; i < count; ++i)
        fs::create_symlink("nowhere", directory_ / "large" / ("name-" + std::to_string(i)));
    const auto entries = root().list("/large").value();
    ASSERT_EQ(entries.size(), std::size_t{count});
    EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
    for (const DirectoryEntry& entry : entries)
        ASSERT_EQ(entry.type, DT_LNK) << entry.name;
}

TEST_F(RootTest, PretendsThatAFileIsThere) {
    Root root = this->root();
    root.pretend("/etc/new.d/sub/a.conf", "new");
    root.pretend("/etc/file", "changed");
    EXPECT_EQ(root.read("/etc/new.d/sub/a.conf").value(), "new");
    EXPECT_EQ(root.read("/etc/file").value(), "changed");
    const auto entries = root.list("/etc").value();
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[1].name, "new.d");
    EXPECT_EQ(entries[1].type, DT_DIR);
    ASSERT_EQ(root.list("/etc/new.d/sub").value().size(), 1u);
    EXPECT_EQ(root.list("/etc/new.d/sub").value()[0].type, DT_REG);
    EXPECT_EQ(root.list("/etc/new").error().value(), ENOENT);
    EXPECT_FALSE(fs::exists(directory_ / "etc/new.d"));
    root.pretend("/pretended/a", "new");
    const auto top = root.list("/").value();
    EXPECT_EQ(std::count_if(top.begin(), top.end(),
                            [](const auto& entry) { return entry.name == "pretended"; }),
              1);
}

}  // namespace
}  // namespace ringfence
