// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules for some architectures only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../tree.h"
#include "policy/resolve/merge.h"

namespace ringfence::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr char loaders[] =
    "[[filesystem.rule]]\npath = '-/lib/arm.so'\nallow = ['fs.execute']\n"
    "architecture = ['arm', 'arm64']\n"
    "[[filesystem.rule]]\npath = '-/lib/x86.so'\nallow = ['fs.execute']\n"
    "architecture = ['x86-64']\n";

class ArchitectureRules : public Tree {
  protected:
    Result<std::optional<Rules>> resolve_on(const char* architecture,
                                            const std::string& name = "p") const {
        Defaults defaults;
        defaults.architecture = find_architecture(architecture);
        return resolve(root(), {"/etc/p", "/usr/p"}, {{name, false, {"/unit.conf", 2, 1}}},
                       defaults);
    }
    Rules on(const char* architecture) const {
        auto result = resolve_on(architecture);
        if (result) return std::move(**result);
        ADD_FAILURE() << testing::PrintToString(texts(result.error()));
        return Rules{.layers = {Layer{}}};
    }
    static std::vector<std::string> paths(const std::vector<PathRule>& rules) {
        std::vector<std::string> all;
        for (const PathRule& rule : rules)
            all.push_back(rule.path);
        return all;
    }
};

TEST_F(ArchitectureRules, CountOnMachinesOfTheirArchitectures) {
    policy("p", std::string("[filesystem]\nread = ['/etc/p']\n") + loaders);
    const Rules arm = on("arm64");
    EXPECT_EQ(arm.architecture, "arm64");
    EXPECT_THAT(paths(arm.layers[0].paths), ElementsAre("/etc/p", "/lib/arm.so"));
    EXPECT_THAT(paths(arm.layers[0].elsewhere), ElementsAre("/lib/x86.so"));
    const Rules riscv = on("riscv64");
    EXPECT_THAT(paths(riscv.layers[0].paths), ElementsAre("/etc/p"));
    EXPECT_THAT(paths(riscv.layers[0].elsewhere), ElementsAre("/lib/arm.so", "/lib/x86.so"));
}

TEST_F(ArchitectureRules, AllCountIfTheArchitectureIsNotKnown) {
    policy("p", loaders);
    const Rules rules = on("");
    EXPECT_EQ(rules.architecture, "");
    EXPECT_THAT(paths(rules.layers[0].paths), ElementsAre("/lib/arm.so", "/lib/x86.so"));
    EXPECT_THAT(rules.layers[0].elsewhere, IsEmpty());
}

TEST_F(ArchitectureRules, OfAbstractionsAndLayers) {
    abstraction("a", loaders);
    policy("p",
           "extends = ['a']\n[[layer]]\n[layer.filesystem]\nread = ['/usr']\n"
           "[[layer.filesystem.rule]]\npath = '/lib/arm.so'\nallow = ['fs.read_file']\n"
           "architecture = ['arm64']\n");
    const Rules rules = on("x86-64");
    EXPECT_THAT(paths(rules.layers[0].paths), ElementsAre("/lib/x86.so"));
    EXPECT_EQ(rules.layers[0].elsewhere.at(0).origins.at(0).policy, "p > a");
    EXPECT_THAT(paths(rules.layers[1].paths), ElementsAre("/usr"));
    EXPECT_THAT(paths(rules.layers[1].elsewhere), ElementsAre("/lib/arm.so"));
}

// One drop-in serves machines of all architectures.
TEST_F(ArchitectureRules, AreRemovedOnEveryMachine) {
    policy("p", loaders);
    drop_in("p", "50-site.toml", "[filesystem]\nremove = ['/lib/arm.so']\n");
    for (const char* architecture : {"x86-64", "arm64", ""}) {
        const Rules rules = on(architecture);
        EXPECT_EQ(rules.removed.size(), 1u) << architecture;
        EXPECT_THAT(paths(rules.layers[0].elsewhere),
                    testing::Not(testing::Contains("/lib/arm.so")));
        EXPECT_THAT(paths(rules.layers[0].paths), testing::Not(testing::Contains("/lib/arm.so")));
    }
    drop_in("p", "51-site.toml", "[filesystem]\nremove = ['/lib/arm.so']\n");
    EXPECT_FALSE(resolve_on("x86-64"));
}

// A mistake refuses on every machine, not only where the rule counts.
TEST_F(ArchitectureRules, AreCheckedOnEveryMachine) {
    policy("p",
           "[[filesystem.rule]]\npath = '/a'\nallow = ['fs.resolve_unix']\n"
           "architecture = ['arm64']\n",
           8);
    EXPECT_FALSE(resolve_on("arm64"));
    EXPECT_FALSE(resolve_on("x86-64"));
    policy("p", "", 8);
    drop_in("p", "50-site.toml",
            "[[filesystem.rule]]\npath = '/a'\nallow = ['fs.resolve_unix']\n"
            "architecture = ['arm64']\n");
    EXPECT_FALSE(resolve_on("x86-64"));
}

// A rule for another machine must not say that a layer grants a socket here: the stand-in would
// leave it visible.
TEST_F(ArchitectureRules, OfALayerGrantNoSocketElsewhere) {
    policy("p",
           "stand_ins = ['sockets']\n[filesystem]\nconnect_unix = ['/run/docker.sock']\n"
           "[[layer]]\n[[layer.filesystem.rule]]\npath = '/run/docker.sock'\n"
           "allow = ['fs.resolve_unix']\narchitecture = ['arm64']\n");
    EXPECT_EQ(on("arm64").sockets.size(), 1u);
    EXPECT_EQ(on("x86-64").sockets.size(), 0u);
}

// A unit with a root of its own has them all.
TEST_F(ArchitectureRules, CanBeTakenIn) {
    policy("p", loaders);
    Rules rules = on("x86-64");
    take_elsewhere_in(rules);
    EXPECT_THAT(paths(rules.layers[0].paths), ElementsAre("/lib/arm.so", "/lib/x86.so"));
    EXPECT_THAT(rules.layers[0].elsewhere, IsEmpty());
}

// Units with a root of their own have the rules for other architectures: if the digest were the
// same, `status` would not see that the policy has changed. Two layers that differ only there are
// two.
TEST_F(ArchitectureRules, AreInTheDigest) {
    policy("p", loaders);
    const std::string before = on("x86-64").digest;
    policy("p", std::string(loaders) +
                    "[[filesystem.rule]]\npath = '/lib/arm2.so'\n"
                    "allow = ['fs.execute']\narchitecture = ['arm64']\n");
    EXPECT_NE(on("x86-64").digest, before);
    const std::string layer =
        "[[layer]]\n[layer.filesystem]\nread = ['/usr']\n"
        "[[layer.filesystem.rule]]\nallow = ['fs.execute']\n"
        "architecture = ['arm64']\n";
    policy("p", layer + "path = '/a'\n" + layer + "path = '/b'\n" + layer + "path = '/b'\n");
    EXPECT_EQ(on("x86-64").layers.size(), 3u);
}

}  // namespace
}  // namespace ringfence::policy
