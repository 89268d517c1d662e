// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"
#include "dropin/syscall_filter.h"

namespace ringfence::dropin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Result<WrapperNeeds> find(const std::string& lines,
                          const std::vector<policy::Directive>& more = {}) {
    return find_needs(build_unit("a.service", "[Service]\nType=notify\n" + lines), more, "/lib/w",
                      {"ExecStart"});
}

std::vector<std::string> directives(const std::string& lines,
                                    const std::vector<policy::Directive>& more = {}) {
    std::vector<std::string> out;
    const WrapperNeeds needs = find(lines, more).value();
    for (const NeededDirective& need : needs.directives)
        if (!need.directive.empty()) out.push_back(need.directive);
    return out;
}

constexpr char system_calls[] =
    "SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self openat2 "
    "statx readlinkat faccessat capget capset";

TEST(Needs, NothingWhereNothingIsNeeded) {
    EXPECT_THAT(directives(""), IsEmpty());
    EXPECT_THAT(directives("SystemCallFilter=~@mount\n"), IsEmpty());
    EXPECT_THAT(directives("SystemCallFilter=@system-service\nSystemCallFilter=\n"), IsEmpty());
    EXPECT_THAT(directives("NoExecPaths=/\nNoExecPaths=\nRootDirectory=/\n"), IsEmpty());
}

TEST(Needs, AllowLists) {
    EXPECT_THAT(directives("SystemCallFilter=@system-service\nSystemCallFilter=~@privileged\n"),
                ElementsAre(system_calls));
    EXPECT_THAT(directives("", {{"SystemCallFilter", "@system-service", {}}}),
                ElementsAre(system_calls));
    EXPECT_FALSE(find("SystemCallFilter=~@sandbox\n"));
    EXPECT_FALSE(find("SystemCallFilter=@system-service\nSystemCallFilter=~landlock_add_rule\n"));
    EXPECT_TRUE(find("SystemCallFilter=~@sandbox\nSystemCallFilter=\n"));
}

TEST(Needs, DenyListsThatHaveCapset) {
    EXPECT_THAT(directives("SystemCallFilter=~@privileged\n"),
                ElementsAre("SystemCallFilter=capset"));
    EXPECT_THAT(directives("SystemCallFilter=~@mount capset:EPERM\n"),
                ElementsAre("SystemCallFilter=capset"));
    EXPECT_THAT(directives("SystemCallFilter=~@privileged\nSystemCallFilter=capset\n"), IsEmpty());
    EXPECT_THAT(directives("SystemCallFilter=~@privileged\nSystemCallFilter=\n"), IsEmpty());
    EXPECT_THAT(directives("SystemCallFilter=~@mount @clock\n"), IsEmpty());
}

TEST(Needs, ReportsThatWouldKill) {
    const auto options = [](const std::string& lines) { return find(lines).value().options; };
    EXPECT_THAT(options("SystemCallFilter=@basic-io @file-system\n"), ElementsAre("--report=none"));
    EXPECT_THAT(options("SystemCallFilter=~@network-io\n"), ElementsAre("--report=none"));
    EXPECT_THAT(options("SystemCallFilter=~connect\n"), ElementsAre("--report=none"));
    EXPECT_THAT(options("SystemCallFilter=~connect\nSystemCallErrorNumber=EPERM\n"), IsEmpty());
    EXPECT_THAT(options("SystemCallFilter=@basic-io\nSystemCallFilter=@network-io\n"), IsEmpty());
    EXPECT_THAT(options("SystemCallFilter=@system-service\n"), IsEmpty());
}

TEST(Needs, ExecPathsAndRoots) {
    EXPECT_THAT(directives("NoExecPaths=/\n"), ElementsAre("ExecPaths=/lib/w"));
    EXPECT_THAT(directives("RootDirectory=/srv\nNoExecPaths=/\n"),
                ElementsAre("BindReadOnlyPaths=/lib/w:/run/host/w", "ExecPaths=+/run/host/w"));
    EXPECT_THAT(directives("RootImage=/x.raw\n"),
                ElementsAre("BindReadOnlyPaths=/lib/w:/run/host/w"));
    EXPECT_EQ(find("RootImage=/x.raw\n").value().wrapper, "/run/host/w");
    EXPECT_EQ(find("").value().wrapper, "/lib/w");
    EXPECT_FALSE(find("RootDirectory=/srv\nInaccessiblePaths=+/run/host\n"));
}

TEST(Needs, RootsWithoutAnOwnRun) {
    const char* const without = "RootDirectory=/srv\nMountAPIVFS=no\n";
    EXPECT_THAT(directives(without), ElementsAre("BindReadOnlyPaths=/lib/w"));
    EXPECT_EQ(find(without).value().wrapper, "/lib/w");
    // ExecReload= runs outside of the root.
    const auto start_only = find_needs(
        build_unit("a.service", "[Service]\nRootDirectory=/srv\nRootDirectoryStartOnly=yes\n"), {},
        "/lib/w", {"ExecStart", "ExecReload"});
    EXPECT_EQ(start_only.value().wrapper, "/lib/w");
}

TEST(Needs, HiddenWrapper) {
    for (const char* hides : {"TemporaryFileSystem=/lib:ro\n", "TemporaryFileSystem=/opt /\n"})
        EXPECT_THAT(directives(hides), ElementsAre("BindReadOnlyPaths=/lib/w")) << hides;
    for (const char* hides : {"InaccessiblePaths=-/lib/w\n", "InaccessibleDirectories=/lib/\n"})
        EXPECT_FALSE(find(hides)) << hides;
    for (const char* not_it : {"TemporaryFileSystem=/li\n", "InaccessiblePaths=/lib/w/x /opt\n",
                               "TemporaryFileSystem=/lib\nTemporaryFileSystem=\n"})
        EXPECT_THAT(directives(not_it), IsEmpty()) << not_it;
}

TEST(Needs, NotifyAccessWhereItIsOff) {
    const auto needs = [](const std::string& lines) {
        const unit::Unit unit = build_unit("a.service", "[Service]\n" + lines);
        const WrapperNeeds found = find_needs(unit, {}, "/w", {"ExecStart"}).value();
        return found.directives.empty() ? "" : found.directives.back().directive;
    };
    EXPECT_EQ(needs(""), "NotifyAccess=main");
    EXPECT_EQ(needs("NotifyAccess=none\n"), "NotifyAccess=main");
    EXPECT_EQ(needs("Type=forking\n"), "NotifyAccess=exec");
    EXPECT_EQ(needs("Type=notify\n"), "");
    EXPECT_EQ(needs("WatchdogSec=5\n"), "");
    EXPECT_EQ(needs("NotifyAccess=all\n"), "");
    EXPECT_EQ(needs("NotifyAccess=main\nNotifyAccess=\n"), "");  // no reset: systemd ignores it
}

}  // namespace
}  // namespace ringfence::dropin
