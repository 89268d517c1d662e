// SPDX-License-Identifier: LGPL-2.1-or-later
// The policies that the package ships, as they are in the source tree ($RINGFENCE_POLICIES).
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "landlock/rights.h"
#include "policy/interop/parse_policy.h"
#include "policy/model/policy.h"
#include "policy/resolve/resolve.h"
#include "scratch.h"

namespace ringfence::policy {
namespace {

std::string directory() {
    const char* value = std::getenv("RINGFENCE_POLICIES");
    return value == nullptr ? "" : value;
}

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::optional<Rules>> resolve_shipped(const std::string& name) {
    return resolve(Root::open("/").value(), {directory()}, {{name, false, {"unit", 1, 1}}});
}

class Shipped : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_NE(directory(), "") << "meson test sets RINGFENCE_POLICIES";
        policies_ = names_in(directory());
        ASSERT_GE(policies_.size(), 2u);
    }

    /// The rules of each policy.
    std::vector<Rules> all() const {
        std::vector<Rules> rules;
        for (const std::string& name : policies_) {
            const auto result = resolve_shipped(name);
            if (result && *result)
                rules.push_back(**result);
            else
                ADD_FAILURE() << name << ": "
                              << (result ? "nothing" : to_string(result.error().at(0)));
        }
        return rules;
    }

    std::vector<std::string> policies_;
};

TEST_F(Shipped, AllResolveAndDescribeThemselves) {
    for (const Rules& rules : all()) {
        EXPECT_NE(rules.description, "") << rules.name;
        EXPECT_EQ(rules.layers.size(), 1u) << rules.name;
        EXPECT_EQ(rules.minimum_abi, 1) << rules.name;
    }
}

TEST_F(Shipped, NoRuleIsNewerThanThePolicy) {
    for (const Rules& rules : all())
        for (const Layer& layer : rules.layers) {
            const landlock::Access known = landlock::known_at(layer.abi);
            for (const PathRule& rule : layer.paths)
                EXPECT_TRUE(known.contains(rule.access)) << rules.name << ": " << rule.path;
            for (const PortRule& rule : layer.ports)
                EXPECT_TRUE(known.contains(rule.access)) << rules.name << ": " << rule.first;
        }
}

TEST_F(Shipped, NothingIsLeftUnhandled) {
    for (const Rules& rules : all()) {
        EXPECT_TRUE(rules.layers[0].unrestricted.empty()) << rules.name;
        EXPECT_EQ(rules.layers[0].scopes.scope, landlock::known_at(11).scope) << rules.name;
    }
}

/// Exact rights are exceptions to the groups, and each exception must have a reason.
TEST_F(Shipped, ExactRightsHaveReasons) {
    std::vector<std::pair<std::string, Role>> files;
    for (const std::string& name : policies_)
        files.emplace_back(directory() + "/" + name + ".toml", Role::policy);
    const std::string abstractions = directory() + "/abstractions";
    for (const std::string& name : names_in(abstractions))
        files.emplace_back(abstractions + "/" + name + ".toml", Role::abstraction);
    for (const auto& [file, role] : files) {
        const auto text = Root::open("/").value().read(file);
        ASSERT_TRUE(text.has_value()) << file;
        const auto policy = parse_policy(*text, file, role);
        ASSERT_TRUE(policy.has_value()) << to_string(policy.error().at(0));
        EXPECT_TRUE(policy->description.has_value()) << file;
        EXPECT_TRUE(policy->abi.has_value()) << file;
        for (const PathEntry& entry : policy->rules.paths)
            EXPECT_TRUE(!entry.exact || !entry.reason.empty()) << to_string(entry.where);
    }
}

/// A rule on one of these paths would give away the machine. It must be further down instead.
TEST_F(Shipped, NoBroadGrants) {
    constexpr landlock::Access harmless =
        landlock::access_of("fs.read_file") | landlock::access_of("fs.read_dir");
    const std::set<std::string> never = {"/",     "/etc", "/root", "/home",
                                         "/boot", "/run", "/dev",  "/var"};
    const std::set<std::string> read_only = {"/usr", "/usr/lib", "/lib", "/proc", "/sys"};
    for (const Rules& rules : all())
        for (const PathRule& rule : rules.layers[0].paths) {
            EXPECT_EQ(never.count(rule.path), 0u) << rules.name << ": " << rule.path;
            const bool reads = harmless.contains(rule.access);
            EXPECT_TRUE(reads || read_only.count(rule.path) == 0)
                << rules.name << ": " << rule.path;
        }
}

TEST_F(Shipped, AbstractionsThatNoPolicyExtendsResolveToo) {
    for (const std::string& name : names_in(directory() + "/abstractions")) {
        const Scratch scratch;
        scratch.write("p.toml", "version = 1\nabi = 10\nextends = ['" + name + "']\n");
        const auto result = resolve(Root::open("/").value(), {scratch.path(), directory()},
                                    {{"p", false, {"unit", 1, 1}}});
        ASSERT_TRUE(result.has_value()) << to_string(result.error().at(0));
        EXPECT_FALSE((*result)->layers[0].paths.empty()) << name;
    }
}

}  // namespace
}  // namespace ringfence::policy
