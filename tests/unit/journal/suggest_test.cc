// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/suggest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/generalise.h"
#include "journal/suspicion.h"
#include "landlock/rights.h"
#include "policy/model/right_names.h"
#include "vector_source.h"

namespace ringfence::journal {
namespace {

using landlock::Access;
using landlock::access_of;
using ::testing::HasSubstr;
using ::testing::Not;

Denial base(const std::vector<std::string>& rights) {
    Denial denial;
    denial.attribution.reason = Reason::attributed;
    denial.attribution.policy = "web";
    for (const std::string& right : rights)
        denial.what.blockers.add(right);
    denial.tally.count = 1;
    denial.tally.first = denial.tally.last = at(1795249636);
    return denial;
}

Denial file(const std::string& path, std::vector<std::string> rights) {
    Denial denial = base(std::move(rights));
    denial.what.type = ObjectType::path;
    denial.what.path = path;
    denial.tally.path = PathCheck::verified;
    return denial;
}

Denial port(const std::string& right, std::optional<std::uint16_t> number, bool remote) {
    Denial denial = base({right});
    denial.what.type = ObjectType::port;
    denial.what.port = number;
    denial.what.remote = remote;
    return denial;
}

Suggestion suggested(const std::vector<Denial>& denials) {
    auto all = suggest(denials);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? Suggestion{} : std::move(all[0]);
}

std::string refused(const Denial& denial) {
    const Suggestion suggestion = suggested({denial});
    EXPECT_TRUE(suggestion.empty());
    EXPECT_EQ(suggestion.refused.size(), 1u);
    return suggestion.refused.empty() ? "" : suggestion.refused[0].reason;
}

// The proposal for one path: a list, or exact rights.
std::string proposed(const std::string& path, std::vector<std::string> rights) {
    const Suggestion suggestion = suggested({file(path, std::move(rights))});
    EXPECT_TRUE(suggestion.refused.empty());
    if (suggestion.paths.size() != 1) return "nothing";
    const PathProposal& proposal = suggestion.paths[0];
    if (!proposal.key.empty()) return proposal.key;
    std::string names = "exactly";
    for (const landlock::Right& right : landlock::rights)
        if (!(right.access() & proposal.grants).empty()) names += std::string(" ") + right.name;
    return names;
}

TEST(Suggest, NothingForAPathThatAnotherObjectHad) {
    Denial disguised = file("/srv/x", {"fs.read_file"});
    disguised.tally.path = PathCheck::mismatch;
    EXPECT_THAT(refused(disguised), HasSubstr("another object was denied"));
    SuggestOptions forced;
    forced.forced = {"/srv"};
    EXPECT_TRUE(suggest({disguised}, forced).at(0).empty());
}

TEST(Suggest, SaysIfAPathIsNotVerified) {
    Denial unknown = file("/srv/x", {"fs.read_file"});
    EXPECT_THAT(comment_of(suggested({unknown}).paths.at(0)), Not(HasSubstr("not verified")));
    unknown.tally.path = PathCheck::unverified;
    const Denial written = file("/srv/x", {"fs.write_file"});
    const Suggestion both = suggested({written, unknown});
    EXPECT_THAT(comment_of(both.paths.at(0)), HasSubstr("path not verified"));
}

TEST(Suggest, TheSmallestLineForAPath) {
    EXPECT_EQ(proposed("/srv/x", {"fs.read_file"}), "read");
    EXPECT_EQ(proposed("/srv/x", {"fs.execute"}), "execute");
    EXPECT_EQ(proposed("/srv/x", {"fs.execute", "fs.read_file"}), "execute");
    EXPECT_EQ(proposed("/srv/x", {"fs.resolve_unix"}), "connect_unix");
    EXPECT_EQ(proposed("/srv/x", {"fs.read_file", "fs.write_file", "fs.truncate"}), "write");
    // `write` would also read.
    EXPECT_EQ(proposed("/srv/x", {"fs.write_file"}), "exactly fs.write_file");
    EXPECT_EQ(proposed("/srv/x", {"fs.write_file", "fs.truncate"}),
              "exactly fs.write_file fs.truncate");
    // `read` on a directory would also allow reading all files beneath it.
    EXPECT_EQ(proposed("/srv/x", {"fs.read_dir"}), "exactly fs.read_dir");
    EXPECT_EQ(proposed("/srv/x", {"fs.read_dir", "fs.read_file"}), "read");
    EXPECT_EQ(proposed("/srv/x", {"fs.make_reg"}), "exactly fs.make_reg");
    EXPECT_EQ(proposed("/srv/x", {"fs.make_reg", "fs.refer"}), "exactly fs.make_reg fs.refer");
    EXPECT_EQ(proposed("/srv/x", {"fs.make_reg", "fs.remove_file"}), "write");
    EXPECT_EQ(proposed("/dev/tty", {"fs.ioctl_dev"}), "exactly fs.ioctl_dev");
}

// One name that a hostile program chose would keep all paths out of the policy.
TEST(Suggest, WhatAPolicyCannotNameIsLeftOut) {
    for (const char* hostile : {"/srv/a\nb", "/srv/\x7f", "/srv/../etc/x", "/srv/.."}) {
        const Suggestion both =
            suggested({file(hostile, {"fs.read_file"}), file("/srv/x", {"fs.read_file"})});
        ASSERT_EQ(both.paths.size(), 1u) << hostile;
        EXPECT_EQ(both.paths[0].path, "/srv/x");
        ASSERT_EQ(both.refused.size(), 1u);
        EXPECT_THAT(both.refused[0].reason, HasSubstr("a policy cannot name it"));
    }
    EXPECT_EQ(proposed("/srv/100%x$y", {"fs.read_file"}), "read");
    EXPECT_EQ(proposed("/srv/..x", {"fs.read_file"}), "read");
}

TEST(Suggest, DenialsOfOnePathAreOneLine) {
    Denial twice = file("/srv/x", {"fs.read_file"});
    twice.tally.count = 2;
    twice.tally.last = at(1795249700);
    const Suggestion suggestion = suggested({twice, file("/srv/x", {"fs.execute"})});
    ASSERT_EQ(suggestion.paths.size(), 1u);
    EXPECT_EQ(suggestion.paths[0].key, "execute");
    EXPECT_EQ(suggestion.paths[0].evidence.count, 3u);
    EXPECT_EQ(suggestion.paths[0].evidence.last, at(1795249700));
}

TEST(Suggest, GrantsAreAlwaysWhatWasDeniedOrMore) {
    for (const landlock::Right& right : landlock::rights) {
        const Suggestion suggestion = suggested({file("/opt/app/x", {right.name})});
        for (const PathProposal& proposal : suggestion.paths) {
            EXPECT_TRUE(proposal.grants.contains(right.access())) << right.name;
            EXPECT_TRUE((proposal.grants & (access_of("fs.make_char") | access_of("fs.make_block")))
                            .empty())
                << right.name;
        }
    }
}

TEST(Suggest, Ports) {
    const Suggestion suggestion =
        suggested({port("net.bind_tcp", 81, false), port("net.bind_tcp", std::nullopt, false),
                   port("net.connect_tcp", 443, true), port("net.connect_tcp", 443, true),
                   port("net.connect_send_udp", 53, true), port("net.bind_udp", 53, false)});
    ASSERT_EQ(suggestion.ports.size(), 5u);
    EXPECT_EQ(suggestion.ports[0].key, "bind_tcp");
    EXPECT_EQ(suggestion.ports[0].port, 0);
    EXPECT_EQ(suggestion.ports[2].key, "bind_udp");
    EXPECT_EQ(suggestion.ports[3].key, "connect_tcp");
    EXPECT_EQ(suggestion.ports[3].evidence.count, 2u);
    EXPECT_EQ(suggestion.ports[4].key, "connect_udp");
    EXPECT_THAT(refused(port("net.connect_tcp", std::nullopt, true)), HasSubstr("no port"));
}

TEST(Suggest, RefusesWhatNoRuleAllows) {
    EXPECT_THAT(refused(base({"scope.signal"})), HasSubstr("scope"));
    EXPECT_THAT(refused(base({"scope.abstract_unix_socket"})), HasSubstr("scope"));
    EXPECT_THAT(refused(base({"ptrace"})), HasSubstr("no rule"));
    EXPECT_THAT(refused(base({"fs.change_topology"})), HasSubstr("no rule"));
    EXPECT_THAT(refused(base({"fs.read_file", "fs.of_a_newer_kernel"})), HasSubstr("no rule"));
    EXPECT_THAT(refused(file("", {"fs.read_file"})), HasSubstr("no path"));
    EXPECT_THAT(refused(file("pipe:[1]", {"fs.read_file"})), HasSubstr("no path"));
    EXPECT_THAT(refused(file("/srv/x (deleted)", {"fs.read_file"})), HasSubstr("deleted"));
    EXPECT_THAT(refused(file("/srv/\xff", {"fs.read_file"})), HasSubstr("UTF-8"));
}

struct Case {
    const char* path;
    const char* right;
};

TEST(Suggest, RefusesWhatLooksLikeAnAttack) {
    const Case attacks[] = {
        {"/etc/shadow", "fs.read_file"},
        {"/etc/shadow-", "fs.read_file"},
        {"/etc/gshadow", "fs.read_file"},
        {"/etc/sudoers.d/x", "fs.read_file"},
        {"/etc/ssh/ssh_host_ed25519_key", "fs.read_file"},
        {"/etc/ssl/private/a.pem", "fs.read_file"},
        {"/etc/letsencrypt/live/a/privkey.pem", "fs.read_file"},
        {"/srv/site.key", "fs.read_file"},
        {"/root", "fs.read_dir"},
        {"/root/x", "fs.read_file"},
        {"/home/some one/.ssh", "fs.read_dir"},
        {"/home/some one/.ssh/config", "fs.read_file"},
        {"/run/credentials/x.service/y", "fs.read_file"},
        {"/proc/1/environ", "fs.read_file"},
        {"/dev/mem", "fs.read_file"},
        {"/etc/cron.d", "fs.make_reg"},
        {"/etc/passwd", "fs.write_file"},
        {"/usr/lib", "fs.make_reg"},
        {"/usr/bin/x", "fs.truncate"},
        {"/boot", "fs.remove_file"},
        {"/lib64/x", "fs.write_file"},
        {"/proc/sys/kernel/core_pattern", "fs.write_file"},
        {"/tmp/x", "fs.execute"},
        {"/var/tmp/x", "fs.execute"},
        {"/run/x", "fs.execute"},
        {"/dev/shm/x", "fs.execute"},
        {"/home/some one/x", "fs.execute"},
        {"/var/lib/web/x", "fs.execute"},
        {"/srv/x", "fs.make_block"},
        {"/srv/x", "fs.make_char"},
        {"/var/lib", "fs.make_dir"},
        {"/", "fs.make_reg"},
    };
    for (const Case& attack : attacks)
        EXPECT_NE(refused(file(attack.path, {attack.right})), "") << attack.path;
}

TEST(Suggest, DoesNotRefuseOrdinaryWork) {
    const Case work[] = {
        {"/etc/web.conf", "fs.read_file"}, {"/usr/share/x", "fs.read_file"},
        {"/usr/bin/x", "fs.execute"},      {"/var/lib/web", "fs.make_reg"},
        {"/tmp/x", "fs.read_file"},        {"/tmp", "fs.make_reg"},
        {"/rooted/x", "fs.read_file"},     {"/etcetera/x", "fs.write_file"},
        {"/srv/private", "fs.read_dir"},   {"/srv/keys.txt", "fs.read_file"},
        {"/srv/.sshx", "fs.read_file"},
    };
    for (const Case& denial : work)
        EXPECT_EQ(suspicion(denial.path, access_of("fs.read_file") | access_of("fs.read_dir")) +
                      (suggested({file(denial.path, {denial.right})}).refused.empty() ? "" : "no"),
                  "")
            << denial.path;
}

TEST(Suggest, DirectoriesAreMentionedOnlyOnEvidence) {
    std::vector<Denial> denials = {file("/srv/a", {"fs.read_file"}),
                                   file("/srv/b", {"fs.read_file"}),
                                   file("/srv/c", {"fs.read_file"})};
    EXPECT_TRUE(suggested(denials).notes.empty());
    denials.push_back(file("/srv/d", {"fs.read_file"}));
    ASSERT_EQ(suggested(denials).notes.size(), 1u);
    EXPECT_EQ(suggested(denials).notes[0].directory, "/srv");
    EXPECT_EQ(suggested(denials).notes[0].files, 4u);
    EXPECT_EQ(suggested(denials).paths.size(), 4u);  // mentioned, not proposed
    denials = {file("/srv/a", {"fs.read_file"}), file("/srv/b", {"fs.read_file"}),
               file("/srv", {"fs.read_dir"})};
    ASSERT_EQ(suggested(denials).notes.size(), 1u);
    EXPECT_TRUE(suggested(denials).notes[0].listed);
    denials = {file("/a", {"fs.read_file"}), file("/b", {"fs.read_file"}),
               file("/c", {"fs.read_file"}), file("/d", {"fs.read_file"})};
    EXPECT_TRUE(suggested(denials).notes.empty());  // never the root directory
}

TEST(Suggest, OneSuggestionAPolicyAndNoneWithoutUnit) {
    Denial other = file("/srv/y", {"fs.read_file"});
    other.attribution.policy = "mail";
    Denial forged = file("/srv/z", {"fs.read_file"});
    forged.attribution.reason = Reason::surplus_domains;
    const auto all = suggest({file("/srv/x", {"fs.read_file"}), other, forged});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].policy, "mail");
    EXPECT_EQ(all[1].policy, "web");
    EXPECT_EQ(all[0].paths.size() + all[1].paths.size(), 2u);
    EXPECT_TRUE(suggest({forged}).empty());
}

