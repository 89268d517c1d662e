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
    State state;
    void (*change)(Evidence&);
};

constexpr Case cases[] = {
    {"nothing", State::enforced, [](Evidence&) {}},
    {"kernel too old", State::degraded, [](Evidence& e) { e.report->status = "degraded"; }},
    {"stopped", State::attached, [](Evidence& e) { e.loaded->active_state = "inactive"; }},
    {"template", State::attached, [](Evidence& e) { e.loaded.reset(); }},
    {"no plan, loaded fenced", State::stale, [](Evidence& e) { e.planned.reset(); }},
    {"no plan, open", State::unattached,
     [](Evidence& e) {
         e.planned.reset();
         e.loaded->commands = {{"/x", {"/x"}}};
     }},
    {"policy broken", State::refused,
     [](Evidence& e) { e.planned->outcome = dropin::Outcome::refused; }},
    {"of another generator", State::hidden,
     [](Evidence& e) {
         e.planned->outcome = dropin::Outcome::refused;
         e.hidden = true;
     }},
    {"masked by us", State::masked,
     [](Evidence& e) { e.planned->outcome = dropin::Outcome::masked; }},
    {"masked", State::masked, [](Evidence& e) { e.loaded->load_state = "masked"; }},
    {"does not load", State::refused, [](Evidence& e) { e.loaded->load_state = "bad-setting"; }},
    {"file missing", State::not_generated, [](Evidence& e) { e.on_disk.reset(); }},
    {"no stamp", State::not_generated, [](Evidence& e) { e.stamp = false; }},
    {"static needs no stamp", State::enforced,
     [](Evidence& e) {
         e.stamp = false;
         e.is_static = true;
     }},
    {"file missing and running open", State::unfenced,
     [](Evidence& e) {
         e.on_disk.reset();
         e.loaded->commands = {{"/x", {"/x"}}};
         e.report.reset();
     }},
    {"file differs", State::stale, [](Evidence& e) { *e.on_disk += "#"; }},
    {"systemd says reload", State::stale, [](Evidence& e) { e.loaded->needs_reload = true; }},
    {"older loaded", State::stale, [](Evidence& e) { e.loaded->commands = {wrapped("bb")}; }},
    {"drop-in not loaded", State::stale,
     [](Evidence& e) {
         e.loaded->dropins.clear();
         e.loaded->commands = {{"/x", {"/x"}}};
     }},
    {"overruled", State::unfenced,
     [](Evidence& e) {
         e.loaded->commands = {{"/x", {"/x", "--digest=aa"}}};
     }},
    {"one command overruled", State::unfenced,
     [](Evidence& e) {
         e.loaded->commands.push_back({"/x", {"/x"}});
     }},
    {"runs behind an older fence", State::outdated, [](Evidence& e) { e.report->digest = "bb"; }},
    {"started before the fence", State::unfenced, [](Evidence& e) { e.report.reset(); }},
    {"journal too short", State::unknown,
     [](Evidence& e) {
         e.report.reset();
         e.journal_complete = false;
     }},
    {"last start refused", State::refused,
     [](Evidence& e) {
         e.loaded->active_state = "failed";
         e.report->status = "refused";
     }},
    {"last start refused, mended since", State::attached,
     [](Evidence& e) {
         e.loaded->active_state = "failed";
         e.report->status = "refused";
         e.report->digest = "bb";
     }},
    {"refused again and again", State::refused,
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
    for (int i = 0; i <= static_cast<int>(State::attached); ++i)
        EXPECT_EQ(static_cast<int>(state_row(static_cast<State>(i)).state), i);
    EXPECT_EQ(state_row(State::degraded).exit_status, 0);
    EXPECT_EQ(state_row(State::unknown).exit_status, 1);
    EXPECT_EQ(state_row(State::outdated).exit_status, 3);
    EXPECT_EQ(state_row(State::unfenced).exit_status, 4);
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
