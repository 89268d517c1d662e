// SPDX-License-Identifier: LGPL-2.1-or-later
// The selection, errors, exceptions in policies, and the manual.
#include <algorithm>

#include "machine.h"
#include "manual.h"

namespace ringfence::lint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class Run : public ScratchMachine {};

TEST_F(Run, NothingIsClean) {
    const Report empty = report();
    EXPECT_THAT(empty.findings, IsEmpty());
    EXPECT_EQ(empty.policies + empty.units, 0u);
    EXPECT_EQ(empty.worst(), std::nullopt);
}

TEST_F(Run, ABadPolicyIsToldOnceWithTheUnitThatItKeepsDown) {
    policy("raed = 1");
    EXPECT_THAT(found("invalid-policy"), ElementsAre(HasSubstr("app.toml:3:1: unknown key")));
    unit("");
    EXPECT_THAT(found("invalid-policy"), IsEmpty());
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("app.toml:3:1: unknown key")));
    EXPECT_EQ(report().worst(), Severity::error);
}

TEST_F(Run, ARequestThatHasNoEffect) {
    unit("");
    policy("");
    EXPECT_THAT(found("lost-request"), IsEmpty());
    write("/etc/systemd/system/app.socket.d/x.conf", "[Service]\nX-LandlockPolicy=app\n");
    write("/usr/lib/systemd/system/app.timer", "[Timer]\nX-LandlockPolicy=app\n");
    write("/etc/systemd/system/service.d/x.conf", "[Service]\nLandlockABI=7\n");
    EXPECT_THAT(found("lost-request"),
                ElementsAre(HasSubstr("app.socket.d/x.conf:2:1: X-LandlockPolicy= has no effect in "
                                      "a file of app.socket"),
                            HasSubstr("service.d/x.conf:2:1: unknown setting LandlockABI="),
                            HasSubstr("app.timer:2:1: X-LandlockPolicy= has no effect")));
    write("/etc/systemd/system/app.service.d/x.conf", "[Sevice]\nX-LandlockPolicy=app\n");
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("app.service.d/x.conf:2:1: ")));
}

TEST_F(Run, AUnitThatIsRefused) {
    unit("");
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("app.service:2:18: there is no pol")));
    policy("");
    unit("SystemCallFilter=~@sandbox\n");
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("takes away the system calls")));
    // A drop-in asks for a fence, but the unit has no file.
    std::filesystem::remove_all(directory_ / "usr");
    write("/etc/systemd/system/ghost.service.d/50.conf", "[Service]\nX-LandlockPolicy=app\n");
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("ghost.service asks for a fence")));
}

TEST_F(Run, BadDefaults) {
    write("/etc/ringfence/ringfence.conf", "version = 1\nminimum_api = 4\n");
    EXPECT_THAT(found("invalid-defaults"), ElementsAre(HasSubstr("ringfence.conf:2:1: unknown k")));
    policy("");
    unit("");
    EXPECT_THAT(found("invalid-defaults"), IsEmpty());
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("ringfence.conf:2:1: unknown k")));
}

TEST_F(Run, UnitsOfOtherGenerators) {
    write("/etc/systemd/system/service.d/50.conf", "[Service]\nX-LandlockPolicy=-%p\n");
    write("/run/systemd/generator/app.service", "[Service]\nExecStart=/usr/bin/app\n");
    EXPECT_THAT(found("unseen-unit"), IsEmpty());  // it has no policy
    policy("");
    EXPECT_THAT(found("unseen-unit"),
                ElementsAre(HasSubstr("generator/app.service: app.service is made by another")));
    unit("");  // the administrator's file hides the generator's
    EXPECT_THAT(found("unseen-unit"), IsEmpty());
    write("/run/systemd/transient/run-u1.service", "[Service]\nExecStart=/x\n");
    policy("", 10, "run-u1");
    EXPECT_THAT(found("unseen-unit"), ElementsAre(HasSubstr("made by systemd-run(1)")));
}

