// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs `ringfence check`: operands, output, exit statuses.
#include <algorithm>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "../program.h"

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CheckProgram : public ProgramTest {};

constexpr char head[] = "version = 1\nabi = 10\n";
// With this rule, check does not report that the journal's sockets cannot be reached.
constexpr char quiet[] = "[filesystem]\nconnect_unix = [\"/dev/log\"]\n";

TEST_F(CheckProgram, WhatIsFoundAsPeopleReadIt) {
    write("app.toml", std::string(head) + quiet + "write = [\"/srv/app\", \"/etc\"]\n");
    const ProgramOutput ran = run("% check --no-pager ./app.toml 2>&1");
    EXPECT_EQ(ran.status, 3);
    EXPECT_EQ(ran.out,
              "./app.toml:5:22: warning[broad-read]: it may read everything in \"/etc\", which "
              "holds the configuration of the whole machine\n"
              "    5 | write = [\"/srv/app\", \"/etc\"]\n"
              "      |                      ^~~~~~\n"
              "      = help: name the files and directories that it reads\n"
              "      = why: these trees hold other services' data and credentials\n"
              "\n"
              "./app.toml:5:22: warning[broad-write]: it may change files in \"/etc\", which holds "
              "the configuration of the whole machine\n"
              "    5 | write = [\"/srv/app\", \"/etc\"]\n"
              "      |                      ^~~~~~\n"
              "      = help: name the directories that it writes to, best its own: "
              "StateDirectory=, LogsDirectory=\n"
              "      = why: a service that changes the system, all services' files or homes can "
              "take over the machine\n"
              "\n"
              "1 policy and 0 fenced units checked: 0 errors, 2 warnings, 0 notes\n");
}

TEST_F(CheckProgram, ExitStatuses) {
    const auto status = [&](const std::string& text, const std::string& options = "") {
        write("p.toml", head + text);
        return run("% check --no-pager " + options + " ./p.toml >/dev/null 2>&1").status;
    };
    EXPECT_EQ(status(quiet), 0);
    EXPECT_EQ(status(""), 0);  // a note: no socket of the journal
    EXPECT_EQ(status("", "--strict"), 0);
    EXPECT_EQ(status("[filesystem]\nread = ['/etc']"), 3);
    EXPECT_EQ(status("[filesystem]\nread = ['/etc']", "--strict"), 1);
    EXPECT_EQ(status("raed = 1"), 1);
    EXPECT_EQ(run("% check --jsn 2>/dev/null").status, 2);
    EXPECT_EQ(run("% check ./none.toml 2>/dev/null").status, 1);
    EXPECT_EQ(run("% check --root=/nonexistent 2>/dev/null").status, 1);
}

TEST_F(CheckProgram, PoliciesUnitsAndBoth) {
    write("r/etc/ringfence/policies/app.toml", std::string(head) + quiet + "read = ['/etc']\n");
    write("r/usr/lib/systemd/system/app.service",
          "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/app\n");
    write("r/usr/lib/systemd/system/bare.service", "[Service]\nExecStart=/usr/bin/app\n");
    const auto counts = [&](const std::string& operand) {
        const auto json = nlohmann::json::parse(run("% check --json --root=r " + operand).out);
        return std::pair(json["policies"].get<int>(), json["units"].get<int>());
    };
    EXPECT_EQ(counts(""), std::pair(1, 1));
    EXPECT_EQ(counts("app"), std::pair(1, 1));
    EXPECT_EQ(counts("app.service"), std::pair(0, 1));
    EXPECT_THAT(run("% check --root=r bare.service 2>&1").out,
                HasSubstr("bare.service does not ask for a fence"));
    EXPECT_THAT(run("% check --root=r ap 2>&1").out, HasSubstr("did you mean app?"));
    const ProgramOutput unit = run("% check --no-pager --root=r app.service");
    EXPECT_THAT(unit.out, HasSubstr("/usr/lib/systemd/system/app.service:2:18: note[unmediated]"));
    EXPECT_THAT(unit.out, HasSubstr("    2 | X-LandlockPolicy=app\n"));
    EXPECT_THAT(unit.out, HasSubstr("      = unit: app.service\n"));
}

TEST_F(CheckProgram, StandardInputAndWhatLiesBeside) {
    write("p/abstractions/mine.toml", std::string(head) + quiet);
    write("p/app.toml", std::string(head) + "extends = ['mine']\n");
    EXPECT_EQ(run("% check p/app.toml >/dev/null").status, 0);
    const ProgramOutput ran = run("% check - < p/app.toml");
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, HasSubstr("<stdin>:3:12: error[invalid-policy]: there is no abstraction"));
    EXPECT_THAT(ran.out, HasSubstr("    3 | extends = ['mine']\n"));
    EXPECT_THAT(run("% check p/abstractions/mine.toml 2>&1").out, HasSubstr("an abstraction is"));
}

TEST_F(CheckProgram, JustifiedIsShownOnRequest) {
    write("p.toml", std::string(head) + quiet +
                        "read = ['/etc']\n[[check.allow]]\nid = 'broad-read'\nreason = 'backup'\n");
    const ProgramOutput ran = run("% check --no-pager ./p.toml");
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.out,
              "1 policy and 0 fenced units checked: 0 errors, 0 warnings, 0 notes; 1 "
              "justified by the policies\n");
    EXPECT_THAT(run("% check --no-pager --justified ./p.toml").out,
                HasSubstr("      = justified: backup\n"));
}

TEST_F(CheckProgram, Json) {
    write("p.toml", std::string(head) + quiet + "read = ['/etc']\n");
    const auto json = nlohmann::json::parse(run("% check --json ./p.toml").out);
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["worst"], "warning");
    ASSERT_EQ(json["findings"].size(), 1u);
    const auto& finding = json["findings"][0];
    EXPECT_EQ(finding["check"], "broad-read");
    EXPECT_EQ(finding["file"], "./p.toml");
    EXPECT_EQ(finding["line"], 5);
    EXPECT_EQ(finding["column"], 9);
    EXPECT_EQ(finding["subject"], "/etc");
    EXPECT_FALSE(finding.contains("unit"));
    const auto list = nlohmann::json::parse(run("% check --list --json").out);
    EXPECT_GT(list["checks"].size(), 30u);
}

TEST_F(CheckProgram, NothingOfAFileMovesTheCursor) {
    write("p.toml",
          std::string(head) + "[filesystem]\nread = [\"/\xc2\x9b\"]\n\"\\u001b[2J\" = 1\n");
    const ProgramOutput ran = run("% check --no-pager ./p.toml 2>&1");
    EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(ran.out, Not(HasSubstr("\xc2\x9b")));
}

}  // namespace
}  // namespace ringfence::cli
