// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/review.h"

#include <gtest/gtest.h>

#include "vector_source.h"

namespace ringfence::journal {
namespace {

const char tag[] = "rf0123456789abc";

Review reviewed(std::vector<TestEntry> entries, const ReviewOptions& options = {}) {
    VectorSource source(std::move(entries));
    auto review = ringfence::journal::review(source, options);
    EXPECT_TRUE(review.has_value());
    return review ? *std::move(review) : Review{};
}

std::vector<TestEntry> fence() {
    return {reported(tag, "web.service"), allocated("a1", tag)};
}

TestEntry process(int event, const std::string& comm, int pid) {
    return audit("1300",
                 "SYSCALL pid=" + std::to_string(pid) + " comm=\"" + comm + "\" exe=\"/usr/bin/" +
                     comm + "\"",
                 event);
}

TEST(Review, EqualDenialsAreCounted) {
    auto entries = fence();
    for (int i = 1; i <= 5; ++i) {
        entries.push_back(denied(
            "a1", "blockers=fs.read_file path=\"/etc/x\" ino=" + std::to_string(i), i, 1000 + i));
        entries.push_back(process(i, "cat", 40 + i));
    }
    const Review review = reviewed(entries);
    ASSERT_EQ(review.denials.size(), 1u);
    const Denial& denial = review.denials[0];
    EXPECT_EQ(denial.tally.count, 5u);
    EXPECT_EQ(denial.tally.first, at(1001));
    EXPECT_EQ(denial.tally.last, at(1005));
    EXPECT_EQ(denial.tally.object.inode, 5u);
    EXPECT_EQ(denial.tally.pid, 45);
    EXPECT_EQ(denial.program(), "/usr/bin/cat");
    EXPECT_EQ(review.records, 5u);
}

TEST(Review, WhatDiffersIsNotCountedTogether) {
    auto entries = fence();
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/etc/x\"", 1));
    entries.push_back(denied("a1", "blockers=fs.write_file path=\"/etc/x\"", 2));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/etc/y\"", 3));
    entries.push_back(denied("a1", "blockers=net.bind_tcp src=80", 4));
    entries.push_back(denied("a1", "blockers=net.bind_tcp src=81", 5));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/etc/x\"", 6));
    entries.push_back(process(6, "cat", 1));
    EXPECT_EQ(reviewed(entries).denials.size(), 6u);
}

TEST(Review, StartsOfAUnitAreCountedTogether) {
    auto entries = fence();
    entries.push_back(reported("rfaaaaaaaaaaaaa", "web.service"));
    entries.push_back(allocated("b2", "rfaaaaaaaaaaaaa"));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/etc/x\"", 1));
    entries.push_back(denied("b2", "blockers=fs.read_file path=\"/etc/x\"", 2));
    const Review review = reviewed(entries);
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].tally.count, 2u);
}

TEST(Review, EventsOutOfOrderAndInterleaved) {
    auto entries = fence();
    entries.push_back(process(2, "two", 2));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/1\"", 1));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/2\"", 2));
    entries.push_back(process(1, "one", 1));
    const Review review = reviewed(entries);
    ASSERT_EQ(review.denials.size(), 2u);
    for (const Denial& denial : review.denials)
        EXPECT_EQ(denial.program(), denial.what.path == "/1" ? "/usr/bin/one" : "/usr/bin/two");
}

TEST(Review, TwoObjectsInOneEvent) {
    auto entries = fence();
    entries.push_back(denied("a1", "blockers=fs.remove_file,fs.refer path=\"/srv\"", 1));
    entries.push_back(denied("a1", "blockers=fs.make_reg,fs.refer path=\"/var\"", 1));
    entries.push_back(process(1, "mv", 1));
    const Review review = reviewed(entries);
    ASSERT_EQ(review.denials.size(), 2u);
    for (const Denial& denial : review.denials)
        EXPECT_EQ(denial.program(), "/usr/bin/mv");
}

TEST(Review, TimesLimitDenialsButNotIdentities) {
    auto entries = fence();  // both earlier than `since`
    for (int i = 1; i <= 9; ++i)
        entries.push_back(denied("a1", "blockers=fs.read_file path=\"/x\"", i, 2000 + i));
    ReviewOptions options;
    options.since = at(2003);
    options.until = at(2006);
    const Review review = reviewed(entries, options);
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].tally.count, 4u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
}

TEST(Review, OneBoot) {
    auto entries = fence();
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/x\"", 1));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/x\"", 1));
    entries.back().boot = boot_id(2);
    ReviewOptions options;
    options.boot = boot_id();
    const Review review = reviewed(entries, options);
    EXPECT_EQ(review.records, 1u);
    EXPECT_EQ(review.denials.size(), 1u);
    EXPECT_TRUE(review.unattributed.empty());
}

TEST(Review, MalformedRecordsAreCounted) {
    auto entries = fence();
    entries.push_back(audit("1423", "AUDIT1423 domain=1"));
    VectorSource source(entries);
    // Once, though the vector source delivers everything in both passes.
    EXPECT_EQ(ringfence::journal::review(source, {})->malformed, 1u);
}

TEST(DenialCounter, TheWindowIsBounded) {
    DenialCounter counter(2);
    const AccessRecord access{0xa1, {"fs.read_file"}, {}};
    for (std::uint64_t event = 1; event <= 4; ++event)
        counter.add(boot_id(), event, at(1000), access);
    counter.add(boot_id(), 4, at(1000), SyscallRecord{4, "near", "/near"});
    counter.add(boot_id(), 1, at(1000), SyscallRecord{1, "far", "/far"});  // event 1 is closed
    std::uint64_t with_program = 0, all = 0;
    for (const auto& [key, tally] : counter.finish()) {
        all += tally.count;
        if (key.second.exe == "/near") with_program += tally.count;
    }
    EXPECT_EQ(all, 4u);
    EXPECT_EQ(with_program, 1u);
    EXPECT_TRUE(counter.finish().empty());
}

TEST(DenialCounter, RowsOfADomainAreBounded) {
    DenialCounter counter(1, 3);
    for (std::uint64_t event = 1; event <= 100; ++event) {
        AccessRecord access{0xa1, {event % 2 == 0 ? "fs.read_file" : "fs.write_file"}, {}};
        access.object.type = ObjectType::path;
        access.object.path = "/" + std::to_string(event);
        counter.add(boot_id(), event, at(1000), access);
        access.domain = 0xb2;  // another domain has rows of its own
        access.object.path = "/same";
        counter.add(boot_id(), 1000 + event, at(1000), access);
    }
    std::map<std::pair<std::uint64_t, bool>, std::uint64_t> counts;
    std::size_t rows = 0;
    for (const auto& [key, tally] : counter.finish()) {
        counts[{key.first.second, key.second.many}] += tally.count;
        ++rows;
    }
    EXPECT_EQ(rows, 3u + 2u + 2u);
    EXPECT_EQ((counts[{0xa1, false}]), 3u);
    EXPECT_EQ((counts[{0xa1, true}]), 97u);
    EXPECT_EQ((counts[{0xb2, false}]), 100u);
}

}  // namespace
}  // namespace ringfence::journal