// Podman's quadlet copies [Service] of its source into the unit file that it makes.
TEST_F(Run, ARequestInTheUnitFileOfAnotherGenerator) {
    policy("");
    const std::string request = "[Service]\nX-LandlockPolicy=app\n";
    write("/run/systemd/generator/quad.service", request + "ExecStart=/usr/bin/podman\n");
    link("/run/systemd/generator/alias.service", "quad.service");
    EXPECT_THAT(found("unseen-unit"),
                ElementsAre(HasSubstr("generator/quad.service: quad.service is made by another "
                                      "generator: it runs without the fence that its own unit "
                                      "file asks for")));
    const std::string dropin = "/etc/systemd/system/quad.service.d/50.conf";
    write(dropin, "[Service]\nX-LandlockPolicy=\n");
    EXPECT_THAT(found("unseen-unit"), IsEmpty());
    write(dropin, request);
    EXPECT_THAT(found("unseen-unit"), IsEmpty());
    EXPECT_THAT(found("refused-unit"), ElementsAre(HasSubstr("quad.service asks for a fence")));
    write(dropin, "");
    EXPECT_THAT(found("unseen-unit"), SizeIs(1));
    write("/etc/systemd/system/quad.service.d/~ringfence.conf", "");  // this switches it off
    EXPECT_THAT(found("unseen-unit"), IsEmpty());
}

TEST_F(Run, ExceptionsJustify) {
    policy(
        "[filesystem]\nread = ['/etc', '/root']\n"
        "[[check.allow]]\nid = 'broad-read'\npath = '/etc'\nreason = 'it is a backup'");
    const Report one = report();
    EXPECT_EQ(count("broad-read"), 1u);
    ASSERT_THAT(one.justified, SizeIs(1));
    EXPECT_EQ(one.justified[0].reason, "it is a backup");
    EXPECT_EQ(one.justified[0].subject, "/etc");
    policy(
        "[filesystem]\nread = ['/etc', '/root']\n"
        "[[check.allow]]\nid = 'broad-read'\nreason = 'it is a backup'");
    EXPECT_EQ(count("broad-read"), 0u);
}

TEST_F(Run, AnExceptionOfAnAbstractionIsForItsOwnLines) {
    const char exception[] = "[[check.allow]]\nid = 'broad-read'\nreason = 'x'";
    abstraction("all", std::string("[filesystem]\nread = ['/etc']\n") + exception);
    policy("extends = ['all']\n[filesystem]\nread = ['/root']");
    EXPECT_THAT(found("broad-read"), ElementsAre(HasSubstr("app.toml:5:9")));
}

TEST_F(Run, ExceptionsThatNothingNeeds) {
    policy(
        "[[check.allow]]\nid = 'broad-raed'\nreason = 'x'\n"
        "[[check.allow]]\nid = 'broad-read'\nreason = 'x'\n"
        "[[check.allow]]\nid = 'link-outside'\nreason = 'only the machine can tell'");
    EXPECT_THAT(found("unknown-check"), ElementsAre(HasSubstr("app.toml:3:1: there is no check")));
    EXPECT_THAT(found("unused-exception"),
                ElementsAre(HasSubstr("app.toml:6:1: no finding needs")));
}

TEST_F(Run, WhatIsSelected) {
    policy("[filesystem]\nread = ['/etc']", 10, "a");
    policy("[filesystem]\nread = ['/root']", 10, "app");
    unit("");
    EXPECT_EQ(report().policies, 2u);
    EXPECT_EQ(report().units, 1u);
    const Report a = report({{"a"}, {}, {}});
    EXPECT_EQ(a.policies, 1u);
    EXPECT_EQ(a.units, 0u);
    // If a unit is selected, its policy is checked, too.
    const Report by_unit = report({{}, {}, {"app.service"}});
    EXPECT_EQ(by_unit.units, 1u);
    EXPECT_TRUE(std::any_of(by_unit.findings.begin(), by_unit.findings.end(),
                            [](const Finding& found) { return found.subject == "/root"; }));
    const Report text = report({{}, {{"x", "x.toml", "version = 1\nabi = 10\nz = 1", {}}}, {}});
    ASSERT_THAT(text.findings, SizeIs(1));
    EXPECT_EQ(to_string(text.findings[0].problem.where), "x.toml:3:1");
}

