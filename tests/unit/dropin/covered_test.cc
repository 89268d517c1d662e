// SPDX-License-Identifier: LGPL-2.1-or-later
// Which rules get no option, because another rule allows as much.
#include "dropin/covered.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/path.h"
#include "build_unit.h"
#include "dropin/inherit.h"
#include "policy/resolve/merge.h"
#include "scratch.h"

namespace ringfence::dropin {
namespace {

using landlock::access_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr landlock::Access reading = landlock::read_access;
constexpr landlock::Access executing = reading | access_of("fs.execute");
constexpr landlock::Access linking = reading | access_of("fs.make_sym");

// "-" before the path: the rule is optional.
policy::PathRule path_rule(const std::string& text, landlock::Access access = reading) {
    policy::PathRule rule;
    rule.optional = text.front() == '-';
    rule.path = text.substr(rule.optional ? 1 : 0);
    rule.access = access;
    return rule;
}

class CoveredRules : public ScratchTest {
  protected:
    // A machine with a merged /usr.
    void SetUp() override {
        for (const char* file :
             {"/usr/lib/app/plugin", "/usr/lib/app/dir/file", "/usr/lib-x/file", "/usr/lib64/ld.so",
              "/usr/share/doc/a", "/usr/local/lib/app", "/etc/app/conf", "/var/lib/app/x",
              "/proc/cpuinfo", "/proc/sys/kernel/x"})
            write(file, "");
        link("/lib", "usr/lib");
        link("/lib64", "usr/lib64");
        link("/usr/lib/out", "/var/lib/app");
        link("/usr/lib/doc", "../share/doc");
        link("/usr/lib/own", "app");
        link("/proc/self", "sys");
    }

    // "PATH by PATH" of each rule without an option.
    std::vector<std::string> covered(std::vector<policy::PathRule> rules) const {
        return covered_in(root(), std::move(rules));
    }
    static std::vector<std::string> covered_in(const Root& machine,
                                               std::vector<policy::PathRule> rules) {
        policy::Layer layer;
        layer.abi = landlock::newest_abi;
        policy::add_rules(layer, std::move(rules));
        Links links(machine);
        SystemPaths paths(links);
        std::vector<std::string> all;
        for (const CoveredRule& row : covered_rules(layer, paths))
            all.push_back(row.rule->path + " by " + row.by->path);
        return all;
    }
};

TEST_F(CoveredRules, AreBeneathARuleWithTheirRights) {
    EXPECT_THAT(
        covered({path_rule("/usr/lib"), path_rule("-/usr/lib/app"), path_rule("-/usr/lib-x")}),
        ElementsAre("/usr/lib/app by /usr/lib"));
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("-/usr/lib/app", executing)}), IsEmpty());
    EXPECT_THAT(covered({path_rule("/usr/lib", executing), path_rule("-/usr/lib/app/plugin")}),
                ElementsAre("/usr/lib/app/plugin by /usr/lib"));
    EXPECT_THAT(covered({path_rule("-/usr"), path_rule("-/usr/lib"), path_rule("-/usr/lib/app")}),
                UnorderedElementsAre("/usr/lib by /usr", "/usr/lib/app by /usr"));
    EXPECT_THAT(covered({path_rule("/"), path_rule("-/usr/lib"), path_rule("-/etc/app")}),
                ElementsAre("/usr/lib by /"));
}

// The service is refused if such a path is missing at its start.
TEST_F(CoveredRules, AreNeverRequired) {
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("/usr/lib/app")}), IsEmpty());
    EXPECT_THAT(covered({path_rule("-/usr/lib"), path_rule("/usr/lib")}),
                ElementsAre("/usr/lib by /usr/lib"));
}

TEST_F(CoveredRules, MayBeLinksInsideTheSystem) {
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("-/usr/lib64"), path_rule("-/lib"),
                         path_rule("-/lib64"), path_rule("-/lib64/ld.so", executing)}),
                UnorderedElementsAre("/lib by /usr/lib", "/lib64 by /usr/lib64"));
    EXPECT_THAT(covered({path_rule("-/lib"), path_rule("-/lib/app")}),
                ElementsAre("/lib/app by /lib"));
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("-/usr/lib/own/plugin")}),
                ElementsAre("/usr/lib/own/plugin by /usr/lib"));
}

