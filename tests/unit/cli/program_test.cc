// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the built program: exit statuses, messages, and a whole recorded journal.
#include "program.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "../journal/recorded.h"
#include "manual.h"

namespace ringfence::cli {
namespace {

using journal::RecordedJournal;
using ::testing::HasSubstr;
using ::testing::Not;

using Ran = ProgramOutput;

// `arguments` are words of a shell, which may redirect standard error.
Ran run(const std::string& arguments) {
    return run_shell("% " + arguments);
}

void expect_line(const std::string& arguments, int status, const std::string& text) {
    const Ran ran = run(arguments + " 2>&1");
    EXPECT_EQ(ran.status, status) << arguments;
    EXPECT_THAT(ran.out, HasSubstr(text)) << arguments;
    EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 1) << ran.out;
}

TEST(Program, UsageErrorsAreOneLineAndExitTwo) {
    expect_line("", 2, "ringfence: no verb given; --help lists the verbs");
    expect_line("denails", 2, "unknown verb \"denails\"; did you mean denials?");
    expect_line("denials --jsn", 2, "did you mean --json?");
    expect_line("denials --since", 2, "option --since needs an argument");
    expect_line("denials --since=x", 2, "--since: \"x\" is no time");
    expect_line("denials --since=now --until=yesterday", 2, "--since is after --until");
    expect_line("denials -D /x --file /y", 2, "exclude each other");
    expect_line("denials -D /x --boot", 2, "--boot");
    expect_line("enable", 2, "an operand is missing: UNIT…");
    expect_line("disable", 2, "an operand is missing: UNIT…");
    expect_line("enable --polcy=x a", 2, "did you mean --policy?");
    expect_line("status --jsn", 2, "did you mean --json?");
    expect_line("denials --json --suggest", 2, "exclude each other");
    expect_line("denials --follow --file=x", 2,
                "--follow is about a journal that is being written");
    expect_line("denials --right=fs.raed_file", 2, "did you mean fs.read_file?");
    expect_line("denials --undo", 2, "--policy=NAME");
    expect_line("denials --suggest --force=/", 2, "--force=/: not the path of a refused denial");
    expect_line("denials --suggest --force=etc", 2, "--force=etc: not the path");
    expect_line("denials --file=- --audit-log=-", 2, "standard input can be read once");
}

TEST(Program, FailuresExitOne) {
    expect_line("denials --directory=/nonexistent", 1, "/nonexistent: cannot open the journal");
    // A journal that cannot be read must not look like one without denials.
    expect_line("denials --directory=" RINGFENCE_TEST_DATA, 1, "no journal file");
    expect_line("status --root=/nonexistent", 1, "/nonexistent: cannot open the root directory");
    expect_line("enable --root=/ x.timer", 1, "\"x.timer\" is no service");
    expect_line("enable --root=/ --policy=x no-such-unit-here", 1, "there is no unit");
    expect_line("denials --file=/proc/version", 1, "holds no audit record");
    expect_line("denials --file=/nonexistent", 1, "/nonexistent: cannot be opened");
    expect_line("denials --file=/tmp", 1, "cannot be opened: Is a directory");
    expect_line("denials --audit-log=/proc/version", 1, "holds no audit record");
    const Ran full = run("denials --help 2>&1 >/dev/full");
    EXPECT_EQ(full.status, 1);
}

constexpr char recording[] = RINGFENCE_TEST_DATA "/abi7-systemd252.export";

TEST(Program, EveryFormatReadsTheSame) {
    RecordedJournal recorded("abi7-systemd252");
    RINGFENCE_RECORDED(recorded);
    const Ran journal = run("denials --json --file=" + recorded.file());
    EXPECT_EQ(journal.status, 0);
    EXPECT_GT(journal.out.size(), 10000u);
    EXPECT_EQ(run(std::string("denials --json --file=") + recording).out, journal.out);
    EXPECT_EQ(run(std::string("denials --json --file=- <") + recording).out, journal.out);
    EXPECT_EQ(run("denials --json --directory=" + recorded.directory()).out, journal.out);
    const std::string as_json = "journalctl -o json --all --file=" + recorded.file();
    const std::string pipe = recorded.directory() + "/pipe.json";
    ASSERT_EQ(std::system((as_json + " >" + pipe).c_str()), 0);
    EXPECT_EQ(run("denials --json --file=" + pipe).out, journal.out);
    EXPECT_EQ(run("denials --json --file=- <" + pipe).out, journal.out);
}

TEST(Program, Filters) {
    const std::string file = std::string(" --no-pager --file=") + recording;
    const auto rows = [&](const std::string& options) {
        const std::string out = run("denials " + options + file).out;
        return std::count(out.begin(), out.end(), '\n');
    };
    EXPECT_GT(rows(""), rows("web"));
    EXPECT_EQ(rows("--unit=web"), rows("web.service"));
    EXPECT_EQ(rows("'we?.*'"), rows("web"));
    EXPECT_THAT(run("denials --right=signal" + file).out, HasSubstr("systemd (pid 19731)"));
    EXPECT_THAT(run("denials --right=signal" + file).out, Not(HasSubstr("shadow")));
    EXPECT_THAT(run("denials --path=/etc/shadow" + file).out, HasSubstr("/etc/shadow"));
    EXPECT_THAT(run("denials --path=/etc/shad" + file).out, HasSubstr("No denials found"));
    EXPECT_THAT(run("denials --path=/etc" + file).out, HasSubstr("/etc/shadow"));
    EXPECT_THAT(run("denials --path='/etc/sh*'" + file).out, Not(HasSubstr("fstab")));
}

TEST(Program, ExitCodeForMonitoring) {
    const std::string file = std::string(" --no-pager --exit-code --file=") + recording;
    EXPECT_EQ(run("denials" + file).status, 3);
    EXPECT_EQ(run("denials --right=fs.make_block" + file).status, 0);
    EXPECT_EQ(run("denials --json nosuch" + file).status, 0);
}

TEST(Program, DetailsAndSummary) {
    const std::string file = std::string(" --no-pager --file=") + recording;
    const Ran details = run("denials -v --right=signal" + file);
    EXPECT_THAT(details.out,
                HasSubstr("scope.signal (signal a process outside the domain, ABI 6)"));
    EXPECT_THAT(details.out, HasSubstr("  last event  AUDIT1423 domain="));
    EXPECT_THAT(details.out, HasSubstr("SYSCALL arch=c000003e"));
    EXPECT_THAT(run("denials --summary" + file).out,
                HasSubstr("web.service          28        1        1       28       28        0"));
}

TEST(Program, HelpAndVersion) {
    for (const char* help : {"--help", "-h", "denials --help"}) {
        const Ran ran = run(help);
        EXPECT_EQ(ran.status, 0);
        EXPECT_THAT(ran.out, HasSubstr("denials"));
    }
    EXPECT_THAT(run("--version").out, HasSubstr("ringfence "));
}

TEST(Program, TheManualNamesEveryMemberOfTheJson) {
    const Ran ran = run(std::string("denials --json -v --file=") + recording);
    const std::string text = manual_text("ringfence-denials.1");
    std::set<std::string> names;
    const std::function<void(const nlohmann::json&)> walk = [&](const nlohmann::json& json) {
        if (json.is_object())
            for (const auto& [name, value] : json.items())
                names.insert(name);
        for (const auto& value : json)
            if (value.is_structured()) walk(value);
    };
    walk(nlohmann::json::parse(ran.out));
    EXPECT_GT(names.size(), 40u);
    for (const std::string& name : names)
        EXPECT_THAT(text, HasSubstr(name)) << name;
}

TEST(Program, JsonOfARealJournal) {
    RecordedJournal recorded("abi7-systemd252");
    RINGFENCE_RECORDED(recorded);
    const Ran ran = run("denials --json --file " + recorded.file());
    EXPECT_EQ(ran.status, 0);
    const auto json = nlohmann::json::parse(ran.out);
    std::map<std::string, int> units;
    for (const auto& denial : json["denials"])
        units[denial["unit"]] += denial["count"].get<int>();
    EXPECT_EQ(units, (std::map<std::string, int>{
                         {"web.service", 28}, {"layers.service", 1}, {"twice.service", 2}}));
    for (const auto& denial : json["unattributed"])
        EXPECT_FALSE(denial.contains("unit")) << denial;
}

TEST(Program, UnitsAndPolicies) {
    RecordedJournal recorded("abi7-systemd252");
    RINGFENCE_RECORDED(recorded);
    const auto count = [&](const std::string& arguments, const char* list) {
        const Ran ran = run("denials --json --file " + recorded.file() + " " + arguments + " 2>&-");
        int sum = 0;
        const auto json = nlohmann::json::parse(ran.out);
        for (const auto& denial : json[list])
            sum += denial["count"].get<int>();
        return sum;
    };
    EXPECT_EQ(count("twice", "denials"), 2);
    EXPECT_EQ(count("twice.service layers", "denials"), 3);
    EXPECT_EQ(count("--policy=web", "denials"), 28);
    EXPECT_EQ(count("nosuch", "denials"), 0);
    // Denials that only claim to be the unit's are shown as unattributed.
    EXPECT_EQ(count("victim", "denials"), 0);
    EXPECT_EQ(count("victim", "unattributed"), 2);
    EXPECT_EQ(count("--since=@1895249636", "denials"), 0);
}

TEST(Program, TextOfARealJournal) {
    RecordedJournal recorded("abi7-systemd252");
    RINGFENCE_RECORDED(recorded);
    const Ran ran = run("denials --no-pager --file " + recorded.file());
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr("\\x1b[31m.html"));
    EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
    EXPECT_THAT(ran.out, HasSubstr("Not attributed to a unit: there are more domains with this"));
    const Ran none = run("denials nosuch --file " + recorded.file() + " 2>/dev/null");
    EXPECT_EQ(none.status, 0);
    EXPECT_THAT(none.out, HasSubstr("No denials found in 1 file"));
    EXPECT_THAT(run("denials web --suggest --file " + recorded.file() + " 2>/dev/null").out,
                HasSubstr("/etc/ringfence/policies/web.toml.d/50-review.toml"));
}

}  // namespace
}  // namespace ringfence::cli
