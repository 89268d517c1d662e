// SPDX-License-Identifier: LGPL-2.1-or-later
// The judge alone. tests/probing compares it with the kernel.
#include "policy/judge/judge.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../tree.h"
#include "random_rules.h"

namespace ringfence::policy {
namespace {

using landlock::Access;
using landlock::access_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Access reading = access_of("fs.read_file");
constexpr Access write_file = access_of("fs.write_file");
constexpr Access binding_tcp = access_of("net.bind_tcp");
constexpr Access bind_udp = access_of("net.bind_udp");
constexpr Access signal_scope = access_of("scope.signal");

class JudgeTest : public Tree {};

// Rights on paths ---------------------------------------------------------------------------------

TEST_F(JudgeTest, RulesHoldForEverythingBeneath) {
    policy("p", "[filesystem]\nread = [\"/a/b\"]\nwrite = [\"/a/b/c\"]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved);
    EXPECT_TRUE(judge.check({{reading, "/a/b/x/y"}}).allowed());
    EXPECT_TRUE(judge.check({{reading, "/a/b"}}).allowed());
    EXPECT_FALSE(judge.check({{reading, "/a/bc"}}).allowed());
    EXPECT_TRUE(judge.check({{reading | write_file, "/a/b/c/d"}}).allowed());
    const Decision denied = judge.check({{reading | write_file, "/a/b/d"}});
    EXPECT_EQ(denied.missing, write_file);
    EXPECT_EQ(denied.path, "/a/b/d");
    EXPECT_EQ(judge.allowed("/a/b/d") & (reading | write_file), reading);
    EXPECT_EQ(judge.reachable(0, "/a") & (reading | write_file), reading | write_file);
    EXPECT_TRUE((judge.reachable(0, "/b") & reading).empty());
}

TEST_F(JudgeTest, TheSpellingOfAPathMakesNoDifference) {
    policy("p", "[filesystem]\nread = [\"/srv/\", \"/a//b/./c\"]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved);
    for (const char* path : {"/srv", "/srv/", "/srv/x", "/srv//x/", "/a/b/c", "/a/b//c/x"})
        EXPECT_TRUE(judge.check({{reading, path}}).allowed()) << path;
    EXPECT_FALSE(judge.check({{reading, "/srvx"}}).allowed());
}

TEST_F(JudgeTest, SpecifiersAreWhatTheyStandFor) {
    policy("p",
           "[filesystem]\nread = [\"%S/app\", \"/srv/%i\", \"${DATA}/x\", \"/odd/100%%\", "
           "\"/odd/$${DATA}\", \"%h/x\"]\n");
    const Rules resolved = rules("p");
    const Judge as_text(resolved);
    const WrittenPaths of_unit({{'S', "/var/lib"}, {'i', "we%b"}});
    const Judge judge(resolved, landlock::newest_abi, of_unit);
    const auto reads = [](const Judge& asked, const char* path) {
        return asked.check({{reading, path}}).allowed();
    };
    for (const char* path : {"%S/app/x", "/srv/%i", "${DATA}/x/y", "%h/x"}) {
        EXPECT_TRUE(reads(as_text, path)) << path;
        EXPECT_TRUE(reads(judge, path)) << path;
    }
    for (const char* path : {"/var/lib/app", "/srv/we%%b/x"}) {
        EXPECT_FALSE(reads(as_text, path)) << path;
        EXPECT_TRUE(reads(judge, path)) << path;
    }
    // A doubled "%" or "$" is a character and begins neither a specifier nor a variable.
    for (const char* path : {"/odd/100%%/x", "/odd/$${DATA}"})
        EXPECT_TRUE(reads(judge, path)) << path;
    EXPECT_FALSE(reads(judge, "/odd/${DATA}"));
    EXPECT_FALSE(reads(judge, "$${DATA}/x"));
    EXPECT_FALSE(reads(judge, "%%S/app"));
}

TEST_F(JudgeTest, TheRootIsAboveSpecifiersToo) {
    policy("p", "[filesystem]\nread = [\"/\"]\n");
    const Rules resolved = rules("p");
    EXPECT_TRUE(Judge(resolved).check({{reading, "%h/x"}}).allowed());
}

// A tree in which only some paths are directories.
class Files : public WrittenPaths {
  public:
    Files(std::set<std::string> files, std::set<std::string> missing)
        : files_(std::move(files)), missing_(std::move(missing)) {}
    bool exists(const std::string& path) const override { return missing_.count(path) == 0; }
    bool is_directory(const std::string& path) const override { return files_.count(path) == 0; }

  private:
    std::set<std::string> files_, missing_;
};

TEST_F(JudgeTest, ARuleOnAFileGrantsWhatAppliesToFiles) {
    policy("p", "[filesystem]\nread = [\"/a\", \"/b\"]\nwrite = [\"-/c\"]\n");
    const Rules resolved = rules("p");
    const Files files({"/a"}, {"/c"});
    const Judge judge(resolved, 7, files);
    const Access list = access_of("fs.read_dir");
    EXPECT_EQ(judge.allowed("/a") & (reading | list), reading);
    EXPECT_EQ(judge.allowed("/b") & (reading | list), reading | list);
    // A path that does not exist when the service starts gets no rule.
    EXPECT_TRUE((judge.allowed("/c") & write_file).empty());
}

TEST_F(JudgeTest, WhereAGrantComesFrom) {
    policy("p",
           "[filesystem]\nread = [\"/srv\"]\n[[layer]]\n[layer.filesystem]\nread = [\"/srv/www\"]\n"
           "[network]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved);
    EXPECT_THAT(judge.origins("/srv/www/x", reading), SizeIs(2));
    EXPECT_THAT(judge.origins("/srv/x", reading), SizeIs(1));
    EXPECT_THAT(judge.origins("/srv/www", write_file), IsEmpty());
    EXPECT_THAT(judge.origins("/etc", reading), IsEmpty());
}

// Layers, ports, scopes ---------------------------------------------------------------------------

TEST_F(JudgeTest, TheKernelsAbiAndLayersCount) {
    policy("p",
           "[filesystem]\nwrite = [\"/\"]\n[network]\nbind_tcp = [\"80-82\"]\n"
           "[[layer]]\n[layer.network]\nbind_tcp = [81]\nunrestricted = [\"bind_udp\", "
           "\"connect_udp\"]\n");
    const Rules resolved = rules("p");
    const Judge now(resolved, 10);
    const Decision denied = now.port(binding_tcp, 80);
    EXPECT_FALSE(denied.allowed());
    EXPECT_EQ(denied.layer, 1u);
    EXPECT_TRUE(now.port(binding_tcp, 81).allowed());
    EXPECT_FALSE(now.port(bind_udp, 81).allowed());
    EXPECT_TRUE(Judge(resolved, 9).port(bind_udp, 81).allowed());
    EXPECT_FALSE(now.scope(signal_scope).allowed());
    EXPECT_TRUE(Judge(resolved, 5).scope(signal_scope).allowed());
    EXPECT_FALSE(now.may_mount());
}

TEST_F(JudgeTest, EachLayerCanBeAsked) {
    policy("p",
           "[filesystem]\nread = [\"/a\", \"/b\"]\n"
           "[[layer]]\n[layer.filesystem]\nread = [\"/b\", \"/c\"]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved);
    EXPECT_EQ(judge.check({{reading, "/a"}}).layer, 1u);
    EXPECT_TRUE(judge.check(0, {{reading, "/a"}}).allowed());
    EXPECT_FALSE(judge.check(1, {{reading, "/a"}}).allowed());
    EXPECT_TRUE(judge.check({{reading, "/b"}}).allowed());
    EXPECT_EQ(judge.check({{reading, "/c"}}).layer, 0u);
    // The layer has no [network], so it does not restrict ports.
    EXPECT_TRUE((judge.handled(1) & binding_tcp).empty());
    EXPECT_EQ(judge.ports(1, binding_tcp).count(), 65536u);
    EXPECT_EQ(judge.ports(binding_tcp).count(), 0u);
}

TEST_F(JudgeTest, PortsOfARight) {
    policy("p",
           "[filesystem]\n[network]\nbind_tcp = [\"80-90\", 0]\nunrestricted = [\"connect_tcp\"]\n"
           "[[layer]]\n[layer.network]\nbind_tcp = [\"85-95\"]\nconnect_tcp = [443]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved);
    const Ports ports = judge.ports(binding_tcp);
    EXPECT_EQ(ports.count(), 6u);
    EXPECT_TRUE(ports[85] && ports[90]);
    EXPECT_EQ(judge.ports(access_of("net.connect_tcp")).count(), 1u);
    EXPECT_EQ(judge.ports(bind_udp).count(), 0u);
    EXPECT_EQ(Judge(resolved, 9).ports(bind_udp).count(), 65536u);
    EXPECT_THAT(judge.port_origins(binding_tcp, 85, 85), SizeIs(2));
    EXPECT_THAT(judge.port_origins(binding_tcp, 0, 0), SizeIs(1));
    EXPECT_THAT(judge.port_origins(binding_tcp, 1, 79), IsEmpty());
}

// Renaming into another directory -----------------------------------------------------------------

TEST_F(JudgeTest, NothingMayGainRightsByBeingMoved) {
    policy("p",
           "[filesystem]\nwrite = [\"/a\", \"/b\", \"/c\"]\n"
           "[[filesystem.rule]]\npath = \"/b\"\nallow = [\"fs.execute\"]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved, 10);
    EXPECT_TRUE(judge.move({}, "/a/x", "/c").allowed());
    EXPECT_TRUE(judge.move({}, "/b/x", "/a").allowed());
    EXPECT_EQ(judge.move({}, "/a/x", "/b").missing, access_of("fs.execute"));
    EXPECT_EQ(judge.move({}, "/a/x", "/d").missing, landlock::refer);
}

// Landlock of ABI 1 denied it always, and newer kernels keep to that for rulesets of ABI 1
// (landlock.rst, "File renaming and linking (ABI < 2)").
TEST_F(JudgeTest, KernelsOfAbi1DenyReferWhateverTheRulesSay) {
    policy("p", "[filesystem]\nwrite = [\"/a\", \"/b\"]\n");
    const Rules resolved = rules("p");
    EXPECT_TRUE(Judge(resolved, 2).move({}, "/a/x", "/b").allowed());
    const Judge old(resolved, 1);
    EXPECT_EQ(old.move({}, "/a/x", "/b").missing, landlock::refer);
    EXPECT_EQ(old.allowed("/a") & landlock::refer, Access{});
    EXPECT_TRUE(old.enforcement().denies_refer);
    EXPECT_FALSE(Judge(resolved, 2).enforcement().denies_refer);
    EXPECT_TRUE((old.enforcement().unenforced & landlock::refer).empty());
}

TEST_F(JudgeTest, PoliciesOfAbi1DenyReferOnEachKernel) {
    policy("p", "[filesystem]\nwrite = [\"/\"]\n", 1);
    const Rules resolved = rules("p");
    for (int abi = 1; abi <= landlock::newest_abi; ++abi) {
        const Judge judge(resolved, abi);
        EXPECT_EQ(judge.check({{landlock::refer, "/a"}}).missing, landlock::refer) << abi;
        EXPECT_TRUE(judge.handled(0).contains(landlock::refer)) << abi;
        // The right is restricted, so it is not among the newer rights.
        EXPECT_TRUE((judge.waiting() & landlock::refer).empty()) << abi;
        EXPECT_TRUE(judge.waiting().contains(access_of("fs.truncate"))) << abi;
        EXPECT_FALSE(judge.enforcement().denies_refer) << abi;  // the rules do not allow it anyway
    }
}

TEST_F(JudgeTest, ALayerWithoutFilesLeavesReferAlone) {
    policy("p",
           "[filesystem]\nwrite = [\"/a\", \"/b\"]\n[[layer]]\n[layer.network]\nbind_tcp = [80]\n");
    const Rules resolved = rules("p");
    const Judge judge(resolved);
    EXPECT_TRUE(judge.move({}, "/a/x", "/b").allowed());
    EXPECT_TRUE((judge.handled(1) & landlock::refer).empty());
    EXPECT_EQ(Judge(resolved, 1).move({}, "/a/x", "/b").layer, 0u);
}

// What a kernel enforces of rules -----------------------------------------------------------------

TEST_F(JudgeTest, Enforcement) {
    using Outcome = Enforcement::Outcome;
    policy("p", "[filesystem]\nread = [\"/a\"]\n", 7);
    policy("all", "minimum_abi = \"all\"\n[filesystem]\n", 7);
    policy("six", "minimum_abi = 6\n[filesystem]\n", 7);
    const Rules any = rules("p"), all = rules("all"), six = rules("six");
    EXPECT_EQ(Judge(any, 7).enforcement().outcome, Outcome::enforced);
    EXPECT_EQ(Judge(any, 11).enforcement().outcome, Outcome::enforced);
    const Enforcement old = Judge(any, 3).enforcement();
    EXPECT_EQ(old.outcome, Outcome::enforced);
    EXPECT_TRUE(old.unenforced.contains(binding_tcp | signal_scope));
    EXPECT_TRUE(old.starts());
    // The signal scope came with ABI 6.
    EXPECT_EQ(Judge(any, 5).enforcement(5).outcome, Outcome::enforced);
    EXPECT_EQ(Judge(any, 5).enforcement(6).outcome, Outcome::degraded);
    EXPECT_TRUE(Judge(any, 5).enforcement(6).starts());
    EXPECT_EQ(Judge(any, 7).enforcement(11).outcome, Outcome::enforced);
    EXPECT_EQ(Judge(all, 3).enforcement().outcome, Outcome::not_all);
    EXPECT_EQ(Judge(six, 5).enforcement().outcome, Outcome::below_minimum);
    EXPECT_FALSE(Judge(six, 5).enforcement().starts());
}

// Compared with an evaluator of the tests ---------------------------------------------------------

TEST(Judge, AgreesWithEveryAccessOnItsOwnOnEachKernel) {
    RandomRules random(12);
    unsigned checked = 0;
    unsigned denied = 0;
    for (int round = 0; round < 150; ++round) {
        const Rules rules = random.rules();
        const int abi = static_cast<int>(1 + random.below(landlock::newest_abi));
        const Judge judge(rules, abi);
        for (int probe = 0; probe < 20; ++probe) {
            const std::string path = random.path();
            const auto port = static_cast<std::uint16_t>(random.below(40));
            const Access allowed = judge.allowed(path);
            for (const landlock::Right& right : landlock::rights) {
                if (right.family == landlock::Family::scope) continue;
                const bool fs = right.family == landlock::Family::fs;
                const bool expected =
                    fs ? permits(rules, path, right, abi) : permits(rules, port, right, abi);
                const Decision decision =
                    fs ? judge.check({{right.access(), path}}) : judge.port(right.access(), port);
                ASSERT_EQ(decision.allowed(), expected)
                    << "ABI " << abi << " " << right.name << " " << path << " " << port;
                ASSERT_EQ(fs ? allowed.contains(right.access()) : judge.ports(right.access())[port],
                          expected)
                    << right.name;
                EXPECT_TRUE(expected || judge.handled(decision.layer).contains(right.access()));
                ++checked;
                denied += expected ? 0 : 1;
            }
        }
    }
    EXPECT_GE(checked, 50'000u);
    EXPECT_GE(denied, 10'000u);  // else it would not have tried anything
}

}  // namespace
}  // namespace ringfence::policy
