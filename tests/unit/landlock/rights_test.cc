// SPDX-License-Identifier: LGPL-2.1-or-later
#include "landlock/rights.h"

#include <cstring>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "landlock/groups.h"

namespace ringfence::landlock {
namespace {

// The masks from the kernel's documentation, written by hand to check the table.
struct Expected {
    int abi;
    std::uint64_t fs, net, scope;
};
constexpr Expected expected[] = {
    {1, 0x1fff, 0, 0},  {2, 0x3fff, 0, 0},     {3, 0x7fff, 0, 0},     {4, 0x7fff, 3, 0},
    {5, 0xffff, 3, 0},  {6, 0xffff, 3, 3},     {7, 0xffff, 3, 3},     {8, 0xffff, 3, 3},
    {9, 0x1ffff, 3, 3}, {10, 0x1ffff, 0xf, 3}, {11, 0x1ffff, 0xf, 3},
};

TEST(Rights, MasksOfEveryAbi) {
    for (const Expected& row : expected)
        EXPECT_EQ(known_at(row.abi), (Access{row.fs, row.net, row.scope})) << "ABI " << row.abi;
}

TEST(Rights, ClampedAtBothEnds) {
    EXPECT_TRUE(known_at(-95).empty());
    EXPECT_TRUE(known_at(0).empty());
    EXPECT_EQ(known_at(999), known_at(newest_abi));
}

TEST(Rights, NamesAndBitsAreUnique) {
    std::set<std::string> names;
    std::set<std::pair<Family, int>> bits;
    for (const Right& right : rights) {
        EXPECT_TRUE(names.insert(right.name).second) << right.name;
        EXPECT_TRUE(bits.insert({right.family, right.bit}).second) << right.name;
        EXPECT_NE(right.help[0], '\0') << right.name;
        EXPECT_EQ(find_right(right.name, std::strlen(right.name)), &right);
    }
    EXPECT_EQ(find_right("fs.read", 7), nullptr);
    EXPECT_EQ(find_right("fs.read_filex", 13), nullptr);
    EXPECT_EQ(find_right("fs.read_filex", 12)->bit, 2);  // the length decides, not a NUL
    EXPECT_EQ(find_right("", 0), nullptr);
}

TEST(Rights, FileRightsAreTheKernelsAccessFile) {
    // ACCESS_FILE in security/landlock/fs.c: execute, write_file, read_file, truncate, ioctl_dev,
    // resolve_unix
    EXPECT_EQ(file_rights().fs, 0x1c007u);
}

TEST(Rights, FlagsOfRestrictSelf) {
    EXPECT_EQ(flag_of("log_new_exec_on"), 2u);
    EXPECT_EQ(flag_of("no_new_privs"), 16u);
    EXPECT_EQ(flag_of("quiet"), 1u);
    EXPECT_EQ(find_flag("log", 3), nullptr);
}

TEST(Rights, AbiNeededIsTheNewestMember) {
    EXPECT_EQ(abi_needed({}), 0);
    EXPECT_EQ(abi_needed(access_of("fs.read_file")), 1);
    EXPECT_EQ(abi_needed(access_of("fs.read_file") | access_of("net.bind_udp")), 10);
}

TEST(Groups, NoGroupGrantsDevices) {
    const Access devices =
        access_of("fs.ioctl_dev") | access_of("fs.make_char") | access_of("fs.make_block");
    for (const PathGroup& group : path_groups)
        EXPECT_TRUE((group.access & devices).empty()) << group.option;
}

TEST(Groups, WriteDoesNotExecuteAndExecuteDoesNotWrite) {
    EXPECT_TRUE((path_groups[2].access & access_of("fs.execute")).empty());
    EXPECT_TRUE((path_groups[1].access & access_of("fs.write_file")).empty());
}

}  // namespace
}  // namespace ringfence::landlock
