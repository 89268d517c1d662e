// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/consequences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"
#include "landlock/report.h"

namespace ringfence::dropin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> added(const std::string& lines,
                               const std::vector<policy::Directive>& more = {}) {
    const unit::Unit unit = build_unit("a@x.service", "[Service]\n" + lines);
    std::vector<std::string> out;
    for (const NeededDirective& need : find_consequences(unit, Settings(unit, more)))
        out.push_back(need.directive);
    return out;
}

TEST(Consequences, TheNameOfTheProgramIsTheIdentifier) {
    EXPECT_THAT(added("ExecStart=-/usr/sbin/nginx -g x\n"), ElementsAre("SyslogIdentifier=nginx"));
    EXPECT_THAT(added("ExecStart=@/usr/bin/python3 app\n"),
                ElementsAre("SyslogIdentifier=python3"));
    EXPECT_THAT(added("ExecStart=nginx\n"), ElementsAre("SyslogIdentifier=nginx"));
    EXPECT_THAT(added("ExecStart=/bin/old\nExecStart=\nExecStart=/bin/new ; /bin/more\n"),
                ElementsAre("SyslogIdentifier=new"));
    EXPECT_THAT(added("ExecStart=/opt/%I/d-%i%%\n"), ElementsAre("SyslogIdentifier=d-%i%%"));
}

TEST(Consequences, AnIdentifierOfTheUnitStays) {
    EXPECT_THAT(added("SyslogIdentifier=own\nExecStart=/bin/a\n"), IsEmpty());
    EXPECT_THAT(added("ExecStart=/bin/a\n", {{"SyslogIdentifier", "policy", {}}}), IsEmpty());
    EXPECT_THAT(added("SyslogIdentifier=own\nSyslogIdentifier=\nExecStart=/bin/a\n"),
                ElementsAre("SyslogIdentifier=a"));
}

TEST(Consequences, NoNameIsGuessed) {
    EXPECT_THAT(added("ExecStop=/bin/a\n"), IsEmpty());
    EXPECT_THAT(added("ExecStart=/opt/%I\n"), IsEmpty());
    EXPECT_THAT(added("ExecStart=/opt/%h\n"), IsEmpty());
    EXPECT_THAT(added("ExecStart=\"/opt/a b\"\n"), IsEmpty());
}

TEST(Consequences, ARefusalIsNotTriedAgain) {
    EXPECT_EQ(report::exit_cannot_enforce, 198);
    EXPECT_EQ(report::exit_refused, 199);
    EXPECT_THAT(added("Restart=always\n"), ElementsAre("RestartPreventExitStatus=198 199"));
    EXPECT_THAT(added("", {{"Restart", "on-failure", {}}}),
                ElementsAre("RestartPreventExitStatus=198 199"));
    EXPECT_THAT(added("Restart=always\nRestart=no\n"), IsEmpty());
    EXPECT_THAT(added("Restart=no\nRestart=sometimes\n"), IsEmpty());
}

TEST(Consequences, OtherCommandsAreNamed) {
    const unit::Unit unit =
        build_unit("a.service",
                   "[Service]\nExecStartPre=/bin/mkdir x\nExecStart=/bin/a\nExecReload=/sbin/a\n");
    const auto renamed = renamed_commands(unit, "a");
    ASSERT_EQ(renamed.size(), 1u);
    EXPECT_EQ(renamed.front().path, "/bin/mkdir");
}

}  // namespace
}  // namespace ringfence::dropin