TEST(Suggest, NoShellsNorFetchers) {
    for (const char* path : {"/usr/bin/dash", "/bin/sh", "/usr/bin/bash", "/usr/bin/python3.11",
                             "/usr/bin/perl", "/usr/local/bin/busybox", "/usr/bin/curl"})
        EXPECT_THAT(refused(file(path, {"fs.execute"})), HasSubstr("injected commands")) << path;
    EXPECT_EQ(suggested({file("/usr/bin/dash", {"fs.read_file"})}).paths.size(), 1u);
    EXPECT_EQ(suggested({file("/usr/bin/convert", {"fs.execute"})}).paths.size(), 1u);
}

// The proposed rule is checked, and not only the denied access.
TEST(Suggest, RefusesWhatTheRuleWouldGrantBesides) {
    // `execute` would also read it.
    EXPECT_THAT(refused(file("/srv/tool.key", {"fs.execute"})), HasSubstr("private key"));
    // Each right alone would be allowed.
    const auto both =
        suggested({file("/srv/x", {"fs.write_file"}), file("/srv/x", {"fs.execute"})});
    EXPECT_TRUE(both.empty());
    ASSERT_EQ(both.refused.size(), 2u);
    EXPECT_EQ(both.refused[0].reason, "would let the service execute what it writes");
}

