// SPDX-License-Identifier: LGPL-2.1-or-later
// What a comparison of a record with the file at its path may conclude.
#include "journal/path_check.h"

#include <gtest/gtest.h>

#include "vector_source.h"

namespace ringfence::journal {
namespace {

Tally compared_denial() {
    Tally tally;
    tally.last = at(1000);
    tally.object.device = "vda1";
    tally.object.inode = 7;
    return tally;
}

PathState file_now() {
    PathState now;
    now.exists = true;
    now.inode = 7;
    now.devices = {"254:1", "ext4", "vda1"};
    now.changed = at(900);
    now.lasting = true;
    return now;
}

TEST(CheckPath, TheSameObject) {
    EXPECT_EQ(check_path(compared_denial(), file_now()), PathCheck::verified);
    PathState written = file_now();
    written.changed = at(1100);
    written.lasting = false;
    EXPECT_EQ(check_path(compared_denial(), written), PathCheck::verified);
}

TEST(CheckPath, AnotherObjectAndNothingChangedSince) {
    PathState other = file_now();
    other.inode = 8;
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::mismatch);
    other.devices = {"tmpfs"};
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::mismatch);
    PathState none;
    none.changed = at(900);
    none.lasting = true;
    EXPECT_EQ(check_path(compared_denial(), none), PathCheck::mismatch);
}

// The service makes its file anew, or removes it.
TEST(CheckPath, AReplacedFileIsNoMismatch) {
    PathState other = file_now();
    other.inode = 8;
    other.changed = at(1001);
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::unverified);
    other.changed = at(999);  // the record may have reached the journal later
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::unverified);
    other.exists = false;
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::unverified);
}

TEST(CheckPath, NumbersThatDoNotLastProveNothing) {
    PathState other = file_now();
    other.inode = 8;
    other.lasting = false;
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::unverified);
}

TEST(CheckPath, TheSameNumberOnAnotherDevice) {
    PathState other = file_now();
    other.devices = {"tmpfs"};
    EXPECT_EQ(check_path(compared_denial(), other), PathCheck::unverified);
}

TEST(CheckPath, ARecordWithoutAnInode) {
    Tally tally = compared_denial();
    tally.object.inode = 0;
    PathState none = file_now();
    none.exists = false;
    EXPECT_EQ(check_path(tally, none), PathCheck::unverified);
}

}  // namespace
}  // namespace ringfence::journal
