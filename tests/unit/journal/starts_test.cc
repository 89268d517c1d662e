// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/starts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "landlock/report.h"
#include "vector_source.h"

namespace ringfence::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

TestEntry start(const std::string& unit, const std::string& invocation, const char* message_id,
                const std::string& status, std::int64_t seconds) {
    TestEntry entry = reported("rf0123456789abc", unit);
    entry.fields["_SYSTEMD_INVOCATION_ID"] = invocation;
    entry.fields["MESSAGE_ID"] = message_id;
    entry.fields["LANDLOCK_STATUS"] = status;
    entry.fields["LANDLOCK_ABI"] = "7";
    entry.fields["_HOSTNAME"] = "host";
    entry.time = at(seconds);
    return entry;
}
TestEntry enforced(const std::string& unit, const std::string& invocation, std::int64_t seconds) {
    return start(unit, invocation, report::message_enforced, "enforced", seconds);
}
// As earlier wrappers reported a kernel that is too old for two rights.
TestEntry of_old_kernel(const std::string& unit, const std::string& invocation,
                        std::int64_t seconds) {
    TestEntry entry = start(unit, invocation, report::message_degraded, "degraded", seconds);
    entry.fields["LANDLOCK_UNENFORCED"] = "net.bind_udp,fs.resolve_unix";
    return entry;
}
TestEntry refused(const std::string& unit, const std::string& invocation, std::int64_t seconds) {
    TestEntry entry = start(unit, invocation, report::message_refused, "refused", seconds);
    entry.fields["LANDLOCK_ERROR"] = "/etc/ringfence/policies/a.toml:3:1: unknown key";
    return entry;
}

// A start without a stand-in that its policy asked for.
TestEntry degraded(const std::string& unit, const std::string& invocation, std::int64_t seconds) {
    TestEntry entry = of_old_kernel(unit, invocation, seconds);
    entry.fields["LANDLOCK_NOT_STOOD_IN"] = "fs.resolve_unix";
    return entry;
}

Starts read(std::vector<TestEntry> entries, Time since = at(0), Time until = at(10000),
            const KernelFacts& facts = {}) {
    VectorSource source(std::move(entries));
    return read_starts(source, since, until, facts).value();
}

TEST(Starts, TheLatestInvocationStandsForTheUnit) {
    const Starts starts = read({degraded("a.service", "1", 10), refused("a.service", "2", 20),
                                enforced("a.service", "3", 30), enforced("b.service", "4", 40)});
    ASSERT_EQ(starts.units.size(), 2u);
    const UnitStarts& a = starts.units[0];
    EXPECT_EQ(a.unit.name, "a.service");
    EXPECT_EQ(a.status, StartStatus::enforced);
    EXPECT_EQ(a.time, at(30));
    EXPECT_EQ(a.boot, boot_id());
    EXPECT_TRUE(a.unenforced.empty());
    EXPECT_TRUE(a.error.empty());
    EXPECT_EQ(a.enforced, 1u);
    EXPECT_EQ(a.degraded, 1u);
    EXPECT_EQ(a.refused, 1u);
    EXPECT_EQ(a.abi, 7);
}

TEST(Starts, WhatWasNotEnforced) {
    const Starts starts = read({degraded("a.service", "1", 10)});
    ASSERT_EQ(starts.units.size(), 1u);
    EXPECT_THAT(starts.units[0].unenforced,
                UnorderedElementsAre("fs.resolve_unix", "net.bind_udp"));
}

TEST(Starts, AServiceCannotBetterItsOwnStart) {
    const Starts starts = read({degraded("a.service", "1", 10), enforced("a.service", "1", 20)});
    ASSERT_EQ(starts.units.size(), 1u);
    EXPECT_EQ(starts.units[0].status, StartStatus::degraded);
    EXPECT_EQ(starts.units[0].unenforced.size(), 2u);
    EXPECT_EQ(starts.units[0].degraded, 1u);
    EXPECT_EQ(starts.units[0].enforced, 0u);
}

// The word of earlier wrappers does not count: what the report names does.
TEST(Starts, TooOldAKernelDoesNotDegradeAStart) {
    const auto status_of = [](const std::map<std::string, std::string>& fields,
                              const KernelFacts& facts = {}) {
        TestEntry entry = of_old_kernel("a.service", "1", 10);
        entry.boot = Id{1};
        for (const auto& [name, value] : fields) {
            entry.fields[name] = value;
            if (value.empty()) entry.fields.erase(name);
        }
        return std::string(name_of(read({entry}, at(0), at(10000), facts).units.at(0).status));
    };
    EXPECT_EQ(status_of({}), "enforced");
    EXPECT_EQ(status_of({{"LANDLOCK_STATUS", "enforced"}}), "enforced");
    EXPECT_EQ(status_of({{"LANDLOCK_STATUS", "refused"}}), "refused");
    // A kernel of this ABI knows one of them.
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "9"}}), "degraded");
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "9"}, {"LANDLOCK_STATUS", "enforced"}}), "degraded");
    EXPECT_EQ(status_of({{"LANDLOCK_NOT_STOOD_IN", "fs.resolve_unix"}}), "degraded");
    EXPECT_EQ(status_of({{"LANDLOCK_NOT_STOOD_IN", "fs.of_a_newer_version"}}), "degraded");
    // The report contradicts itself, or leaves out the ABI.
    EXPECT_EQ(status_of({{"LANDLOCK_UNENFORCED", ""}}), "degraded");
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", ""}}), "degraded");
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "0"}, {"LANDLOCK_STATUS", "enforced"}}), "degraded");
    // No kernel has such a number; a newer one than ringfence knows may have another.
    for (const char* none : {"99999999999999", "100", "-1", "7x"})
        EXPECT_EQ(status_of({{"LANDLOCK_ABI", none},
                             {"LANDLOCK_STATUS", "enforced"},
                             {"LANDLOCK_UNENFORCED", ""}}),
                  "degraded")
            << none;
    EXPECT_EQ(
        status_of(
            {{"LANDLOCK_ABI", "12"}, {"LANDLOCK_STATUS", "enforced"}, {"LANDLOCK_UNENFORCED", ""}}),
        "enforced");
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "12"}}), "degraded");
    // The administrator expects more of a kernel.
    EXPECT_EQ(status_of({}, {8, {}, 0}), "enforced");
    EXPECT_EQ(status_of({}, {9, {}, 0}), "degraded");
    // The running kernel knows more than the report says of the kernel of this boot.
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "1"}}, {0, Id{1}, 9}), "degraded");
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "1"}}, {0, Id{1}, 7}), "enforced");
    EXPECT_EQ(status_of({{"LANDLOCK_ABI", "1"}}, {0, Id{2}, 9}), "enforced");
}