TEST_F(CoveredRules, DoNotLeadOutOfTheRule) {
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("-/usr/lib/out"),
                         path_rule("-/usr/lib/out/x"), path_rule("-/usr/lib/doc")}),
                IsEmpty());
    EXPECT_THAT(covered({path_rule("/usr/share"), path_rule("-/usr/lib/doc/a")}),
                ElementsAre("/usr/lib/doc/a by /usr/share"));
}

// What exists there now says nothing about the start of the service.
TEST_F(CoveredRules, AreNotWhereOthersThanPackagesMakeLinks) {
    EXPECT_THAT(covered({path_rule("/etc"), path_rule("-/etc/app"), path_rule("/var/lib"),
                         path_rule("-/var/lib/app"), path_rule("/usr"),
                         path_rule("-/usr/local/lib"), path_rule("-/usr/local/lib/app")}),
                IsEmpty());
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("-/usr/lib/%i"),
                         path_rule("-/usr/lib/${A}"), path_rule("-/usr/lib/%%")}),
                IsEmpty());
}

// When a file moves, the kernel compares the rights by rules in its own mount first.
TEST_F(CoveredRules, AreInTheSameFileSystem) {
    const Root machine = std::move(Root::open("/").value());
    EXPECT_THAT(covered_in(machine, {path_rule("/"), path_rule("-/proc/meminfo")}), IsEmpty());
    EXPECT_THAT(covered_in(machine, {path_rule("/proc"), path_rule("-/proc/meminfo")}),
                ElementsAre("/proc/meminfo by /proc"));
}

// Whatever a package makes of it, the service must start.
TEST_F(CoveredRules, AreNotTheUnitsPrograms) {
    const unit::Unit unit = build_unit("a.service", "[Service]\nExecStart=/usr/lib/app/plugin\n");
    policy::Rules rules = build_rules();
    rules.inherit = true;
    rules.layers[0].paths = {path_rule("/usr", executing), path_rule("-/usr/lib/app/dir")};
    add_inherited_rules(unit, {"ExecStart"}, {"/usr/lib64/ld.so"}, rules);
    EXPECT_EQ(rules.layers[0].paths.size(), 4u);
    EXPECT_THAT(covered(rules.layers[0].paths), ElementsAre("/usr/lib/app/dir by /usr"));
}

// A package that adds such a directory must not make the drop-in stale.
TEST_F(CoveredRules, MayBeMissing) {
    const std::vector<policy::PathRule> rules = {
        path_rule("/usr/lib"),        path_rule("-/usr/lib/new"),     path_rule("-/usr/lib/new/x"),
        path_rule("-/usr/share/new"), path_rule("-/usr/share/new/x"), path_rule("-/lib/new/y")};
    const auto all =
        UnorderedElementsAre("/usr/lib/new by /usr/lib", "/usr/lib/new/x by /usr/lib",
                             "/usr/share/new/x by /usr/share/new", "/lib/new/y by /usr/lib");
    EXPECT_THAT(covered(rules), all);
    write("/usr/lib/new/x", "");
    write("/usr/share/new/x", "");
    EXPECT_THAT(covered(rules), all);
    EXPECT_THAT(covered({path_rule("/usr/lib"), path_rule("-/usr/lib/app/plugin/x")}), IsEmpty())
        << "a file, and not a directory";
}

// The wrapper looks for the directories in which the service makes links.
TEST_F(CoveredRules, LetNobodyMakeLinks) {
    EXPECT_THAT(covered({path_rule("/usr/lib", linking), path_rule("-/usr/lib/app", linking)}),
                IsEmpty());
}

