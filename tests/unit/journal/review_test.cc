// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/review.h"

#include <gtest/gtest.h>

#include "vector_source.h"

namespace ringfence::journal {
namespace {

const char the_tag[] = "rf0123456789abc";

Review review_of(std::vector<TestEntry> entries, const ReviewOptions& options = {}) {
    VectorSource source(std::move(entries));
    auto review = ringfence::journal::review(source, options);
    EXPECT_TRUE(review.has_value());
    return review ? *std::move(review) : Review{};
}

std::vector<TestEntry> fence() {
    return {reported(the_tag, "web.service"), allocated("a1", the_tag)};
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
    const Review review = review_of(entries);
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
    EXPECT_EQ(review_of(entries).denials.size(), 6u);
}

TEST(Review, StartsOfAUnitAreCountedTogether) {
    auto entries = fence();
    entries.push_back(reported("rfaaaaaaaaaaaaa", "web.service"));
    entries.push_back(allocated("b2", "rfaaaaaaaaaaaaa"));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/etc/x\"", 1));
    entries.push_back(denied("b2", "blockers=fs.read_file path=\"/etc/x\"", 2));
    const Review review = review_of(entries);
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].tally.count, 2u);
}

TEST(Review, EventsOutOfOrderAndInterleaved) {
    auto entries = fence();
    entries.push_back(process(2, "two", 2));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/1\"", 1));
    entries.push_back(denied("a1", "blockers=fs.read_file path=\"/2\"", 2));
    entries.push_back(process(1, "one", 1));
    const Review review = review_of(entries);
    ASSERT_EQ(review.denials.size(), 2u);
    for (const Denial& denial : review.denials)
        EXPECT_EQ(denial.program(), denial.what.path == "/1" ? "/usr/bin/one" : "/usr/bin/two");
}

TEST(Review, TwoObjectsInOneEvent) {
    auto entries = fence();
    entries.push_back(denied("a1", "blockers=fs.remove_file,fs.refer path=\"/srv\"", 1));
    entries.push_back(denied("a1", "blockers=fs.make_reg,fs.refer path=\"/var\"", 1));
    entries.push_back(process(1, "mv", 1));
    const Review review = review_of(entries);
    ASSERT_EQ(review.denials.size(), 2u);
    for (const Denial& denial : review.denials)
        EXPECT_EQ(denial.program(), "/usr/bin/mv");
}

TEST(Review, TimesLimitDenialsButNotIdentities) {
    auto entries = fence();  // both entries are before `since`
    for (int i = 1; i <= 9; ++i)
        entries.push_back(denied("a1", "blockers=fs.read_file path=\"/x\"", i, 2000 + i));
    ReviewOptions options;
    options.since = at(2003);
    options.until = at(2006);
    const Review review = review_of(entries, options);
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
    const Review review = review_of(entries, options);
    EXPECT_EQ(review.records, 1u);
    EXPECT_EQ(review.denials.size(), 1u);
    EXPECT_TRUE(review.unattributed.empty());
}

TEST(Review, MalformedRecordsAreCounted) {
    auto entries = fence();
    entries.push_back(audit("1423", "AUDIT1423 domain=1"));
    VectorSource source(entries);
    // Each counts once, although the vector source delivers everything in every pass.
    EXPECT_EQ(ringfence::journal::review(source, {})->malformed, 1u);
}

AccessRecord access_to(const std::string& path, const std::string& right = "fs.read_file",
                       std::uint64_t domain = 0xa1) {
    AccessRecord access{domain, {}, {}};
    access.blockers.add(right);
    access.object.type = ObjectType::path;
    access.object.path = path;
    return access;
}

TEST(EventJoiner, TheWindowIsBounded) {
    std::map<std::string, int> programs;
    EventJoiner joiner([&](DenialEvent&& event) { ++programs[event.process.exe]; }, 2);
    for (std::uint64_t event = 1; event <= 4; ++event)
        joiner.add({boot_id(), event}, at(1000), access_to("/x"), "");
    joiner.add_detail({boot_id(), 4}, at(1000), "SYSCALL pid=4 comm=\"near\" exe=\"/near\"");
    // Event 1 is out of the window already.
    joiner.add_detail({boot_id(), 1}, at(1000), "SYSCALL pid=1 comm=\"far\" exe=\"/far\"");
    joiner.flush();
    EXPECT_TRUE(joiner.empty());
    EXPECT_EQ(programs, (std::map<std::string, int>{{"", 3}, {"/near", 1}}));
}

TEST(EventJoiner, DenialsAreBounded) {
    std::uint64_t delivered = 0;
    EventJoiner joiner([&](DenialEvent&&) { ++delivered; });
    for (int i = 0; i < 3000; ++i)
        joiner.add({boot_id(), 1}, at(1000), access_to("/x"), "");
    EXPECT_EQ(joiner.uncounted(), 3000 - EventJoiner::most_denials);
    joiner.flush();
    EXPECT_EQ(delivered, EventJoiner::most_denials);
    for (std::uint64_t i = 0; i < 40000; ++i)
        joiner.add({boot_id(), 2 + i / 1000}, at(1000), access_to("/x"), "");
    EXPECT_GE(delivered + EventJoiner::most_waiting, EventJoiner::most_denials + 40000);
    joiner.flush();
    EXPECT_EQ(delivered, EventJoiner::most_denials + 40000);
    EXPECT_EQ(joiner.uncounted(), 3000 - EventJoiner::most_denials);
}