// The service sends reports of its own after the wrapper's, with other names and rights.
TEST(Starts, TheFirstReportIsTheStarts) {
    TestEntry other = enforced("a.service", "1", 20);
    other.fields["LANDLOCK_POLICY"] = "mail";
    other.fields["LANDLOCK_POLICY_DIGEST"] = "ffff";
    const Starts starts = read({degraded("a.service", "1", 10), other});
    ASSERT_EQ(starts.units.size(), 1u);
    EXPECT_EQ(starts.units[0].policy, "web");
    EXPECT_EQ(starts.units[0].digest, "0011223344556677");
    EXPECT_EQ(starts.units[0].time, at(10));
}

// 800 reports with 2,000 rights each took 218 seconds: every report was merged with all before.
TEST(Starts, HostileReportsAreNotKept) {
    std::vector<TestEntry> entries;
    std::string rights = "fs.execute,fs.execute";
    for (int i = 0; i < 2000; ++i)
        rights += ",x" + std::to_string(i);
    for (int i = 0; i < 800; ++i) {
        entries.push_back(degraded("a.service", "1", 10 + i));
        entries.back().fields["LANDLOCK_UNENFORCED"] = rights;
        entries.back().fields["LANDLOCK_POLICY"] = "no/name" + std::string(4000, 'x');
        entries.back().fields["LANDLOCK_ERROR"] = std::string(60000, 'x');
    }
    const Starts starts = read(entries);
    EXPECT_THAT(starts.units.at(0).unenforced, ElementsAre("fs.execute"));
    EXPECT_EQ(starts.units.at(0).policy, "");
    EXPECT_LE(starts.units.at(0).error.size(), 4096u);
}

TEST(Starts, WhyItWasRefused) {
    const Starts starts = read({refused("a.service", "1", 10)});
    ASSERT_EQ(starts.units.size(), 1u);
    EXPECT_EQ(starts.units[0].error, "/etc/ringfence/policies/a.toml:3:1: unknown key");
}

TEST(Starts, AProgramThatCouldNotBeExecutedIsNoEnforcedStart) {
    const Starts starts =
        read({enforced("a.service", "1", 10),
              start("a.service", "1", report::message_exec_failed, "enforced", 11)});
    ASSERT_EQ(starts.units.size(), 1u);
    EXPECT_EQ(starts.units[0].status, StartStatus::refused);
    EXPECT_EQ(starts.units[0].refused, 1u);
    EXPECT_EQ(starts.units[0].enforced, 0u);
}

TEST(Starts, ReportsWithoutAUnitAreCounted) {
    TestEntry lost = enforced("", "1", 10);
    const Starts starts = read({lost});
    EXPECT_TRUE(starts.units.empty());
    EXPECT_EQ(starts.without_unit, 1u);
}

// The service has the wrapper's stream, and can write the same line.
TEST(Starts, ALineOfAStreamIsNoStart) {
    TestEntry line = enforced("a.service", "1", 10);
    line.fields.erase("MESSAGE_ID");
    line.fields["_TRANSPORT"] = "stdout";
    line.fields["MESSAGE"] = "ringfence: web enforced; tag=rf0123456789abc layers=1";
    EXPECT_TRUE(read({line}).units.empty());
}

TEST(Starts, OtherRecordsDoNotCount) {
    TestEntry other = enforced("a.service", "1", 10);
    other.fields["MESSAGE_ID"] = "00000000000000000000000000000000";
    TestEntry nonsense = enforced("b.service", "1", 10);
    nonsense.fields["LANDLOCK_STATUS"] = "splendid";
    EXPECT_TRUE(read({other, nonsense}).units.empty());
}

TEST(Starts, AUnitThatStartedLongAgoStillRuns) {
    const Starts starts = read({refused("a.service", "1", 10), degraded("a.service", "2", 20),
                                enforced("b.service", "3", 40)},
                               at(30), at(39));
    ASSERT_EQ(starts.units.size(), 1u);
    EXPECT_EQ(starts.units[0].status, StartStatus::degraded);
    EXPECT_EQ(starts.units[0].enforced + starts.units[0].degraded + starts.units[0].refused, 0u);
}

TEST(Starts, OneUnitOnTwoHosts) {
    TestEntry there = refused("a.service", "2", 20);
    there.fields["_HOSTNAME"] = "other";
    const Starts starts = read({enforced("a.service", "1", 10), there});
    ASSERT_EQ(starts.units.size(), 2u);
    EXPECT_EQ(starts.units[0].host, "host");
    EXPECT_EQ(starts.units[1].host, "other");
}

}  // namespace
}  // namespace ringfence::journal