TEST_F(Run, RulesOfAUnitAlone) {
    write("/usr/lib/systemd/system/x.service",
          "[Service]\nX-LandlockABI=8\nX-LandlockReadPaths=/etc /srv\nExecStart=/usr/bin/x\n");
    EXPECT_THAT(found("broad-read"), ElementsAre(HasSubstr("x.service:3:21: it may read"),
                                                 HasSubstr("x.service:3:26: it may read")));
    EXPECT_THAT(found("newer-rights"), ElementsAre(HasSubstr("x.service:2:")));
}

TEST_F(Run, FindingsOfOnePlaceAreToldOnce) {
    policy("[filesystem]\nread = ['/etc']");
    unit("");
    write("/usr/lib/systemd/system/b.service",
          "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/b\n");
    EXPECT_EQ(count("broad-read"), 1u);
}

// The shipped policies
// -------------------------------------------------------------------------------

TEST_F(Run, TheShippedPoliciesAreCleanOrSayWhyNot) {
    const char* policies = std::getenv("RINGFENCE_POLICIES");
    ASSERT_NE(policies, nullptr) << "meson test sets it";
    std::filesystem::create_directories(directory_ / "usr/lib/ringfence");
    std::filesystem::copy(policies, directory_ / "usr/lib/ringfence/policies",
                          std::filesystem::copy_options::recursive);
    const Report shipped = report();
    EXPECT_GE(shipped.policies, 2u);
    for (const Finding& finding : shipped.findings)
        ADD_FAILURE() << name_of(finding.severity) << "[" << finding.id << "] "
                      << to_string(finding.problem);
    EXPECT_FALSE(shipped.justified.empty());
    for (const Finding& finding : shipped.justified)
        EXPECT_GE(finding.reason.size(), 20u) << to_string(finding.problem);
}

// The trees of the generator's tests. check must end, and must report an error for each unit that
// the generator refuses.
class Golden : public ScratchMachine {};

TEST_F(Golden, WhatIsRefusedIsAnError) {
    std::size_t trees = 0;
    std::size_t refused = 0;
    for (const auto& entry : std::filesystem::directory_iterator(RINGFENCE_GOLDEN)) {
        if (!std::filesystem::is_directory(entry.path() / "in")) continue;
        ++trees;
        const auto [plan, found] = look_at(entry.path() / "in");
        for (const dropin::PlannedFile& file : plan.files) {
            if (!std::holds_alternative<dropin::Refused>(file.decision)) continue;
            ++refused;
            const auto is_told = [&](const Finding& finding) {
                return finding.severity == Severity::error && finding.unit == file.unit;
            };
            EXPECT_TRUE(std::any_of(found.findings.begin(), found.findings.end(), is_told))
                << entry.path() << " " << file.unit;
        }
    }
    EXPECT_GE(trees, 70u);
    EXPECT_GE(refused, 20u);
}

// The table
// ------------------------------------------------------------------------------------------

TEST(Checks, HaveNamesReasonsAndFixes) {
    std::set<std::string> ids;
    for (const Check& row : checks()) {
        EXPECT_TRUE(ids.insert(row.id).second) << row.id;
        EXPECT_EQ(std::string(row.id).find_first_not_of("abcdefghijklmnopqrstuvwxyz-"),
                  std::string::npos);
        EXPECT_NE(std::string(row.why), "") << row.id;
        EXPECT_TRUE(row.run == nullptr || row.fix[0] != '\0') << row.id;
        EXPECT_EQ(find_check(row.id), &row);
    }
    EXPECT_EQ(find_check("none"), nullptr);
}

TEST(Checks, AreAllInTheManualWithTheirSeverity) {
    const std::string manual = manual_text("ringfence-check.1");
    std::string wanted;
    for (const Check& row : checks()) {
        const std::string heading =
            std::string(".TP\n.BR ") + row.id + " \" (" + name_of(row.severity) + ")\"\n";
        EXPECT_THAT(manual, HasSubstr(heading));
        EXPECT_THAT(manual, HasSubstr(row.why + 1))
            << row.id;  // there, sentences begin in capitals
    }
    // The manual must have no other checks.
    std::size_t rows = 0;
    for (const char* severity : {" (error)\"\n", " (warning)\"\n", " (note)\"\n"})
        for (std::size_t at = manual.find(severity); at != std::string::npos;
             at = manual.find(severity, at + 1))
            ++rows;
    EXPECT_EQ(rows, checks().size());
}

}  // namespace
}  // namespace ringfence::lint