TEST(Review, DenialsBeyondTheLimitOfAnEventAreTold) {
    auto entries = fence();
    for (int i = 0; i < 1500; ++i)
        entries.push_back(
            denied("a1", "blockers=fs.read_file path=\"/" + std::to_string(i) + "\""));
    const Review review = review_of(entries);
    EXPECT_EQ(review.denials.size(), EventJoiner::most_denials);
    EXPECT_EQ(review.uncounted, 1500 - EventJoiner::most_denials);
    EXPECT_TRUE(review.may_have_more());
}

// A cut record of the kernel's log may have come first.
TEST(EventJoiner, ADetailIsCompleted) {
    std::string exe;
    EventJoiner joiner([&](DenialEvent&& event) { exe = event.process.exe; });
    joiner.add({boot_id(), 1}, at(1), access_to("/x"), "");
    joiner.add_detail({boot_id(), 1}, at(1), "1300 pid=4 exe=\"/bin/c");
    joiner.complete_detail({boot_id(), 1}, "SYSCALL pid=4 exe=\"/bin/cat\"");
    joiner.flush();
    EXPECT_EQ(exe, "/bin/cat");
}

TEST(EventJoiner, OrderWithinAnEventDoesNotMatter) {
    std::vector<DenialEvent> events;
    EventJoiner joiner([&](DenialEvent&& event) { events.push_back(std::move(event)); });
    joiner.keep_texts();
    joiner.add_detail({boot_id(), 1}, at(1), "PROCTITLE proctitle=636174002F78");
    joiner.add({boot_id(), 1}, at(1), access_to("/x"), "first");
    joiner.add_detail({boot_id(), 1}, at(1), "SYSCALL pid=4 comm=\"cat\" exe=\"/bin/cat\"");
    joiner.add({boot_id(), 1}, at(1), access_to("/y"), "second");
    joiner.flush_complete();
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1].access.object.path, "/y");
    for (const DenialEvent& event : events) {
        EXPECT_EQ(event.process.exe, "/bin/cat");
        EXPECT_EQ(event.command_line, std::string("cat\0/x", 6));
        EXPECT_EQ(event.records.size(), 4u);
    }
}

TEST(EventJoiner, OneSerialInTwoBootsIsTwoEvents) {
    std::vector<std::string> programs;
    EventJoiner joiner([&](DenialEvent&& event) { programs.push_back(event.process.exe); });
    joiner.add({boot_id(1), 7}, at(1), access_to("/x"), "");
    joiner.add_detail({boot_id(2), 7}, at(1), "SYSCALL pid=4 exe=\"/bin/other\"");
    joiner.flush();
    EXPECT_EQ(programs, std::vector<std::string>{""});
}

Tally once(const std::string& command_line = {}) {
    Tally tally;
    tally.count = 1;
    tally.first = tally.last = at(1000);
    tally.command_line = command_line;
    return tally;
}

DenialKey key_to(const std::string& path, const std::string& right = "fs.read_file") {
    DenialEvent event;
    event.access = access_to(path, right);
    return key_of(event);
}

TEST(DenialCounter, RowsOfAFenceAreBounded) {
    DenialCounter counter(3);
    for (int i = 1; i <= 100; ++i) {
        counter.add(0, key_to("/" + std::to_string(i), i % 2 == 0 ? "fs.read_file" : "fs.execute"),
                    once());
        counter.add(1, key_to("/same"), once());  // another fence has rows of its own
    }
    std::map<std::pair<std::size_t, bool>, std::uint64_t> counts;
    std::size_t rows = 0;
    for (const auto& [key, tally] : counter.finish()) {
        counts[{key.first, key.second.many}] += tally.count;
        ++rows;
    }
    EXPECT_EQ(rows, 3u + 2u + 1u);
    EXPECT_EQ((counts[{0, false}]), 3u);
    EXPECT_EQ((counts[{0, true}]), 97u);
    EXPECT_EQ((counts[{1, false}]), 100u);
    EXPECT_TRUE(counter.finish().empty());
}

TEST(DenialCounter, MemoryIsBoundedAndNothingIsLostSilently) {
    constexpr std::size_t budget = 1u << 20;
    DenialCounter counter(10000, budget);
    constexpr std::uint64_t all = 20000;
    for (std::uint64_t i = 0; i < all; ++i)
        counter.add(i, key_to(std::string(4000, 'x') + std::to_string(i)), once());
    std::uint64_t counted = 0, bytes = 0;
    for (const auto& [key, tally] : counter.finish()) {
        counted += tally.count;
        bytes += key.second.path.size();
    }
    EXPECT_EQ(counted + counter.uncounted(), all);
    EXPECT_GT(counter.uncounted(), 0u);
    EXPECT_LE(bytes, budget);
}

}  // namespace
}  // namespace ringfence::journal
