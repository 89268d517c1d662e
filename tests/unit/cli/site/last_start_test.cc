// SPDX-License-Identifier: LGPL-2.1-or-later
// What proves a start, and which report is believed. Each test is an attack or an accident.
#include "cli/site/last_start.h"

#include <gtest/gtest.h>

#include "cli/site/config.h"

namespace ringfence::cli {
namespace {

constexpr std::uint64_t second = 1'000'000;
constexpr std::uint64_t start_time = 2000 * second;

LoadedUnit running_unit() {
    LoadedUnit unit;
    unit.commands = {{RINGFENCE_WRAPPER, {RINGFENCE_WRAPPER, "--digest=aa", "--", "/x"}}};
    unit.began = start_time;
    unit.started = start_time;
    unit.main_pid = 50;
    unit.last_main_pid = 50;
    return unit;
}

StartFacts facts(const char* recorded = "aa") {
    StartFacts facts;
    facts.request = start_time - second;
    facts.recorded = recorded;
    return facts;
}

journal::WrapperReport sent(std::uint64_t at, const char* digest, int pid = 50) {
    journal::WrapperReport made;
    made.time = Time{std::chrono::microseconds{at}};
    made.digest = digest;
    made.pid = pid;
    made.layers = 1;
    return made;
}

TEST(LastStart, SystemdKnowsTheProcessUntilAReload) {
    LoadedUnit unit = running_unit();
    EXPECT_EQ(proof_of(unit, facts("")), StartProof::none);
    unit.commands[0].pid = 50;
    unit.commands[0].started = start_time;
    EXPECT_EQ(proof_of(unit, facts("")), StartProof::command);
    unit.commands[0].path = "/x";
    EXPECT_EQ(proof_of(unit, facts("")), StartProof::none);
}

TEST(LastStart, SystemdRecordedTheDigest) {
    EXPECT_EQ(proof_of(running_unit(), facts()), StartProof::recorded);
    EXPECT_EQ(choose_report({}, running_unit(), facts()).digest, "aa");
}

// The wrapper's own report was lost, and the service claims an earlier fence.
TEST(LastStart, AReportOfAnotherFenceThanTheRecordedOneDoesNotCount) {
    const auto last = choose_report({sent(start_time, "bb")}, running_unit(), facts());
    EXPECT_EQ(last.proof, StartProof::recorded);
    EXPECT_FALSE(last.report.has_value());
    EXPECT_TRUE(choose_report({sent(start_time, "aa")}, running_unit(), facts()).report);
}

TEST(LastStart, AReportProvesNothing) {
    const auto last = choose_report({sent(start_time, "aa")}, running_unit(), facts(""));
    EXPECT_EQ(last.proof, StartProof::none);
}

TEST(LastStart, TheFirstReportCounts) {
    const LastStart last = choose_report({sent(start_time, "aa"), sent(start_time + second, "bb"),
                                          sent(start_time + second, "cc", 51)},
                                         running_unit(), facts(""));
    EXPECT_EQ(last.report->digest, "aa");
    EXPECT_FALSE(last.late_report);
}

// Another process of the unit was quicker: a command of ExecStartPre=.
TEST(LastStart, TheReportOfTheMainProcessCounts) {
    EXPECT_EQ(choose_report({sent(start_time - second, "aa", 49), sent(start_time, "aa")},
                            running_unit(), facts())
                  .report->pid,
              50);
}

TEST(LastStart, AReportLongAfterTheStartIsTheServicesOwn) {
    const LastStart last =
        choose_report({sent(start_time + 100 * second, "aa")}, running_unit(), facts());
    EXPECT_FALSE(last.report.has_value());
    EXPECT_TRUE(last.late_report);
}

TEST(LastStart, AReportThatIsNewerThanTheRequestIsTheServicesOwn) {
    StartFacts late = facts("");
    late.request = start_time + second;
    EXPECT_FALSE(choose_report({sent(start_time + 2 * second, "aa")}, running_unit(), late).report);
    EXPECT_TRUE(choose_report({sent(start_time, "aa")}, running_unit(), late).report);
}

TEST(LastStart, AWrapperThatDoesNotReportHasNoReport) {
    LoadedUnit unit = running_unit();
    unit.commands[0].arguments.insert(unit.commands[0].arguments.begin() + 1, "--report=none");
    EXPECT_FALSE(choose_report({sent(start_time, "aa")}, unit, facts()).report);
}

}  // namespace
}  // namespace ringfence::cli
