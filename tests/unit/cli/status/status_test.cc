// SPDX-License-Identifier: LGPL-2.1-or-later
// The state that follows from made-up evidence. tests/system/test_status.py has real evidence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/site/config.h"
#include "cli/status/output.h"
#include "cli/status/state.h"

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LoadedCommand wrapped_command(const std::string& digest) {
    return {RINGFENCE_WRAPPER,
            {RINGFENCE_WRAPPER, "--policy=p", "--digest=" + digest, "--abi=7", "--scope=signal",
             "--", "/x", "--digest=no"}};
}

void add_stand_in(FenceEvidence& evidence) {
    auto& words = evidence.loaded->commands[0].arguments;
    words.insert(words.begin() + 1, "--stand-in=fs.resolve_unix:absent:/run/systemd/private");
}

// A unit that is fenced with the digest "aa" and runs with it.
FenceEvidence enforced() {
    FenceEvidence evidence;
    evidence.unit = "a.service";
    evidence.due = DueFence{"p", "aa", "ExecStart=w --digest=aa -- /x\n"};
    evidence.dropin = "/run/systemd/generator/a.service.d/~ringfence.conf";
    evidence.on_disk = std::get<DueFence>(evidence.due).text;
    evidence.stamp = true;
    LoadedUnit unit;
    unit.id = "a.service";
    unit.load_state = "loaded";
    unit.active_state = "active";
    unit.dropins = {evidence.dropin};
    unit.commands = {wrapped_command("aa")};
    evidence.loaded = unit;
    journal::WrapperReport report;
    report.policy = "p";
    report.digest = "aa";
    report.status = "enforced";
    report.layers = 1;
    report.abi = 7;
    evidence.report = report;
    evidence.proof = StartProof::recorded;
    evidence.recorded = "aa";
    evidence.kernel_abi = 7;
    evidence.journal_complete = true;
    return evidence;
}

struct StateCase {
    const char* name;
    FenceState state;
    void (*change)(FenceEvidence&);
};