TEST(Suggest, ReasonsSayWhereAndWhatToDo) {
    EXPECT_EQ(refused(file("/etc/cron.d/x", {"fs.write_file"})),
              "is in /etc/cron.d, which holds commands that cron runs: whoever changes it controls "
              "the machine");
    EXPECT_EQ(refused(file("/var/lib", {"fs.make_dir"})),
              "holds the data of all services: give the service a directory of its own "
              "(StateDirectory=, LogsDirectory=, RuntimeDirectory=) and name that");
    EXPECT_THAT(refused(file("/etc/passwd", {"fs.read_file"})),
                HasSubstr("extend the abstraction"));
    EXPECT_THAT(refused(file("/run", {"fs.read_dir"})), HasSubstr("name what the service needs"));
}

TEST(Suggest, Toml) {
    const std::string toml = to_toml(suggested(
        {file("/srv/x", {"fs.read_file"}), file("/srv/y", {"fs.write_file"}),
         file("/srv/z", {"fs.execute"}), port("net.bind_tcp", 81, false), base({"scope.signal"})}));
    EXPECT_EQ(
        toml,
        "# For the policy web: review each line, then save it as\n"
        "# /etc/ringfence/policies/web.toml.d/50-review.toml\n"
        "version = 1\n"
        "\n"
        "[filesystem]\n"
        "execute = [\n"
        "    # denied once, 2026-11-21 08:27:16 UTC: fs.execute; also grants fs.read_file\n"
        "    \"/srv/z\",\n"
        "]\n"
        "read = [\n"
        "    # denied once, 2026-11-21 08:27:16 UTC: fs.read_file\n"
        "    \"/srv/x\",\n"
        "]\n"
        "\n"
        "[[filesystem.rule]]\n"
        "# denied once, 2026-11-21 08:27:16 UTC: fs.write_file\n"
        "path = \"/srv/y\"\n"
        "allow = [\"fs.write_file\"]\n"
        "\n"
        "# Check each port: nothing here tells the service's own from an intruder's.\n"
        "[network]\n"
        "bind_tcp = [\n"
        "    # denied once, 2026-11-21 08:27:16 UTC\n"
        "    81,\n"
        "]\n"
        "\n"
        "# Not proposed:\n"
        "# - scope.signal on no object recorded (denied once, 2026-11-21 08:27:16 UTC): a scope "
        "is lifted as a whole, not for one object: decide it in the policy's [scope]\n");
}

