// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs `ringfence diff`: operands, output, exit statuses.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "../program.h"

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DiffProgram : public ProgramTest {
  protected:
    void SetUp() override {
        ProgramTest::SetUp();
        write("old.toml", "version = 1\nabi = 7\n[filesystem]\nread = ['/etc/app', '/srv']\n");
        write("new.toml",
              "version = 1\nabi = 7\nminimum_abi = 4\n[filesystem]\n"
              "read = ['/etc/app', '/etc/app/more', '/srv/www']\nwrite = ['/var/lib/app']\n"
              "[[filesystem.rule]]\npath = '/dev/tty'\nallow = ['fs.ioctl_dev']\n"
              "reason = 'asks | `you`'\n[network]\nbind_tcp = ['80-81']\n"
              "[systemd]\nNoNewPrivileges = true\n");
    }
};

TEST_F(DiffProgram, AsPeopleReadIt) {
    const ProgramOutput ran = run("% diff --no-pager old.toml new.toml 2>&1");
    EXPECT_EQ(ran.status, 5);
    EXPECT_EQ(ran.out,
              "new: widens and narrows\n"
              "  + /dev/tty  fs.ioctl_dev\n"
              "      new.toml:8:8: asks | `you`\n"
              "  + /var/lib/app  read, write\n"
              "      new.toml:6:10\n"
              "  - /srv  read, but not in /srv/www\n"
              "      old.toml:4:21\n"
              "  + bind_tcp 80-81\n"
              "      new.toml:12:13\n"
              "  - minimum_abi: 1 -> 4\n"
              "  ~ systemd: added NoNewPrivileges=yes\n"
              "      new.toml:14:19\n"
              "\n"
              "Verdict: widens and narrows\n");
}

TEST_F(DiffProgram, AsAMergeRequestShowsIt) {
    const ProgramOutput ran = run("% diff --markdown old.toml new.toml 2>&1");
    EXPECT_EQ(ran.status, 5);
    EXPECT_THAT(ran.out, HasSubstr("## Policy change: **widens and narrows**\n\n### `new`: widens "
                                   "and narrows\n\n| | right | on | where |\n|---|---|---|---|\n"));
    EXPECT_THAT(ran.out, HasSubstr("| ➖ taken away | `read` | `/srv`, but not in `/srv/www` | "
                                   "`old.toml:4:21` |\n"));
    EXPECT_THAT(ran.out, HasSubstr("| `new.toml:8:8`: `` asks \\| `you` `` |\n"));
}

TEST_F(DiffProgram, ExitStatuses) {
    const auto status = [&](const std::string& operands) {
        return run("% diff --no-pager " + operands + " >/dev/null 2>&1").status;
    };
    EXPECT_EQ(status("old.toml old.toml"), 0);
    EXPECT_EQ(status("old.toml new.toml"), 5);
    write("less.toml", "version = 1\nabi = 7\n[filesystem]\nread = ['/etc/app']\n");
    EXPECT_EQ(status("old.toml less.toml"), 4);
    EXPECT_EQ(status("less.toml old.toml"), 3);
    EXPECT_EQ(status("old.toml none.toml"), 1);
    EXPECT_EQ(status("old.toml nosuchpolicy"), 1);
    EXPECT_EQ(status("old.toml"), 2);
    EXPECT_EQ(status("- -"), 2);
    EXPECT_EQ(status("old.toml ./"), 2);
    EXPECT_EQ(status("--json --markdown old.toml new.toml"), 2);
    EXPECT_EQ(run("% diff --no-pager old.toml old.toml").out, "The same is allowed.\n");
}

TEST_F(DiffProgram, ARevisionOnStandardInput) {
    write("p/abstractions/mine.toml", "version = 1\nabi = 7\n[filesystem]\nread = ['/a']\n");
    write("p/app.toml", "version = 1\nabi = 7\nextends = ['mine']\n");
    // The abstraction that standard input extends is beside the other side's file.
    const ProgramOutput ran = run("% diff --no-pager - p/app.toml < p/app.toml 2>&1");
    EXPECT_EQ(ran.status, 0) << ran.out;
    const ProgramOutput other =
        run("sed s/mine/mien/ p/app.toml | % diff --no-pager p/app.toml - 2>&1");
    EXPECT_EQ(other.status, 1);
    EXPECT_THAT(other.out, HasSubstr("<stdin>:3:12: there is no abstraction \"mien\""));
    const ProgramOutput named =
        run("printf 'version = 1\\nabi = 7\\n' | % diff --no-pager p/app.toml - 2>&1");
    EXPECT_EQ(named.status, 4);
    EXPECT_THAT(named.out, HasSubstr("app: narrows\n"));
}

TEST_F(DiffProgram, Directories) {
    std::filesystem::create_directories(directory_ / "a");
    std::filesystem::create_directories(directory_ / "b");
    const std::string policy = "version = 1\nabi = 7\n[filesystem]\nread = ['/x']\n";
    for (const char* name : {"a/same.toml", "b/same.toml", "a/gone.toml", "b/fresh.toml"})
        write(name, policy);
    write("a/changed.toml", policy);
    write("b/changed.toml", "version = 1\nabi = 7\n");
    write("b/same.toml.d/50.toml", "version = 1\n[filesystem]\nread = ['/y']\n");
    const ProgramOutput ran = run("% diff --no-pager a/ ./b 2>&1");
    EXPECT_EQ(ran.status, 5);
    EXPECT_THAT(ran.out, HasSubstr("changed: narrows\n  - /x  read\n"));
    EXPECT_THAT(ran.out, HasSubstr("fresh: new policy (narrows)\n"));
    EXPECT_THAT(ran.out, HasSubstr("gone: policy is gone (widens"));
    EXPECT_THAT(ran.out, HasSubstr("same: widens\n  + /y  read\n"));
    EXPECT_EQ(run("% diff --no-pager a/ ./a 2>&1").out, "The same is allowed.\n");
}

TEST_F(DiffProgram, DiffJson) {
    const ProgramOutput ran = run("% diff --json old.toml new.toml");
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json["verdict"], "both");
    const auto& policy = json["policies"][0];
    EXPECT_EQ(policy["in"], "both");
    const auto& tty = policy["paths"][0];
    EXPECT_EQ(tty["change"], "widens");
    EXPECT_EQ(tty["rights"], nlohmann::json::array({"fs.ioctl_dev"}));
    EXPECT_EQ(tty["where"][0]["line"], 8);
    EXPECT_EQ(tty["where"][0]["reason"], "asks | `you`");
    EXPECT_EQ(policy["ports"][0]["right"], "net.bind_tcp");
    EXPECT_EQ(policy["settings"][0]["name"], "minimum_abi");
}

}  // namespace
}  // namespace ringfence::cli
