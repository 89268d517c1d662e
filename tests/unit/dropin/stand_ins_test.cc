// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/stand_ins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"
#include "places/access.h"
#include "places/places.h"

namespace ringfence::dropin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

policy::PathRule rule_on(const std::string& path, const landlock::Access& access) {
    policy::PathRule rule;
    rule.path = path;
    rule.access = access;
    return rule;
}

struct Planned {
    explicit Planned(const std::string& lines = "", const std::vector<std::string>& sockets = {},
                     const std::vector<policy::PathRule>& rules_on_paths = {}) {
        rules.stand_ins = true;
        for (const std::string& path : sockets)
            rules.sockets.push_back({path, {}});
        for (const policy::PathRule& rule : rules_on_paths)
            rules.layers[0].paths.push_back(rule);
        unit = build_unit("a.service", "[Service]\nExecStart=/x\n" + lines);
        plan();
    }
    void plan() { made = plan_stand_ins(unit, rules, wrapper); }

    std::vector<std::string> directives() const {
        std::vector<std::string> all;
        for (const NeededDirective& need : made.directives)
            if (!need.directive.empty()) all.push_back(need.directive);
        return all;
    }
    /// The values of the directive with this name, with a blank between them.
    std::string value(const std::string& key) const {
        std::string text;
        for (const std::string& line : directives())
            if (line.starts_with(key + "="))
                text += (text.empty() ? "" : " ") + line.substr(key.size() + 1);
        return text;
    }

    policy::Rules rules = build_rules();
    Wrapper wrapper = {"/w"};
    unit::Unit unit;
    StandIns made;
};

constexpr char all_hidden[] = "/run/systemd:ro /run/dbus:ro";

TEST(StandIns, TheSocketsThatCommandTheMachineAreHidden) {
    const Planned planned;
    EXPECT_EQ(planned.made.coverage, Coverage::stand_in);
    EXPECT_THAT(planned.made.reasons, IsEmpty());
    EXPECT_EQ(planned.value("TemporaryFileSystem"), all_hidden);
    EXPECT_EQ(planned.value("BindReadOnlyPaths"),
              "-/run/systemd/journal -/run/systemd/notify -/run/systemd/resolve "
              "-/run/systemd/system");
    EXPECT_THAT(planned.value("InaccessiblePaths"),
                testing::AllOf(StartsWith("-/run/user -/run/docker.sock -"),
                               HasSubstr(" -/run/snapd.socket ")));
    EXPECT_THAT(planned.made.options, ElementsAre("--stand-in=fs.resolve_unix:mounted:/run/systemd",
                                                  "--stand-in=fs.resolve_unix:mounted:/run/dbus",
                                                  "--stand-in=fs.resolve_unix:mounted:/run/user",
                                                  "--stand-in=fs.resolve_unix:absent:"
                                                  "/run/systemd/private"));
}

TEST(StandIns, NothingWhereTheKernelRestricts) {
    Planned planned;
    for (const int kernel : {0, 1, 8, 9, 11})
        for (const int abi : {1, 7, 8, 9, 11}) {
            planned.rules.layers[0].abi = abi;
            planned.wrapper.kernel_abi = kernel;
            planned.plan();
            const bool restricts = kernel >= 9 && abi >= 9;
            EXPECT_EQ(planned.made.coverage, restricts ? Coverage::kernel : Coverage::stand_in);
            EXPECT_EQ(planned.directives().empty(), restricts) << kernel << " " << abi;
            EXPECT_EQ(planned.made.options.empty(), restricts);
        }
}

TEST(StandIns, NothingWhereItIsNotWanted) {
    Planned planned;
    planned.rules.stand_ins = false;
    planned.plan();
    EXPECT_EQ(planned.made.coverage, Coverage::nobody);
    EXPECT_THAT(planned.made.directives, IsEmpty());
    Planned user;
    user.wrapper.scope = unit::Scope::user;
    user.plan();
    EXPECT_EQ(user.made.coverage, Coverage::nobody);
    EXPECT_THAT(user.made.directives, IsEmpty());
    Planned open;
    open.rules.layers[0].abi = 9;
    open.rules.layers[0].unrestricted = stood_in;
    open.plan();
    EXPECT_THAT(open.made.reasons, ElementsAre("the policy does not restrict it"));
    EXPECT_THAT(open.made.directives, IsEmpty());
    // A layer without a [filesystem] table leaves the right to the others.
    open.rules.layers.push_back(open.rules.layers[0]);
    open.rules.layers[0].unrestricted = {};
    open.plan();
    EXPECT_EQ(open.made.coverage, Coverage::stand_in);
    open.wrapper.kernel_abi = 9;
    open.plan();
    EXPECT_EQ(open.made.coverage, Coverage::kernel);
}

