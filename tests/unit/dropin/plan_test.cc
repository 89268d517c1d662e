// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/plan.h"

#include <sched.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/parallel.h"
#include "policy/resolve/search_path.h"
#include "scratch.h"

namespace ringfence::dropin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Plan, FileNamesComeLast) {
    EXPECT_EQ(last_file_name({}), "~ringfence.conf");
    EXPECT_EQ(last_file_name({"50-x.conf", "override.conf"}), "~ringfence.conf");
    EXPECT_EQ(last_file_name({"zzz.conf", "zzz-lxc-override.conf"}), "~ringfence.conf");
    EXPECT_EQ(last_file_name({"~~.conf"}), "~~.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"\xc3\xa9.conf", "~~.conf"}), "\xc3\xa9.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"\xff.conf", "\xc3\xa9.conf"}), "\xff.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"~ringfence.conf"}), "~ringfence.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"~s.conf", "a.conf"}), "~s.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({std::string(240, '~') + ".conf"}), std::nullopt);
}

TEST(Plan, InstancesOfPolicyNames) {
    const auto name = *unit::parse_service_name("web@.service");
    const std::vector<std::string> policies = {"nginx", "web-", "web-a", "web-b-c", "xweb-a"};
    EXPECT_THAT(instances_with_policy("%p-%i", name, policies), ElementsAre("a", "b-c"));
    EXPECT_THAT(instances_with_policy("%i", name, {"a", "a/b"}), ElementsAre("a"));
    EXPECT_THAT(instances_with_policy("%i-%i", name, {"a-a", "a-b", "ab-ab"}),
                ElementsAre("a", "ab"));
    EXPECT_THAT(instances_with_policy("%N", name, {"web@x", "web"}), ElementsAre("x"));
    EXPECT_THAT(instances_with_policy("%p", name, policies), IsEmpty());
}

// A tree of units in a directory of its own.
class PlanTest : public ScratchTest {
  protected:
    Plan make() const {
        const Root root = this->root();
        const policy::SearchPath search = policy::system_search_path();
        Policies policies;
        policies.resolver = [&] { return policy::make_resolver(root, search, {}); };
        policies.names = policy_names(root, search);
        const auto no_environment = [](const std::string&) { return std::nullopt; };
        return make_plan(root, unit::load_path(unit::Scope::system, no_environment), policies,
                         {"/w"});
    }

    std::vector<std::string> outcomes() const {
        std::vector<std::string> found;
        for (const PlannedFile& file : make().files)
            found.push_back(std::string(name_of(file.decision)) + " " + file.dropin()->path);
        return found;
    }

    static constexpr char policy[] = "version = 1\nabi = 7\n[filesystem]\nread = [\"/etc\"]\n";
};

TEST_F(PlanTest, RequestsThatAreNotForAServiceAreNamed) {
    const std::string request = "[Service]\nX-LandlockPolicy=a\n";
    for (const char* path :
         {"etc/systemd/system/a.socket.d/1.conf", "etc/systemd/system/a.timer",
          "etc/systemd/system/a.d/1.conf", "etc/systemd/system/a.servce.d/1.conf",
          "usr/lib/systemd/system/b.socket", "etc/systemd/system/c.socket.d/1.conf.bak"})
        write(path, request);
    write("etc/systemd/system/d.socket", "[Socket]\nListenStream=/run/d\n");
    const Plan plan = make();
    EXPECT_TRUE(plan.files.empty());
    std::vector<std::string> lost;
    for (const Diagnostic& one : plan.lost)
        lost.push_back(to_string(one));
    const std::string for_no_unit =
        "X-LandlockPolicy= has no effect here: this file is for no unit";
    const auto of = [](const std::string& unit) {
        return "X-LandlockPolicy= has no effect in a file of " + unit +
               ": only services get a fence";
    };
    const std::string put = "put it into [Service] of a drop-in in ";
    EXPECT_THAT(
        lost, ElementsAre(
                  "/etc/systemd/system/a.d/1.conf:2:1: " + for_no_unit + "; " + put + "a.service.d",
                  "/etc/systemd/system/a.servce.d/1.conf:2:1: " + for_no_unit + "; " + put +
                      "a.service.d",
                  "/etc/systemd/system/a.socket.d/1.conf:2:1: " + of("a.socket") + "; " + put +
                      "a.service.d",
                  "/etc/systemd/system/a.timer:2:1: " + of("a.timer") + "; " + put + "a.service.d",
                  "/usr/lib/systemd/system/b.socket:2:1: " + of("b.socket") + "; " + put +
                      "b.service.d"));
}

