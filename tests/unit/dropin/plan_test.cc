// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/plan.h"

#include <filesystem>
#include <fstream>
#include <sched.h>
#include <stdlib.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/parallel.h"
#include "policy/search_path.h"

namespace ringfence::dropin {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Plan, FileNamesComeLast) {
    EXPECT_EQ(last_file_name({}), "zz-ringfence.conf");
    EXPECT_EQ(last_file_name({"50-x.conf", "override.conf"}), "zz-ringfence.conf");
    EXPECT_EQ(last_file_name({"zzz.conf"}), "zzz.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"zz-ringfence.conf"}), "zz-ringfence.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"~.conf", "a.conf"}), "~.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({std::string(240, 'z') + ".conf"}), std::nullopt);
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
class PlanTest : public testing::Test {
  protected:
    void SetUp() override {
        char name[] = "/tmp/ringfence-plan-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        top_ = name;
    }
    void TearDown() override { fs::remove_all(top_); }

    void write(const std::string& path, const std::string& text) {
        fs::create_directories((top_ / path).parent_path());
        std::ofstream(top_ / path) << text;
    }

    void link(const std::string& path, const std::string& target) {
        fs::create_directories((top_ / path).parent_path());
        fs::create_symlink(target, top_ / path);
    }

    Plan make() const {
        const auto root = Root::open(top_);
        const policy::SearchPath search = policy::system_search_path();
        Policies policies;
        policies.resolver = [&] { return policy::make_resolver(*root, search, {}); };
        policies.names = policy_names(*root, search);
        const auto no_environment = [](const std::string&) { return std::nullopt; };
        return make_plan(*root, unit::load_path(unit::Scope::system, no_environment), policies,
                         {"/w"});
    }

    std::vector<std::string> outcomes() const {
        std::vector<std::string> found;
        for (const PlannedFile& file : make().files)
            found.push_back(std::string(name_of(file.outcome)) + " " + file.path);
        return found;
    }

    static constexpr char policy[] = "version = 1\nabi = 7\n[filesystem]\nread = [\"/etc\"]\n";
    fs::path top_;
};

// The template of the alias has a drop-in directory and no file, so that its instances are looked
// at by that name as well.
TEST_F(PlanTest, AUnitWithTwoNamesHasOneFile) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@x.service",
          "[Service]\nExecStart=/bin/a\nX-LandlockPolicy=a\n");
    link("etc/systemd/system/b@x.service", "/usr/lib/systemd/system/a@x.service");
    write("etc/systemd/system/b@.service.d/1.conf", "[Service]\nNice=1\n");
    const Plan plan = make();
    ASSERT_EQ(plan.files.size(), 1u);
    EXPECT_EQ(plan.files[0].path, "a@x.service.d/zz-ringfence.conf");
    EXPECT_EQ(plan.files[0].outcome, Outcome::fenced);
    EXPECT_THAT(plan.files[0].other_names, ElementsAre("b@x.service"));
}

// The instance has a file of its own that does not ask. Its alias leads past that to the
// template's, which does, and whose fence would apply to both.
TEST_F(PlanTest, EachNameGetsWhatItLeadsTo) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@.service", "[Service]\nExecStart=/bin/a\nX-LandlockPolicy=a\n");
    write("usr/lib/systemd/system/a@x.service", "[Service]\nExecStart=/bin/x\n");
    link("etc/systemd/system/b@x.service", "/usr/lib/systemd/system/a@.service");
    EXPECT_THAT(outcomes(), ElementsAre("fenced a@.service.d/zz-ringfence.conf",
                                        "open a@x.service.d/zz-ringfence.conf",
                                        "fenced b@x.service.d/zz-ringfence.conf"));
}

// By its own name the unit asks, by its aliases it depends: its drop-ins do.
TEST_F(PlanTest, WhatIsNotCertainIsRefused) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@.service", "[Service]\nExecStart=/bin/a\n");
    link("etc/systemd/system/b@x.service", "/usr/lib/systemd/system/a@.service");
    link("etc/systemd/system/c@x.service", "/usr/lib/systemd/system/a@.service");
    write("etc/systemd/system/c@x.service.d/1.conf", "[Service]\nX-LandlockPolicy=a\n");
    EXPECT_THAT(outcomes(), ElementsAre("refused a@x.service.d/zz-ringfence.conf"));
}

TEST_F(PlanTest, TheFileThatDecidesAboutAUnit) {
    write("etc/ringfence/policies/a.toml", policy);
    write("usr/lib/systemd/system/a@.service", "[Service]\nExecStart=/bin/a\nX-LandlockPolicy=a\n");
    write("etc/systemd/system/a@off.service.d/1.conf", "[Service]\nX-LandlockPolicy=\n");
    write("etc/systemd/system/a@own.service.d/zzz.conf", "[Service]\nExecStart=\nExecStart=/b\n");
    write("usr/lib/systemd/system/plain.service", "[Service]\nExecStart=/bin/a\n");
    const Plan plan = make();
    const auto decides = [&](const char* unit) {
        const PlannedFile* file = file_of(plan, *unit::parse_service_name(unit));
        return file == nullptr ? "" : std::string(name_of(file->outcome)) + " " + file->path;
    };
    EXPECT_EQ(decides("a@x.service"), "fenced a@.service.d/zz-ringfence.conf");
    EXPECT_EQ(decides("a@off.service"), "open a@off.service.d/zz-ringfence.conf");
    EXPECT_EQ(decides("a@own.service"), "fenced a@own.service.d/zzz.conf-ringfence.conf");
    EXPECT_EQ(decides("plain.service"), "");
}

// Units enough for several threads, every fifth with a policy of its own and some that are refused.
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

    // What the generator would write, in one text.
    std::string plan() const {
        const Plan plan = make();
        std::string text;
        for (const PlannedFile& file : plan.files) {
            text += std::string(name_of(file.outcome)) + " " + file.path + "\n" + file.text;
            for (const Diagnostic& reason : file.reasons)
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
    EXPECT_THAT(by_one, testing::HasSubstr("fenced s5.service.d/zz-ringfence.conf"));
    EXPECT_THAT(by_one, testing::HasSubstr("refused s25.service.d/zz-ringfence.conf"));
    EXPECT_THAT(by_one, testing::HasSubstr("fenced t@s5.service.d/zz-ringfence.conf"));
}

}  // namespace
}  // namespace ringfence::dropin