constexpr StateCase state_cases[] = {
    {"nothing", FenceState::enforced, [](FenceEvidence&) {}},
    {"kernel too old", FenceState::enforced,
     [](FenceEvidence& e) {
         e.kernel_abi = e.report->abi = 5;
         e.report->unenforced = {"scope.signal"};
     }},
    {"kernel too old, and the report is silent", FenceState::enforced,
     [](FenceEvidence& e) { e.kernel_abi = 5; }},
    {"the kernel knows what the report names", FenceState::degraded,
     [](FenceEvidence& e) { e.report->unenforced = {"scope.signal"}; }},
    {"the report claims an older kernel", FenceState::degraded,
     [](FenceEvidence& e) {
         e.report->abi = 5;
         e.report->unenforced = {"scope.signal"};
     }},
    {"older than expected", FenceState::degraded,
     [](FenceEvidence& e) {
         e.kernel_abi = 5;
         e.expected_abi = 6;
     }},
    {"older than expected, and all is enforced", FenceState::enforced,
     [](FenceEvidence& e) { e.expected_abi = 10; }},
    {"older than expected, and no report", FenceState::degraded,
     [](FenceEvidence& e) {
         e.proof = StartProof::command;
         e.report.reset();
         e.kernel_abi = 5;
         e.expected_abi = 6;
     }},
    {"the stand-in is there", FenceState::enforced,
     [](FenceEvidence& e) {
         add_stand_in(e);
         e.report->stood_in = {"fs.resolve_unix"};
     }},
    {"the stand-in is not there", FenceState::degraded,
     [](FenceEvidence& e) {
         add_stand_in(e);
         e.report->unenforced = {"fs.resolve_unix"};
     }},
    {"nobody says whether the stand-in is there", FenceState::degraded,
     [](FenceEvidence& e) {
         add_stand_in(e);
         e.proof = StartProof::command;
         e.report.reset();
     }},
    {"no kernel answers, and no report", FenceState::degraded,
     [](FenceEvidence& e) {
         e.proof = StartProof::command;
         e.report.reset();
         e.kernel_abi = 0;
     }},
    {"stopped", FenceState::attached,
     [](FenceEvidence& e) { e.loaded->active_state = "inactive"; }},
    {"template", FenceState::attached, [](FenceEvidence& e) { e.loaded.reset(); }},
    {"no plan, loaded fenced", FenceState::stale, [](FenceEvidence& e) { e.due = NoFence{}; }},
    {"no plan, open", FenceState::unattached,
     [](FenceEvidence& e) {
         e.due = NoFence{};
         e.loaded->commands = {{"/x", {"/x"}}};
     }},
    {"policy broken", FenceState::refused,
     [](FenceEvidence& e) {
         e.due = NoStart{FenceState::refused, {}};
     }},
    {"of another generator", FenceState::hidden,
     [](FenceEvidence& e) {
         e.due = NoStart{FenceState::hidden, {}};
     }},
    {"masked by us", FenceState::masked,
     [](FenceEvidence& e) {
         e.due = NoStart{FenceState::masked, {}};
     }},
    {"masked", FenceState::masked, [](FenceEvidence& e) { e.loaded->load_state = "masked"; }},
    {"does not load", FenceState::refused,
     [](FenceEvidence& e) { e.loaded->load_state = "bad-setting"; }},
    {"file missing", FenceState::not_generated, [](FenceEvidence& e) { e.on_disk.reset(); }},
    {"no stamp", FenceState::not_generated, [](FenceEvidence& e) { e.stamp = false; }},
    {"static needs no stamp", FenceState::enforced,
     [](FenceEvidence& e) {
         e.stamp = false;
         e.is_static = true;
     }},
    {"file missing and running open", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.on_disk.reset();
         e.loaded->commands = {{"/x", {"/x"}}};
         e.proof = StartProof::none;
         e.report.reset();
     }},
    {"file differs", FenceState::stale, [](FenceEvidence& e) { *e.on_disk += "#"; }},
    {"systemd says reload", FenceState::stale,
     [](FenceEvidence& e) { e.loaded->needs_reload = true; }},
    {"older loaded", FenceState::stale,
     [](FenceEvidence& e) { e.loaded->commands = {wrapped_command("bb")}; }},
    {"drop-in not loaded", FenceState::stale,
     [](FenceEvidence& e) {
         e.loaded->dropins.clear();
         e.loaded->commands = {{"/x", {"/x"}}};
     }},
    {"overruled", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.loaded->commands = {{"/x", {"/x", "--digest=aa"}}};
     }},
    {"one command overruled", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.loaded->commands.push_back({"/x", {"/x"}});
     }},
    {"another generator comes last", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.loaded->commands = {{"/x", {"/x"}}};
         e.foreign = {{"/run/x.conf", dropin::ForeignDropin::Effect::replaces}};
     }},
    {"another generator comes first", FenceState::stale,
     [](FenceEvidence& e) {
         e.foreign = {{"/run/x.conf", dropin::ForeignDropin::Effect::overridden}};
     }},
    {"a drop-in without a name", FenceState::unknown,
     [](FenceEvidence& e) {
         e.loaded->dropins.clear();
         e.loaded->dropins_problem = "cannot read DropInPaths";
     }},
    {"runs behind an older fence", FenceState::outdated,
     [](FenceEvidence& e) { e.report->digest = "bb"; }},
    {"only words", FenceState::unknown, [](FenceEvidence& e) { e.proof = StartProof::none; }},
    {"systemd knows the command, the report says another fence", FenceState::enforced,
     [](FenceEvidence& e) {
         e.proof = StartProof::command;
         e.report->digest = "bb";
     }},
    {"systemd knows the command, no report", FenceState::enforced,
     [](FenceEvidence& e) {
         e.proof = StartProof::command;
         e.report.reset();
     }},
    {"systemd knows the command, kernel too old", FenceState::enforced,
     [](FenceEvidence& e) {
         e.proof = StartProof::command;
         e.report.reset();
         e.kernel_abi = 6;
     }},
    {"recorded, but no report", FenceState::unknown, [](FenceEvidence& e) { e.report.reset(); }},
    {"recorded, and no report is possible", FenceState::enforced,
     [](FenceEvidence& e) {
         e.report.reset();
         e.journal_complete = false;
     }},
    {"another fence recorded, and no report is possible", FenceState::outdated,
     [](FenceEvidence& e) {
         e.report.reset();
         e.journal_complete = false;
         e.recorded = "bb";
     }},
    {"recorded, kernel too old, and no report is possible", FenceState::enforced,
     [](FenceEvidence& e) {
         e.report.reset();
         e.journal_complete = false;
         e.kernel_abi = 6;
     }},
    {"started before the fence", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.proof = StartProof::none;
         e.report.reset();
     }},
    {"journal too short", FenceState::unknown,
     [](FenceEvidence& e) {
         e.proof = StartProof::none;
         e.report.reset();
         e.journal_complete = false;
     }},
    {"last start refused", FenceState::refused,
     [](FenceEvidence& e) {
         e.loaded->active_state = "failed";
         e.report->status = "refused";
     }},
    {"last start refused, mended since", FenceState::attached,
     [](FenceEvidence& e) {
         e.loaded->active_state = "failed";
         e.report->status = "refused";
         e.report->digest = "bb";
     }},
    {"only a file of another generator asks", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.due = UnseenRequest{"another generator makes it"};
         e.loaded->commands = {{"/x", {"/x"}}};
         e.report.reset();
     }},
    {"the same, and nobody asks systemd", FenceState::unfenced,
     [](FenceEvidence& e) {
         e.due = UnseenRequest{"another generator makes it"};
         e.loaded.reset();
         e.report.reset();
     }},
    {"the same, behind a static fence that was removed", FenceState::stale,
     [](FenceEvidence& e) { e.due = UnseenRequest{"another generator makes it"}; }},
    {"refused again and again", FenceState::refused,
     [](FenceEvidence& e) {
         e.loaded->active_state = "activating";
         e.report->layers = 0;
     }},
};