TEST_F(PlanTest, RequestsThatSystemdDoesNotReadAreNamed) {
    const std::string request = "[Service]\nX-LandlockPolicy=a\n";
    const std::string dropins = "etc/systemd/system/a.service.d/";
    for (const std::string& path :
         {std::string("etc/systemd/a.service.d/1.conf"), dropins + ".50.conf",
          dropins + "50-landlock", dropins + "50.cnf", dropins + "deep/1.conf",
          std::string("etc/systemd/system/socket.d/1.conf"),
          std::string("etc/systemd/system/t.service.off"), std::string("srv/u.socket"),
          std::string("usr/lib/systemd/system/w.socket"),
          // These are backups.
          dropins + "50.conf.bak", dropins + "50.conf~", dropins + ".50.conf.swp",
          std::string("etc/systemd/system/t.service.bak")})
        write(path, request);
    link("etc/systemd/system/u.socket", "../../../srv/u.socket");
    link("etc/systemd/system/v.socket", "/usr/lib/systemd/system/w.socket");
    // Not everything in such a directory is a unit file.
    write("etc/systemd/system/run.sh",
          "#!/bin/sh\nexport LANDLOCK=1\nLANDLOCK=1\nLANDLOCK_ABI=7\nX-LandlockPolicy\n"
          "echo X-LandlockPolicy=a\n");
    const Plan plan = make();
    EXPECT_TRUE(plan.files.empty());
    std::vector<std::string> lost;
    for (const Diagnostic& one : plan.lost)
        lost.push_back(to_string(one));
    const auto line = [](const std::string& path, const std::string& rest) {
        return path + ":2:1: X-LandlockPolicy= has no effect" + rest;
    };
    const auto unread = [&](const std::string& path, const std::string& rest) {
        return line(path, ": systemd does not read this file, because " + rest);
    };
    const std::string put = "put it into [Service] of a drop-in in ";
    EXPECT_THAT(
        lost,
        ElementsAre(
            unread("/etc/systemd/a.service.d/1.conf",
                   "/etc/systemd is no directory of units; move a.service.d to "
                   "/etc/systemd/system"),
            unread("/" + dropins + ".50.conf",
                   "its name begins with a dot; give it a name without the dot"),
            unread("/" + dropins + "50-landlock",
                   "its name does not end in \".conf\"; give it a name that ends in "
                   "\".conf\""),
            unread("/" + dropins + "50.cnf",
                   "its name does not end in \".conf\"; give it a name that ends in "
                   "\".conf\""),
            unread("/" + dropins + "deep/1.conf",
                   "it is in a directory below a.service.d; move it to "
                   "/etc/systemd/system/a.service.d"),
            line("/etc/systemd/system/socket.d/1.conf",
                 " in a file of all units of the type socket: only services get a fence; " + put +
                     "SERVICE.service.d"),
            line("/etc/systemd/system/t.service.off",
                 " here: this file is for no unit; " + put + "t.service.d"),
            line("/etc/systemd/system/u.socket",
                 " in a file of u.socket: only services get a fence; " + put + "u.service.d"),
            line("/usr/lib/systemd/system/w.socket",
                 " in a file of w.socket: only services get a fence; " + put + "w.service.d")));
}

// The template of the alias has a drop-in directory and no file, so its instances are planned by
// that name as well.
TEST_F(PlanTest, AUnitWithTwoNamesHasOneFile) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@x.service",
          "[Service]\nExecStart=/bin/a\nX-LandlockPolicy=a\n");
    link("etc/systemd/system/b@x.service", "/usr/lib/systemd/system/a@x.service");
    write("etc/systemd/system/b@.service.d/1.conf", "[Service]\nNice=1\n");
    const Plan plan = make();
    ASSERT_EQ(plan.files.size(), 1u);
    ASSERT_NE(plan.files[0].fenced(), nullptr);
    EXPECT_EQ(plan.files[0].fenced()->file.path, "a@x.service.d/~ringfence.conf");
    EXPECT_THAT(plan.files[0].other_names, ElementsAre("b@x.service"));
}

// The instance has a file of its own, which does not ask for a fence. By its alias, systemd loads
// the template's file, which does ask. The template's fence would apply to both names.
TEST_F(PlanTest, EachNameGetsWhatItLeadsTo) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@.service", "[Service]\nExecStart=/bin/a\nX-LandlockPolicy=a\n");
    write("usr/lib/systemd/system/a@x.service", "[Service]\nExecStart=/bin/x\n");
    link("etc/systemd/system/b@x.service", "/usr/lib/systemd/system/a@.service");
    EXPECT_THAT(outcomes(), ElementsAre("fenced a@.service.d/~ringfence.conf",
                                        "open a@x.service.d/~ringfence.conf",
                                        "fenced b@x.service.d/~ringfence.conf"));
}