// Only a directory needs the right to list it.
TEST_F(CoveredRules, OfTheKernelsFiles) {
    EXPECT_THAT(covered({path_rule("/proc", access_of("fs.read_file")), path_rule("-/proc/cpuinfo"),
                         path_rule("-/proc/sys/kernel"), path_rule("-/proc/self")}),
                ElementsAre("/proc/cpuinfo by /proc"));
    EXPECT_THAT(covered({path_rule("/proc"), path_rule("-/proc/self")}), IsEmpty());
    EXPECT_THAT(covered({path_rule("/usr/lib", access_of("fs.read_file")),
                         path_rule("-/usr/lib/app/plugin")}),
                IsEmpty());
}

TEST_F(CoveredRules, NeedAUnitThatSeesTheMachinesFiles) {
    const auto sees = [](const std::string& line) {
        const unit::Unit unit = build_unit("a.service", "[Service]\nExecStart=/x\n" + line + "\n");
        return sees_system_paths(Settings(unit, {}));
    };
    EXPECT_TRUE(sees("ProtectSystem=strict"));
    EXPECT_TRUE(sees("RootDirectory=/"));
    for (const char* line :
         {"RootDirectory=/srv", "RootImage=/a.raw", "BindPaths=/a:/usr/lib/app",
          "BindReadOnlyPaths=/a:/usr", "TemporaryFileSystem=/usr/lib", "MountImages=/a.raw:/usr",
          "ExtensionImages=/a.raw", "ExtensionDirectories=/a"})
        EXPECT_FALSE(sees(line)) << line;
}

// Landlock's own rule, on random layers: what a file may have is all that the rules on it and on
// the directories above it allow. Left out or not, that is the same.
class RandomLayers : public CoveredRules {
  protected:
    using Granted = std::map<std::string, landlock::Access>;

    Granted granted(const std::vector<policy::PathRule>& rules, Links& links) const {
        Granted all;
        for (const std::string& file : files) {
            const std::string real = links.crossed(file).back();
            for (const policy::PathRule& rule : rules) {
                if (!links.root().status(rule.path)) continue;
                if (covers(links.crossed(rule.path).back(), real)) all[real] |= rule.access;
            }
        }
        return all;
    }

    std::vector<policy::PathRule> random_rules() {
        std::vector<policy::PathRule> rules;
        for (std::size_t i = pick(12); i > 0; --i) {
            const std::string path = files[pick(files.size())];
            const std::size_t cut = path.find('/', 1 + pick(path.size() - 1));
            rules.push_back(path_rule((pick(4) == 0 ? "" : "-") + path.substr(0, cut),
                                      pick(2) == 0 ? reading : executing));
        }
        return rules;
    }

    std::size_t pick(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(engine_);
    }

    const std::vector<std::string> files = {"/usr/lib/app/plugin", "/usr/lib/app/dir/file",
                                            "/usr/lib-x/file",     "/usr/lib64/ld.so",
                                            "/usr/share/doc/a",    "/usr/local/lib/app",
                                            "/etc/app/conf",       "/var/lib/app/x",
                                            "/lib/app/plugin",     "/lib64/ld.so",
                                            "/usr/lib/out/x",      "/usr/lib/doc/a",
                                            "/lib/own/dir/file",   "/lib/doc/a",
                                            "/lib/later/file"};

  private:
    std::mt19937 engine_{20261130};
};

TEST_F(RandomLayers, AllowTheSameWithoutCoveredRules) {
    const Root machine = root();
    Links links(machine);
    std::size_t left_out = 0;
    for (int i = 0; i < 1000; ++i) {
        policy::Layer layer;
        layer.abi = landlock::newest_abi;
        policy::add_rules(layer, random_rules());
        SystemPaths paths(links);
        const auto covered = covered_rules(layer, paths);
        std::vector<policy::PathRule> rest;
        for (const policy::PathRule& rule : layer.paths) {
            const auto is_this = [&](const CoveredRule& row) { return row.rule == &rule; };
            const bool out = std::any_of(covered.begin(), covered.end(), is_this);
            EXPECT_TRUE(!out || rule.optional);
            if (!out) rest.push_back(rule);
        }
        left_out += covered.size();
        ASSERT_EQ(granted(layer.paths, links), granted(rest, links));
    }
    EXPECT_GT(left_out, 1000u);
}

}  // namespace
}  // namespace ringfence::dropin