TEST(StandIns, WhatThePolicyGrantsStays) {
    const Planned bus("", {"/run/dbus/system_bus_socket"});
    EXPECT_EQ(bus.value("TemporaryFileSystem"), "/run/systemd:ro");
    EXPECT_EQ(bus.made.coverage, Coverage::partly);
    EXPECT_THAT(bus.made.reasons, ElementsAre("the policy grants /run/dbus/system_bus_socket, so "
                                              "/run/dbus stays"));
    EXPECT_THAT(bus.made.options, Not(Contains(HasSubstr("/run/dbus"))));

    const Planned users("", {"/var/run/systemd/userdb", "%t/systemd/journal/socket"});
    EXPECT_EQ(users.made.coverage, Coverage::stand_in);
    EXPECT_EQ(users.value("BindReadOnlyPaths"),
              "-/run/systemd/journal -/run/systemd/notify -/run/systemd/resolve "
              "-/run/systemd/system -/run/systemd/userdb");

    const Planned manager("", {"/run/systemd/private"});
    EXPECT_EQ(manager.value("TemporaryFileSystem"), "/run/dbus:ro");
    EXPECT_EQ(manager.value("BindReadOnlyPaths"), "");
    EXPECT_EQ(manager.made.coverage, Coverage::partly);
    EXPECT_EQ(Planned("", {"/run/systemd/io.systemd.Manager"}).value("TemporaryFileSystem"),
              "/run/dbus:ro");

    const Planned all("", {"/run"});
    EXPECT_EQ(all.made.coverage, Coverage::nobody);
    EXPECT_EQ(all.value("TemporaryFileSystem"), "");
    EXPECT_EQ(all.value("InaccessiblePaths"),
              "-/var/lib/lxd/unix.socket -/var/lib/incus/unix.socket "
              "-/var/snap/lxd/common/lxd/unix.socket");
    EXPECT_THAT(Planned("", {"/run/docker.sock"}).value("InaccessiblePaths"),
                Not(HasSubstr("docker")));
}

TEST(StandIns, WhatTheUnitNamesBeneathItIsBroughtBack) {
    const Planned planned(
        "ReadOnlyPaths=/run/systemd/seats\nReadWritePaths=-/run/systemd/own\n"
        "RuntimeDirectory=systemd/%p\n",
        {}, {rule_on("/run/systemd/sessions", landlock::read_access)});
    EXPECT_THAT(planned.value("BindReadOnlyPaths"),
                HasSubstr("-/run/systemd/seats -/run/systemd/sessions -/run/systemd/system"));
    EXPECT_EQ(planned.value("BindPaths"), "-/run/systemd/a -/run/systemd/own");
    EXPECT_EQ(planned.made.coverage, Coverage::stand_in);

    const Planned user("", {}, {rule_on("/run/user/1000/app", landlock::read_access)});
    EXPECT_EQ(user.value("TemporaryFileSystem"), "/run/systemd:ro /run/dbus:ro");
    EXPECT_THAT(user.value("InaccessiblePaths"), Not(HasSubstr("/run/user")));
    EXPECT_EQ(user.made.coverage, Coverage::partly);
    EXPECT_EQ(Planned("", {}, {rule_on("/run/systemd", landlock::read_access)})
                  .value("TemporaryFileSystem"),
              "/run/dbus:ro");
    EXPECT_EQ(Planned("BindPaths=/run/systemd/private\n").value("TemporaryFileSystem"),
              "/run/dbus:ro");
    EXPECT_EQ(
        Planned("", {}, {rule_on("/run", landlock::read_access)}).value("TemporaryFileSystem"),
        all_hidden);
}

TEST(StandIns, TheServiceThatMakesASocketKeepsIt) {
    const Planned planned("RuntimeDirectory=containerd\n");
    EXPECT_THAT(planned.value("InaccessiblePaths"), Not(HasSubstr("-/run/containerd/")));
    EXPECT_THAT(planned.value("InaccessiblePaths"), HasSubstr("-/run/podman/"));
}

TEST(StandIns, LogNamespaceBringsItsOwnJournal) {
    EXPECT_EQ(Planned("LogNamespace=own\n").value("BindReadOnlyPaths"),
              "-/run/systemd/notify -/run/systemd/resolve -/run/systemd/system");
}