TEST(Suggest, HostileStringsStayInTheirPlace) {
    Denial hostile = file("/srv/a\"] execute = [\"/%i$HOME\\", {"fs.read_file"});
    hostile.attribution.policy = "x\nread = [\"/\"]";
    const std::string toml = to_toml(suggested({hostile}));
    EXPECT_THAT(toml, HasSubstr(R"("/srv/a\"] execute = [\"/%%i$$HOME\\",)"));
    EXPECT_THAT(toml, Not(HasSubstr("\nread = [\"/\"]")));
    // A policy cannot name such a path.
    Denial controls = file("/srv/a\"]\nexecute = [\"/\x1b[2J", {"fs.read_file"});
    const std::string refused_text = to_toml(suggested({controls}));
    EXPECT_THAT(refused_text,
                HasSubstr(R"(# - fs.read_file on /srv/a\"]\u000aexecute = [\"/\u001b[2J )"));
    EXPECT_THAT(refused_text, Not(HasSubstr("\nexecute")));
    EXPECT_THAT(refused_text, Not(HasSubstr("\x1b")));
    Denial refused_one = file("/etc/\xff\n[x]", {"fs.write_file"});
    EXPECT_THAT(to_toml(suggested({refused_one})), HasSubstr("/etc/\\xff\\u000a[x]"));
}

// A process with a root directory of its own chooses every name that the kernel records, and the
// reasons repeat names: so may the directory of a process end in lines of TOML.
TEST(Suggest, ReasonsCannotWriteLines) {
    const std::string path = "/proc/12/x\n[filesystem]\nwrite = [\"/\"]\n/status";
    const Denial hostile = file(path, {"fs.read_file"});
    SuggestOptions force;
    force.forced = {"/"};
    for (const SuggestOptions& options : {SuggestOptions{}, force})
        for (const Suggestion& suggestion : suggest({hostile}, options))
            EXPECT_THAT(to_toml(suggestion), Not(HasSubstr("\nwrite = [\"/\"]")));
}

Denial by(Denial denial, std::int64_t pid) {
    denial.tally.pid = pid;
    return denial;
}

// Each proposal in one line: "PATH: why".
std::string lines_of(const Suggestion& suggestion) {
    std::string text;
    for (const PathProposal& proposal : suggestion.paths)
        text += proposal.written + (proposal.directory ? "/" : "") + " " +
                policy::joined_right_names(proposal.grants, ",") + "\n";
    return text;
}

TEST(Generalise, Shapes) {
    const struct {
        const char* name;
        Variation variation;
        const char* pattern;
    } cases[] = {
        {"index.html", Variation::none, "index.html"},
        {"README", Variation::none, "README"},
        {"Makefile", Variation::none, "Makefile"},
        {"access.log.1", Variation::number, "access.log.*"},
        {"libfoo.so.6", Variation::number, "libfoo.so.*"},
        {"page12.html", Variation::number, "page*.html"},
        {"app-2026-11-21.log", Variation::date, "app-*-*-*.log"},
        {"app-20261121.log", Variation::date, "app-*.log"},
        {"temp-4711.rdb", Variation::process, "temp-*.rdb"},
        {"x4711", Variation::process, "x*"},
        {"tmp.Ab3xYz", Variation::random, "tmp.*"},
        {".q.aBcDeF", Variation::random, ".q.*"},
        {"3f2a91cc0d7be4f1", Variation::random, "*"},
        {"x-0b0c1d2e-aaaa-4bbb-8ccc-0123456789ab.q", Variation::random, "x-*.q"},
    };
    for (const auto& expected : cases) {
        const Shape shape = shape_of(expected.name, 4711);
        EXPECT_STREQ(name_of(shape.variation), name_of(expected.variation)) << expected.name;
        EXPECT_EQ(shape.pattern, expected.pattern);
    }
}

TEST(Generalise, NamesThatChangeBecomeTheirDirectoryOnEvidence) {
    const auto read = [](const char* path) { return file(path, {"fs.read_file"}); };
    // One name with a date is an ordinary file. Two are evidence.
    EXPECT_EQ(lines_of(suggested({read("/srv/app/a-2026-11-20.log")})),
              "/srv/app/a-2026-11-20.log fs.read_file\n");
    EXPECT_EQ(
        lines_of(suggested({read("/srv/app/a-2026-11-20.log"), read("/srv/app/a-2026-11-21.log")})),
        "/srv/app/ fs.read_file\n");
    EXPECT_EQ(lines_of(suggested({read("/srv/app/tmp.Ab3xYz"), read("/srv/app/tmp.Qq81Lm")})),
              "/srv/app/ fs.read_file\n");
    EXPECT_EQ(
        lines_of(suggested({by(read("/srv/app/x.100"), 100), by(read("/srv/app/x.222"), 222)})),
        "/srv/app/ fs.read_file\n");
    // Names with plain numbers may be all that exist.
    EXPECT_EQ(suggested({read("/srv/app/1"), read("/srv/app/2"), read("/srv/app/3")}).paths.size(),
              3u);
    EXPECT_EQ(lines_of(suggested({read("/srv/app/1"), read("/srv/app/2"), read("/srv/app/3"),
                                  read("/srv/app/4")})),
              "/srv/app/ fs.read_file\n");
    // Other files of the directory stay files.
    EXPECT_EQ(lines_of(suggested({read("/srv/app/a-2026-11-20.log"),
                                  read("/srv/app/a-2026-11-21.log"), read("/srv/app/index")})),
              "/srv/app/index fs.read_file\n/srv/app/ fs.read_file\n");
}

TEST(Generalise, TheReasonIsInTheText) {
    const std::string toml =
        to_toml(suggested({file("/srv/app/a-2026-11-20.log", {"fs.read_file"}),
                           file("/srv/app/a-2026-11-21.log", {"fs.read_file"})}));
    EXPECT_THAT(toml, HasSubstr("# denied 2 times, 2026-11-21 08:27:16 UTC: fs.read_file; for "
                                "everything beneath; dated names: 2 like a-*-*-*.log\n"
                                "path = \"/srv/app\"\nallow = [\"fs.read_file\"]\n"));
}

TEST(Generalise, SharedDirectoriesAreNeverProposedForIt) {
    const auto refusals = suggested(
        {file("/tmp/tmp.Ab3xYz", {"fs.read_file"}), file("/tmp/tmp.Qq81Lm", {"fs.read_file"})});
    EXPECT_TRUE(refusals.empty());
    ASSERT_EQ(refusals.refused.size(), 2u);
    EXPECT_THAT(refusals.refused[0].reason, HasSubstr("PrivateTmp="));
    EXPECT_EQ(suggested({file("/etc/a1", {"fs.read_file"}), file("/etc/a2", {"fs.read_file"}),
                         file("/etc/a3", {"fs.read_file"}), file("/etc/a4", {"fs.read_file"})})
                  .paths.size(),
              4u);
}

TEST(Generalise, ProcessDirectories) {
    const auto suggestion = suggested(
        {file("/proc/12/status", {"fs.read_file"}), file("/proc/99/stat", {"fs.read_file"}),
         file("/proc/99", {"fs.read_dir"}), file("/proc/loadavg", {"fs.read_file"})});
    EXPECT_EQ(lines_of(suggestion), "/proc/loadavg fs.read_file\n");
    ASSERT_EQ(suggestion.refused.size(), 3u);
    for (const Refusal& refusal : suggestion.refused)
        EXPECT_THAT(refusal.reason,
                    AllOf(HasSubstr("process ID"), HasSubstr("/proc tells about all processes")));
    EXPECT_NE(refused(file("/proc/12/environ", {"fs.read_file"})), "");  // still an attack
}

TEST(Generalise, FilesThatAreReplacedByRenaming) {
    Denial state = file("/var/lib/app/state", {"fs.read_file"});
    EXPECT_EQ(lines_of(suggested({state})), "/var/lib/app/state fs.read_file\n");
    state.tally.object = {};
    state.tally.object.inode = 1;
    Tally later = state.tally;
    later.object.inode = 2;
    state.tally.add(later);
    EXPECT_EQ(lines_of(suggested({state})), "/var/lib/app/ fs.read_file\n");
    const auto written =
        suggested({file("/var/lib/app", {"fs.make_reg"}), file("/var/lib/app", {"fs.remove_file"}),
                   file("/var/lib/app/dump.db", {"fs.write_file"})});
    ASSERT_EQ(written.paths.size(), 1u);
    EXPECT_EQ(written.paths[0].key, "write");
    EXPECT_EQ(written.paths[0].path, "/var/lib/app");
    // logrotate(8) renames logs, and a shared directory cannot be proposed instead.
    EXPECT_EQ(lines_of(suggested({file("/var/log/app/app.log", {"fs.write_file"})})),
              "/var/log/app/ fs.write_file\n");
    EXPECT_EQ(lines_of(suggested({file("/var/log/app/app.log", {"fs.read_file"})})),
              "/var/log/app/app.log fs.read_file\n");
    EXPECT_THAT(refused(file("/var/log/app.log", {"fs.write_file"})), HasSubstr("LogsDirectory="));
}

TEST(Suggest, SpecifiersOfTheUnit) {
    SuggestOptions options;
    options.units[Unit{"web.service", ""}].aliases = {
        {"/var/lib/web", "%S/web", "StateDirectory="}};
    Denial denial = file("/var/lib/web/100%", {"fs.read_file"});
    denial.attribution.unit.name = "web.service";
    auto suggestion = suggest({denial}, options).at(0);
    EXPECT_EQ(suggestion.paths.at(0).written, "%S/web/100%%");
    EXPECT_EQ(suggestion.paths.at(0).why, "StateDirectory=");
    Denial neighbour = file("/var/lib/website", {"fs.read_file"});
    neighbour.attribution.unit.name = "web.service";
    EXPECT_EQ(suggest({neighbour}, options).at(0).paths.at(0).written, "/var/lib/website");
    // For another unit with the same policy, the specifier means something else.
    Denial other = denial;
    other.attribution.unit.name = "other.service";
    EXPECT_EQ(suggest({denial, other}, options).at(0).paths.at(0).written, "/var/lib/web/100%%");
}

// The present policy "web".
class SuggestWithPolicy : public ::testing::Test {
  protected:
    policy::Layer& add_layer(int abi = landlock::newest_abi) {
        policy::Layer& layer = options_.policies["web"].layers.emplace_back();
        layer.abi = abi;
        layer.origin.where = {"web.toml", static_cast<unsigned>(10 * layers()), 1};
        return layer;
    }
    std::size_t layers() { return options_.policies["web"].layers.size(); }

    static void allow(policy::Layer& layer, const std::string& path, const Access& access) {
        layer.paths.push_back({path, false, access, {}});
    }
    static Denial of_unit(Denial denial, const char* unit) {
        denial.attribution.unit.name = unit;
        return denial;
    }
    Suggestion of(const std::vector<Denial>& denials) const {
        return suggest(denials, options_).at(0);
    }
    bool allowed(const Denial& denial) const {
        const Suggestion suggestion = of({denial});
        EXPECT_EQ(suggestion.allowed != 0, suggestion.empty() && suggestion.refused.empty());
        return suggestion.allowed != 0;
    }

    SuggestOptions options_;
};

TEST_F(SuggestWithPolicy, WhatItAllowsByNowIsNotProposedAgain) {
    allow(add_layer(), "/srv/x", access_of("fs.read_file"));
    const auto suggestion =
        of({file("/srv/x", {"fs.read_file"}), file("/srv/y", {"fs.read_file"})});
    EXPECT_EQ(lines_of(suggestion), "/srv/y fs.read_file\n");
    EXPECT_EQ(suggestion.allowed, 1u);
    EXPECT_THAT(to_toml(suggestion), HasSubstr("# 1 more was denied before: the policy allows it"));
}

TEST_F(SuggestWithPolicy, TheSpellingOfARuleMakesNoDifference) {
    policy::Layer& layer = add_layer();
    allow(layer, "/srv/a/", access_of("fs.read_file"));
    allow(layer, "/srv//b/./", access_of("fs.read_file"));
    allow(layer, "/srv/100%%/$$x", access_of("fs.read_file"));
    for (const char* path : {"/srv/a/x", "/srv/a", "/srv/b/x", "/srv/100%/$x/y"})
        EXPECT_TRUE(allowed(file(path, {"fs.read_file"}))) << path;
    for (const char* path : {"/srv/ab", "/srv/100%%/$$x"})
        EXPECT_FALSE(allowed(file(path, {"fs.read_file"}))) << path;
}

TEST_F(SuggestWithPolicy, SpecifiersStandForWhatTheyDoInTheUnit) {
    options_.units[Unit{"web@one.service", ""}].specifiers = {{'S', "/var/lib"}, {'i', "one"}};
    policy::Layer& layer = add_layer();
    allow(layer, "%S/web/%i", access_of("fs.read_file"));
    allow(layer, "${DATA}", access_of("fs.read_file"));
    const auto one = [&](const char* path) {
        return allowed(of_unit(file(path, {"fs.read_file"}), "web@one.service"));
    };
    EXPECT_TRUE(one("/var/lib/web/one/x"));
    EXPECT_FALSE(one("/var/lib/web/two/x"));
    EXPECT_FALSE(one("/srv/data"));
    // This policy is not known.
    EXPECT_FALSE(allowed(of_unit(file("/var/lib/web/one/x", {"fs.read_file"}), "web@x.service")));
}

TEST_F(SuggestWithPolicy, WhatNobodyRestrictsIsAllowed) {
    policy::Layer& layer = add_layer(6);
    layer.unrestricted = access_of("fs.read_dir") | access_of("net.bind_tcp");
    EXPECT_TRUE(allowed(file("/srv", {"fs.read_dir"})));
    EXPECT_TRUE(allowed(file("/run/x", {"fs.resolve_unix"})));  // newer than the policy
    EXPECT_TRUE(allowed(port("net.bind_tcp", 81, false)));
    EXPECT_FALSE(allowed(port("net.connect_tcp", 81, true)));
}

TEST_F(SuggestWithPolicy, LayersCount) {
    allow(add_layer(), "/srv", access_of("fs.read_file"));
    options_.policies["web"].layers[0].ports = {{80, 90, access_of("net.bind_tcp"), {}}};
    // A layer about ports alone does not restrict files.
    policy::Layer& ports = add_layer();
    ports.unrestricted.fs = landlock::known_at(landlock::newest_abi).fs;
    ports.ports = {{80, 80, access_of("net.bind_tcp"), {}}};
    EXPECT_TRUE(allowed(file("/srv/x", {"fs.read_file"})));
    EXPECT_TRUE(allowed(port("net.bind_tcp", 80, false)));
    // No drop-in can allow what a later layer denies, because its rules are added to the first
    // layer.
    EXPECT_THAT(of({port("net.bind_tcp", 81, false)}).refused.at(0).reason,
                HasSubstr("layer 2 of the policy (web.toml:20:1) does not allow it"));
    policy::Layer& files = add_layer();
    files.unrestricted.net = landlock::known_at(landlock::newest_abi).net;
    allow(files, "/srv/a", access_of("fs.read_file"));
    EXPECT_TRUE(allowed(file("/srv/a", {"fs.read_file"})));
    const Suggestion refused = of({file("/srv/b", {"fs.read_file"})});
    EXPECT_TRUE(refused.paths.empty());
    EXPECT_THAT(refused.refused.at(0).reason, HasSubstr("layer 3 of the policy (web.toml:30:1)"));
}

TEST_F(SuggestWithPolicy, OneOfAbi1CannotAllowRefer) {
    allow(add_layer(1), "/", landlock::known_at(1));
    const Suggestion suggestion = of({file("/srv/app", {"fs.refer"})});
    EXPECT_TRUE(suggestion.paths.empty());
    EXPECT_THAT(suggestion.refused.at(0).reason,
                HasSubstr("abi = 1 cannot allow fs.refer, and the kernel denies it all the same; "
                          "set the policy's abi to 2"));
}

// Several files lead to a proposal of their directory, which is a different path.
TEST_F(SuggestWithPolicy, EachDenialBehindAProposalIsLookedAt) {
    policy::Layer& layer = add_layer();
    allow(layer, "/srv/app/tmp.Ab3xYz", access_of("fs.read_file"));
    const std::vector<Denial> denials = {file("/srv/app/tmp.Ab3xYz", {"fs.read_file"}),
                                         file("/srv/app/tmp.Qq81Lm", {"fs.read_file"})};
    EXPECT_EQ(lines_of(of(denials)), "/srv/app/ fs.read_file\n");
    allow(layer, "/srv/app/tmp.Qq81Lm", access_of("fs.read_file"));
    EXPECT_EQ(of(denials).allowed, 1u);
}

TEST(Suggest, ForceProposesAndSaysWhatItLooksLike) {
    SuggestOptions options;
    options.forced = {"/"};
    const auto suggestion =
        suggest({file("/etc/shadow", {"fs.read_file"}), base({"ptrace"})}, options).at(0);
    EXPECT_EQ(suggestion.paths.size(), 1u);
    EXPECT_EQ(suggestion.refused.size(), 1u);  // no rule allows ptrace
    EXPECT_THAT(to_toml(suggestion), HasSubstr("; FORCED, though it holds password hashes\n"));
}

TEST(Suggest, ForceIsForOnePathAndWhatIsBeneathIt) {
    SuggestOptions options;
    options.forced = {"/etc/shadow", "/home"};
    const auto suggestion =
        suggest(
            {file("/etc/shadow", {"fs.read_file"}), file("/etc/shadow-", {"fs.read_file"}),
             file("/etc/gshadow", {"fs.read_file"}), file("/home/eve/.bashrc", {"fs.write_file"})},
            options)
            .at(0);
    EXPECT_EQ(lines_of(suggestion), "/etc/shadow fs.read_file\n/home/eve/.bashrc fs.write_file\n");
    EXPECT_EQ(suggestion.refused.size(), 2u);
}

// Anybody can run the wrapper with the name of a policy.
TEST(Suggest, OnlyUnitsThatAskForThePolicyCount) {
    SuggestOptions options;
    Denial own = file("/srv/own", {"fs.read_file"}), other = file("/srv/other", {"fs.read_file"});
    own.attribution.policy = other.attribution.policy = "web+site";
    own.attribution.unit = {"web.service", ""};
    other.attribution.unit = {"eve.service", ""};
    options.units[own.attribution.unit].policies = {"site", "web", "more"};
    options.units[other.attribution.unit].policies = {"web"};
    const Suggestion suggestion = suggest({own, other}, options).at(0);
    ASSERT_EQ(suggestion.paths.size(), 1u);
    EXPECT_EQ(suggestion.paths[0].path, "/srv/own");
    ASSERT_EQ(suggestion.refused.size(), 1u);
    EXPECT_THAT(suggestion.refused[0].reason,
                HasSubstr("eve.service does not ask for the policy web+site"));
    options.units[other.attribution.unit].policies.reset();  // nothing is known of it
    EXPECT_EQ(suggest({own, other}, options).at(0).paths.size(), 2u);
}

}  // namespace
}  // namespace ringfence::journal