TEST(Status, States) {
    for (const StateCase& row : state_cases) {
        FenceEvidence evidence = enforced();
        row.change(evidence);
        EXPECT_STREQ(state_row(judge(evidence).state).name, state_row(row.state).name) << row.name;
    }
}

TEST(Status, NamesTheFileThatReplacesTheCommand) {
    FenceEvidence evidence = enforced();
    evidence.loaded->commands = {{"/x", {"/x"}}};
    evidence.foreign = {{"/run/x.conf", dropin::ForeignDropin::Effect::replaces}};
    const Status status = judge(evidence);
    ASSERT_EQ(status.reasons.size(), 1u);
    EXPECT_EQ(status.reasons[0], "/run/x.conf replaces the command");
}

TEST(Status, EveryStateHasAnExitStatus) {
    for (int i = 0; i <= static_cast<int>(FenceState::attached); ++i)
        EXPECT_EQ(static_cast<int>(state_row(static_cast<FenceState>(i)).state), i);
    EXPECT_EQ(state_row(FenceState::degraded).exit_status, 3);
    EXPECT_EQ(state_row(FenceState::unknown).exit_status, 1);
    EXPECT_EQ(state_row(FenceState::outdated).exit_status, 3);
    EXPECT_EQ(state_row(FenceState::unfenced).exit_status, 4);
}

TEST(Status, TextAndJson) {
    FenceEvidence evidence = enforced();
    evidence.unit = "a\x1b[31m.service";
    evidence.kernel_abi = 5;
    evidence.expected_abi = 6;
    const std::vector<Status> units = {judge(evidence)};
    const KernelStatus kernel = with_rights({5, 6, "/x:1:2", {}}, units);
    const std::string text = status_text(units, kernel, {});
    EXPECT_EQ(text,
              "UNIT               STATE     POLICY  ACTIVE\n"
              "a\\x1b[31m.service  degraded  p       active\n"
              "    a kernel of expected_abi = 6 would enforce scope.signal\n"
              "\nKernel: Landlock ABI 5, too old for scope.signal; degraded: expected_abi is 6 "
              "(/x:1:2)\n");
    const auto json = nlohmann::json::parse(status_json(units, kernel, 3));
    EXPECT_EQ(json["units"][0]["state"], "degraded");
    EXPECT_EQ(json["units"][0]["running"]["digest"], "aa");
    EXPECT_EQ(json["units"][0]["unenforced"][0], "scope.signal");
    EXPECT_EQ(json["kernel"], (nlohmann::json{{"abi", 5},
                                              {"expected_abi", 6},
                                              {"degraded", true},
                                              {"unenforced", {"scope.signal"}}}));
    EXPECT_EQ(status_text({}, {}, {}), "No unit asks for a fence.\n");
}

// Numbers are compared, also where no right can be named. A fence asks for known rights alone, so
// its unit is enforced.
TEST(Status, AnExpectedAbiThatRingfenceDoesNotKnow) {
    FenceEvidence evidence = enforced();
    evidence.expected_abi = 13;
    const std::vector<Status> units = {judge(evidence)};
    EXPECT_EQ(units[0].state, FenceState::enforced);
    EXPECT_EQ(status_text({}, with_rights({11, 13, "/x:1:2", {}}, units), {}),
              "No unit asks for a fence.\n"
              "\nKernel: Landlock ABI 11, degraded: expected_abi is 13 (/x:1:2)\n");
    EXPECT_TRUE((KernelStatus{12, 13, "", {}}).is_below());
    EXPECT_FALSE((KernelStatus{13, 13, "", {}}).is_below());
}

// Each unit is enforced, and the kernel is named once, however many units wait for a newer one.
TEST(Status, WhatTheKernelIsTooOldForIsSaidOnce) {
    FenceEvidence evidence = enforced();
    evidence.kernel_abi = 5;
    const std::vector<Status> units = {judge(evidence), judge(evidence)};
    const std::string text = status_text(units, with_rights({5, 0, "", {}}, units), {});
    EXPECT_EQ(text,
              "UNIT       STATE     POLICY  ACTIVE\n"
              "a.service  enforced  p       active\n"
              "a.service  enforced  p       active\n"
              "\nKernel: Landlock ABI 5, too old for scope.signal\n");
    EXPECT_EQ(units[0].unenforced, std::vector<std::string>{"scope.signal"});
}

}  // namespace
}  // namespace ringfence::cli