TEST(StandIns, LeftOutWithTheReason) {
    for (const auto& [lines, reason] : std::vector<std::pair<std::string, std::string>>{
             {"RootDirectory=/srv\n", "RootDirectory= gives the unit a root of its own"},
             {"RootDirectory=/\n", "RootDirectory= gives the unit a root of its own"},
             {"RootImage=/x.img\n", "RootImage= gives the unit a root of its own"},
             {"ExecReload=/bin/systemctl kill a\n", "ExecReload= runs systemctl"},
             {"ExecStartPre=-+/usr/bin/busctl call\n", "ExecStartPre= runs busctl"},
             {"ExecStopPost=/usr/bin/dbus-send x\n", "ExecStopPost= runs dbus-send"}}) {
        const Planned planned(lines);
        EXPECT_EQ(planned.made.coverage, Coverage::nobody) << lines;
        EXPECT_THAT(planned.directives(), IsEmpty()) << lines;
        EXPECT_THAT(planned.made.reasons, ElementsAre(HasSubstr(reason)));
        EXPECT_THAT(planned.made.directives.front().comment, HasSubstr(reason));
        EXPECT_THAT(planned.made.options, IsEmpty());
    }
    EXPECT_EQ(Planned("ExecReload=/bin/kill -HUP $MAINPID\n").made.coverage, Coverage::stand_in);
    const Planned bus("Type=dbus\nBusName=org.x\n");
    EXPECT_EQ(bus.value("TemporaryFileSystem"), "/run/systemd:ro");
    EXPECT_EQ(bus.made.coverage, Coverage::partly);
}

TEST(StandIns, WhatTheUnitHidesItselfIsLeftAlone) {
    const Planned planned("TemporaryFileSystem=/run:ro\nBindReadOnlyPaths=/run/systemd/journal\n");
    EXPECT_EQ(planned.value("TemporaryFileSystem"), "");
    EXPECT_EQ(planned.value("BindReadOnlyPaths"), "")
        << "it must not bring back what the unit hides";
    EXPECT_THAT(planned.made.options,
                ElementsAre("--stand-in=fs.resolve_unix:absent:/run/systemd/private"));
    EXPECT_EQ(planned.made.coverage, Coverage::stand_in);
    EXPECT_THAT(Planned("InaccessiblePaths=-/run/user\n").value("InaccessiblePaths"),
                StartsWith("-/run/docker.sock"));
}

TEST(StandIns, ThePolicysDirectivesCountAsTheUnits) {
    Planned planned;
    planned.rules.systemd = {{"TemporaryFileSystem", "/srv /run:ro", {}},
                             {"LogNamespace", "x", {}}};
    planned.plan();
    EXPECT_EQ(planned.value("TemporaryFileSystem"), "");
    planned.rules.systemd.erase(planned.rules.systemd.begin());
    planned.plan();
    EXPECT_THAT(planned.value("BindReadOnlyPaths"), Not(HasSubstr("journal")));
}

// What the unit hides counts only if no later line takes it back.
TEST(StandIns, ThePolicysDirectivesResetTheUnits) {
    Planned planned("TemporaryFileSystem=/run:ro\nInaccessiblePaths=/run/user\n");
    planned.rules.systemd = {{"TemporaryFileSystem", "", {}}};
    planned.plan();
    EXPECT_EQ(planned.value("TemporaryFileSystem"), all_hidden);
    EXPECT_THAT(planned.value("InaccessiblePaths"), StartsWith("-/run/docker.sock"));
    planned.rules.systemd = {{"InaccessibleDirectories", "", {}}};
    planned.plan();
    EXPECT_EQ(planned.value("TemporaryFileSystem"), "");
    EXPECT_EQ(planned.made.coverage, Coverage::stand_in);
}

TEST(StandIns, OnlyTheyAskTheKernel) {
    int asked = 0;
    const auto rendered = [&](bool stand_ins) {
        policy::Rules rules = build_rules();
        rules.layers[0].abi = landlock::newest_abi;
        rules.stand_ins = stand_ins;
        const KernelAbi kernel([&] {
            ++asked;
            return 8;
        });
        const unit::Unit unit = build_unit("a.service", "[Service]\nExecStart=/x\n");
        return render({unit, rules, {"ExecStart"}, {"/w", unit::Scope::system, kernel}}).value();
    };
    EXPECT_THAT(rendered(false), Not(HasSubstr("TemporaryFileSystem=")));
    EXPECT_EQ(asked, 0);
    EXPECT_THAT(rendered(true), HasSubstr("TemporaryFileSystem="));
    EXPECT_EQ(asked, 1);
}

TEST(StandIns, WithSysAdminTheServiceCanUndoThem) {
    Planned planned;
    planned.rules.kept_capabilities = {{"bpf", {}}};
    planned.plan();
    EXPECT_EQ(planned.made.coverage, Coverage::stand_in);
    planned.rules.kept_capabilities = {{"sys_admin", {}}};
    planned.plan();
    EXPECT_EQ(planned.made.coverage, Coverage::partly);
    EXPECT_EQ(planned.value("TemporaryFileSystem"), all_hidden);
}

// What is hidden as the way to root must be what `check` warns of and what is never proposed.
TEST(StandIns, WhatIsHiddenIsASensitivePlace) {
    for (const std::string_view socket : hidden_sockets) {
        const auto match = places::place_of(socket, places::connects);
        ASSERT_TRUE(match) << socket;
        EXPECT_EQ(match->place->kind, places::Kind::root_socket) << socket;
    }
}

}  // namespace
}  // namespace ringfence::dropin