// By its own name, the unit asks for a fence. By its aliases, it depends on the order of loading,
// because only drop-ins ask.
TEST_F(PlanTest, WhatIsNotCertainIsRefused) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@.service", "[Service]\nExecStart=/bin/a\n");
    link("etc/systemd/system/b@x.service", "/usr/lib/systemd/system/a@.service");
    link("etc/systemd/system/c@x.service", "/usr/lib/systemd/system/a@.service");
    write("etc/systemd/system/c@x.service.d/1.conf", "[Service]\nX-LandlockPolicy=a\n");
    EXPECT_THAT(outcomes(), ElementsAre("refused a@x.service.d/~ringfence.conf"));
}

TEST_F(PlanTest, TheFileThatDecidesAboutAUnit) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@.service", "[Service]\nExecStart=/bin/a\nX-LandlockPolicy=a\n");
    write("etc/systemd/system/a@off.service.d/1.conf", "[Service]\nX-LandlockPolicy=\n");
    write("etc/systemd/system/a@own.service.d/~~.conf", "[Service]\nExecStart=\nExecStart=/b\n");
    write("usr/lib/systemd/system/plain.service", "[Service]\nExecStart=/bin/a\n");
    const Plan plan = make();
    const auto decides = [&](const char* unit) {
        const PlannedFile* file = file_of(plan, *unit::parse_service_name(unit));
        return file == nullptr ? ""
                               : std::string(name_of(file->decision)) + " " + file->dropin()->path;
    };
    EXPECT_EQ(decides("a@x.service"), "fenced a@.service.d/~ringfence.conf");
    EXPECT_EQ(decides("a@off.service"), "open a@off.service.d/~ringfence.conf");
    EXPECT_EQ(decides("a@own.service"), "fenced a@own.service.d/~~.conf-ringfence.conf");
    EXPECT_EQ(decides("plain.service"), "");
}

// Enough units for several threads. Every fifth has a policy of its own, and some are refused.
class PlanOfMany : public PlanTest {
  protected:
    void SetUp() override {
        PlanTest::SetUp();
        for (int i = 0; i < count; ++i)
            add_unit("s" + std::to_string(i), i % 5 == 0, i % 25 == 0);
        write("etc/systemd/system/t@.service.d/50.conf", "[Service]\nX-LandlockPolicy=-%i\n");
        write("usr/lib/systemd/system/t@.service", "[Service]\nExecStart=/bin/t %i\n");
    }

    void add_unit(const std::string& name, bool fenced, bool missing) {
        write("usr/lib/systemd/system/" + name + ".service",
              "[Service]\nExecStart=/usr/bin/" + name + "\n");
        if (!fenced) return;
        write("etc/systemd/system/" + name + ".service.d/50.conf",
              "[Service]\nX-LandlockPolicy=" + name + "\n");
        if (missing) return;
        write("etc/ringfence/policies/" + name + ".toml",
              "version = 1\nabi = 7\nextends = [\"base\"]\n[filesystem]\nread = [\"/etc/" + name +
                  "\"]\n");
        write("usr/lib/ringfence/policies/abstractions/base.toml",
              "version = 1\nabi = 7\n[filesystem]\nread = [\"/usr/share\"]\n");
    }

    // Everything that the generator would write, as one text.
    std::string plan() const {
        const Plan plan = make();
        std::string text;
        for (const PlannedFile& file : plan.files) {
            text += std::string(name_of(file.decision)) + " " + file.dropin()->path + "\n" +
                    file.dropin()->text;
            for (const Diagnostic& reason : file.reasons())
                text += to_string(reason) + "\n";
        }
        for (const Diagnostic& warning : plan.warnings)
            text += to_string(warning) + "\n";
        return text;
    }

    static constexpr int count = 400;
};

TEST_F(PlanOfMany, IsTheSameByOneThreadAndByMany) {
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    if (CPU_COUNT(&before) < 2) GTEST_SKIP() << "there is one processor, so there is one thread";
    const std::string by_many = plan();
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu)
        if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
    ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
    ASSERT_EQ(worker_count(count, 1), 1u);
    const std::string by_one = plan();
    ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
    EXPECT_EQ(by_many, by_one);
    EXPECT_EQ(plan(), by_one);
    EXPECT_THAT(by_one, testing::HasSubstr("fenced s5.service.d/~ringfence.conf"));
    EXPECT_THAT(by_one, testing::HasSubstr("refused s25.service.d/~ringfence.conf"));
    EXPECT_THAT(by_one, testing::HasSubstr("fenced t@s5.service.d/~ringfence.conf"));
}

}  // namespace
}  // namespace ringfence::dropin
