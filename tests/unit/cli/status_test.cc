// SPDX-License-Identifier: LGPL-2.1-or-later
// The state that follows from what the parties say; tests/system/test_status.py has the real ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/config.h"
#include "cli/status_output.h"
#include "cli/status_state.h"

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

LoadedCommand wrapped(const std::string& digest) {
    return {RINGFENCE_WRAPPER,
            {RINGFENCE_WRAPPER, "--policy=p", "--digest=" + digest, "--", "/x", "--digest=no"}};
}

// All is well: fenced by "aa", and running so.
Evidence enforced() {
    Evidence evidence;
    evidence.unit = "a.service";
    dropin::PlannedFile file;
    file.unit = "a.service";
    file.policy = "p";
    file.text = "ExecStart=w --digest=aa -- /x\n";
    evidence.planned = file;
    evidence.dropin = "/run/systemd/generator/a.service.d/zz-ringfence.conf";
    evidence.on_disk = file.text;
    evidence.stamp = true;
    LoadedUnit unit;
    unit.id = "a.service";
    unit.load_state = "loaded";
    unit.active_state = "active";
    unit.dropins = {evidence.dropin};
    unit.commands = {wrapped("aa")};
    evidence.loaded = unit;
    journal::WrapperReport report;
    report.policy = "p";
    report.digest = "aa";
    report.status = "enforced";
    report.layers = 1;
    evidence.report = report;
    evidence.journal_complete = true;
    return evidence;
}

struct Case {
    const char* name;
    FenceState state;
    void (*change)(Evidence&);
};

constexpr Case cases[] = {
    {"nothing", FenceState::enforced, [](Evidence&) {}},
    {"kernel too old", FenceState::degraded, [](Evidence& e) { e.report->status = "degraded"; }},
    {"stopped", FenceState::attached, [](Evidence& e) { e.loaded->active_state = "inactive"; }},
    {"template", FenceState::attached, [](Evidence& e) { e.loaded.reset(); }},
    {"no plan, loaded fenced", FenceState::stale, [](Evidence& e) { e.planned.reset(); }},
    {"no plan, open", FenceState::unattached,
     [](Evidence& e) {
         e.planned.reset();
         e.loaded->commands = {{"/x", {"/x"}}};
     }},
    {"policy broken", FenceState::refused,
     [](Evidence& e) { e.planned->outcome = dropin::Outcome::refused; }},
    {"of another generator", FenceState::hidden,
     [](Evidence& e) {
         e.planned->outcome = dropin::Outcome::refused;
         e.hidden = true;
     }},
    {"masked by us", FenceState::masked,
     [](Evidence& e) { e.planned->outcome = dropin::Outcome::masked; }},
    {"masked", FenceState::masked, [](Evidence& e) { e.loaded->load_state = "masked"; }},
    {"does not load", FenceState::refused,
     [](Evidence& e) { e.loaded->load_state = "bad-setting"; }},
    {"file missing", FenceState::not_generated, [](Evidence& e) { e.on_disk.reset(); }},
    {"no stamp", FenceState::not_generated, [](Evidence& e) { e.stamp = false; }},
    {"static needs no stamp", FenceState::enforced,
     [](Evidence& e) {
         e.stamp = false;
         e.is_static = true;
     }},
    {"file missing and running open", FenceState::unfenced,
     [](Evidence& e) {
         e.on_disk.reset();
         e.loaded->commands = {{"/x", {"/x"}}};
         e.report.reset();
     }},
    {"file differs", FenceState::stale, [](Evidence& e) { *e.on_disk += "#"; }},
    {"systemd says reload", FenceState::stale, [](Evidence& e) { e.loaded->needs_reload = true; }},
    {"older loaded", FenceState::stale, [](Evidence& e) { e.loaded->commands = {wrapped("bb")}; }},
    {"drop-in not loaded", FenceState::stale,
     [](Evidence& e) {
         e.loaded->dropins.clear();
         e.loaded->commands = {{"/x", {"/x"}}};
     }},
    {"overruled", FenceState::unfenced,
     [](Evidence& e) {
         e.loaded->commands = {{"/x", {"/x", "--digest=aa"}}};
     }},
    {"one command overruled", FenceState::unfenced,
     [](Evidence& e) {
         e.loaded->commands.push_back({"/x", {"/x"}});
     }},
    {"runs behind an older fence", FenceState::outdated,
     [](Evidence& e) { e.report->digest = "bb"; }},
    {"started before the fence", FenceState::unfenced, [](Evidence& e) { e.report.reset(); }},
    {"journal too short", FenceState::unknown,
     [](Evidence& e) {
         e.report.reset();
         e.journal_complete = false;
     }},
    {"last start refused", FenceState::refused,
     [](Evidence& e) {
         e.loaded->active_state = "failed";
         e.report->status = "refused";
     }},
    {"last start refused, mended since", FenceState::attached,
     [](Evidence& e) {
         e.loaded->active_state = "failed";
         e.report->status = "refused";
         e.report->digest = "bb";
     }},
    {"refused again and again", FenceState::refused,
     [](Evidence& e) {
         e.loaded->active_state = "activating";
         e.report->layers = 0;
     }},
};

TEST(Status, States) {
    for (const Case& row : cases) {
        Evidence evidence = enforced();
        row.change(evidence);
        EXPECT_STREQ(state_row(judge(evidence).state).name, state_row(row.state).name) << row.name;
    }
}

TEST(Status, EveryStateHasAnExitStatus) {
    for (int i = 0; i <= static_cast<int>(FenceState::attached); ++i)
        EXPECT_EQ(static_cast<int>(state_row(static_cast<FenceState>(i)).state), i);
    EXPECT_EQ(state_row(FenceState::degraded).exit_status, 0);
    EXPECT_EQ(state_row(FenceState::unknown).exit_status, 1);
    EXPECT_EQ(state_row(FenceState::outdated).exit_status, 3);
    EXPECT_EQ(state_row(FenceState::unfenced).exit_status, 4);
}

TEST(Status, TextAndJson) {
    Evidence evidence = enforced();
    evidence.unit = "a\x1b[31m.service";
    evidence.report->status = "degraded";
    evidence.report->unenforced = {"net.bind_udp"};
    const std::vector<Status> units = {judge(evidence)};
    const std::string text = status_text(units, {});
    EXPECT_THAT(text, HasSubstr("a\\x1b[31m.service  degraded  p       active\n"
                                "    this kernel does not enforce net.bind_udp\n"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    const auto json = nlohmann::json::parse(status_json(units, 0));
    EXPECT_EQ(json["units"][0]["state"], "degraded");
    EXPECT_EQ(json["units"][0]["running"]["digest"], "aa");
    EXPECT_EQ(json["units"][0]["unenforced"][0], "net.bind_udp");
    EXPECT_EQ(status_text({}, {}), "No unit asks for a fence.\n");
}

}  // namespace
}  // namespace ringfence::cli
