// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd recorded at a start, in files as systemd writes them.
#include "cli/site/start_record.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence::cli {
namespace {

constexpr std::uint64_t one_second = 1'000'000;
constexpr std::uint64_t began_at = 2000 * one_second;

std::string field(const std::string& text) {
    std::string length(8, '\0');
    length[0] = static_cast<char>(text.size());
    return length + text;
}

LoadedUnit started_unit() {
    LoadedUnit unit;
    unit.id = "a@b.service";
    unit.invocation = "0123456789abcdef0123456789abcdef";
    unit.began = began_at;
    unit.activated = began_at + one_second;
    return unit;
}

class StartRecord : public ScratchTest {
  protected:
    StartRecord() {
        write(file, field("LANDLOCK_FENCE=aa"));
        link(link_name, started_unit().invocation);
        set_time(link_name, began_at);
        write_at(began_at);
    }

    void write_at(std::uint64_t time) const { set_time(file, time); }

    void set_time(const char* path, std::uint64_t time) const {
        const timespec at = {static_cast<time_t>(time / one_second), 0};
        const timespec times[] = {at, at};
        EXPECT_EQ(::utimensat(AT_FDCWD, scratch_.at(path).c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
    }

    std::string digest(const LoadedUnit& unit) const { return recorded_digest(root(), unit); }

    static constexpr char link_name[] = "/run/systemd/units/invocation:a@b.service";
    static constexpr char file[] = "/run/systemd/units/log-extra-fields:a@b.service";
};

TEST_F(StartRecord, OfThisStart) {
    EXPECT_EQ(digest(started_unit()), "aa");
}

TEST_F(StartRecord, OfAnotherStart) {
    LoadedUnit unit = started_unit();
    unit.invocation[0] = 'f';
    EXPECT_EQ(digest(unit), "");
    unit.invocation.clear();
    EXPECT_EQ(digest(unit), "");
}

TEST_F(StartRecord, OfAnotherUnit) {
    LoadedUnit unit = started_unit();
    unit.id = "b.service";
    EXPECT_EQ(digest(unit), "");
}

// The fence came by a reload, and `systemctl reload` made systemd write the fields.
TEST_F(StartRecord, WrittenAfterTheStart) {
    write_at(began_at + 3 * one_second);
    EXPECT_EQ(digest(started_unit()), "");
}

// This start had no fields, and systemd left the file.
TEST_F(StartRecord, WrittenAtAnEarlierStart) {
    write_at(began_at - one_second);
    EXPECT_EQ(digest(started_unit()), "");
}

// Newer systemds count the pause before a restart as a part of the start.
TEST_F(StartRecord, WrittenBeforeItWasActive) {
    write_at(began_at + one_second);
    EXPECT_EQ(digest(started_unit()), "aa");
    LoadedUnit starting = started_unit();
    starting.activated = began_at - one_second;  // of an earlier start
    EXPECT_EQ(digest(starting), "");
}

TEST(FieldsOfARecord, TheLastDigestCounts) {
    EXPECT_EQ(digest_in_fields(field("X=LANDLOCK_FENCE=cc") + field("LANDLOCK_FENCE=aa") +
                               field("LANDLOCK_FENCE=bb") + field("LANDLOCK_FENCES=dd")),
              "bb");
    EXPECT_EQ(digest_in_fields(""), "");
}

TEST(FieldsOfARecord, AnythingElseIsNoRecord) {
    const std::string good = field("LANDLOCK_FENCE=aa");
    for (std::size_t size = 1; size < good.size(); ++size)
        EXPECT_EQ(digest_in_fields(std::string_view(good).substr(0, size)), "") << size;
    EXPECT_EQ(digest_in_fields(good + "x"), "");
}

}  // namespace
}  // namespace ringfence::cli
