// SPDX-License-Identifier: LGPL-2.1-or-later
// The laws of merging, on random rules.
#include "policy/resolve/merge.h"

#include <random>

#include <gtest/gtest.h>

#include "landlock/groups.h"
#include "policy/resolve/digest.h"

namespace ringfence::policy {
namespace {

class RandomRules {
  public:
    MergedRules next() {
        Ruleset rules;
        const int path_count = pick(6);
        for (int i = 0; i < path_count; ++i) {
            const auto& group = landlock::path_groups[pick(std::size(landlock::path_groups))];
            rules.paths.push_back(
                {"/p" + std::to_string(pick(4)), pick(2) == 0, group.access, false, "", place()});
        }
        const int port_count = pick(6);
        for (int i = 0; i < port_count; ++i) {
            const auto& group = landlock::port_groups[pick(std::size(landlock::port_groups))];
            const auto first =
                static_cast<std::uint16_t>(pick(2) == 0 ? pick(30) : 65520 + pick(16));
            const auto last = static_cast<std::uint16_t>(std::min(65535, first + pick(6)));
            rules.ports.push_back({first, last, group.access, false, place()});
        }
        return rules_of(rules, "p");
    }

    int pick(std::size_t below) {
        return static_cast<int>(std::uniform_int_distribution<std::size_t>(0, below - 1)(engine_));
    }

  private:
    Location place() { return {"f", ++line_, 1}; }

    std::mt19937 engine_{20261121};
    unsigned line_ = 0;
};

std::string text(const MergedRules& rules) {
    Layer layer;
    layer.paths = rules.paths;
    layer.ports = rules.ports;
    return canonical(layer);
}

MergedRules merged(MergedRules a, const MergedRules& b) {
    merge(a, b);
    return a;
}

TEST(Merge, IsIdempotentCommutativeAndAssociative) {
    RandomRules random;
    for (int i = 0; i < 500; ++i) {
        const MergedRules a = random.next();
        const MergedRules b = random.next();
        const MergedRules c = random.next();
        ASSERT_EQ(text(merged(a, a)), text(a));
        ASSERT_EQ(text(merged(a, b)), text(merged(b, a)));
        ASSERT_EQ(text(merged(merged(a, b), c)), text(merged(a, merged(b, c))));
        ASSERT_EQ(text(merged(a, MergedRules{})), text(a));
    }
}

/// The ports that `rules` allow for one right, found in another way.
std::vector<bool> allowed(const MergedRules& rules, const landlock::Access& right) {
    std::vector<bool> ports(65536);
    for (const PortRule& rule : rules.ports)
        if (rule.access == right)
            for (unsigned port = rule.first; port <= rule.last; ++port)
                ports[port] = true;
    return ports;
}

TEST(Merge, PortsAgreeWithPlainSets) {
    RandomRules random;
    for (int i = 0; i < 40; ++i) {
        const MergedRules a = random.next();
        const MergedRules b = random.next();
        const MergedRules both = merged(a, b);
        for (std::size_t k = 1; k < both.ports.size(); ++k) {
            const PortRule& before = both.ports[k - 1];
            const PortRule& rule = both.ports[k];
            const bool apart = before.access != rule.access || before.last + 1 < rule.first;
            ASSERT_TRUE(apart) << text(both);
        }
        for (const landlock::PortGroup& group : landlock::port_groups) {
            auto expected = allowed(a, group.access);
            const auto other = allowed(b, group.access);
            for (std::size_t port = 0; port < expected.size(); ++port)
                expected[port] = expected[port] || other[port];
            ASSERT_EQ(allowed(both, group.access), expected);
        }
    }
}

TEST(Merge, RemovingPortsAgreesWithPlainSets) {
    RandomRules random;
    for (int i = 0; i < 40; ++i) {
        MergedRules a = random.next();
        const auto& group = landlock::port_groups[random.pick(std::size(landlock::port_groups))];
        const auto first = static_cast<std::uint16_t>(random.pick(40));
        const auto last = static_cast<std::uint16_t>(first + random.pick(10));
        auto expected = allowed(a, group.access);
        for (unsigned port = first; port <= last; ++port)
            expected[port] = false;
        Ruleset removal;
        removal.removed_ports = {{first, last, group.access, true, {"f", 1, 1}}};
        Diagnostics problems;
        remove(a, removal, "p", problems);
        EXPECT_TRUE(problems.empty());
        ASSERT_EQ(allowed(a, group.access), expected);
    }
}

TEST(Merge, MaskLeavesNoEmptyRow) {
    RandomRules random;
    for (int i = 0; i < 200; ++i) {
        MergedRules rules = random.next();
        const landlock::Access handled = landlock::known_at(1 + random.pick(11));
        mask(rules, handled);
        for (const PathRule& rule : rules.paths) {
            ASSERT_FALSE(rule.access.empty());
            ASSERT_TRUE(handled.contains(rule.access));
        }
        for (const PortRule& rule : rules.ports)
            ASSERT_TRUE(handled.contains(rule.access));
    }
}

/// A layer that handles all rights of `abi` except those that a policy leaves unrestricted.
Layer layer_of(MergedRules rules, int abi, const landlock::Access& unrestricted) {
    mask(rules, landlock::known_at(abi) - unrestricted);
    Layer layer;
    layer.abi = abi;
    layer.unrestricted = unrestricted;
    layer.paths = std::move(rules.paths);
    layer.ports = std::move(rules.ports);
    return layer;
}

TEST(AddRules, MakesTheLayerThatTheUnionOfBothWouldHaveMade) {
    RandomRules random;
    for (int i = 0; i < 500; ++i) {
        const MergedRules a = random.next();
        const MergedRules b = random.next();
        const int abi = 1 + random.pick(11);
        const landlock::Access unrestricted =
            random.pick(2) == 0 ? landlock::Access{} : landlock::access_of("fs.make_reg");
        Layer layer = layer_of(a, abi, unrestricted);
        add_rules(layer, b.paths, b.ports);
        ASSERT_EQ(canonical(layer), canonical(layer_of(merged(a, b), abi, unrestricted)));
    }
}

// A rule keeps sixteen places, and a further one if only that gives a right.
TEST(Merge, NoRightLosesItsPlace) {
    const landlock::Access read = landlock::access_of("fs.read_file");
    const landlock::Access write = landlock::access_of("fs.write_file");
    Layer layer;
    layer.abi = 3;
    for (unsigned line = 1; line <= 20; ++line)
        add_rules(layer, {{"/b", true, read, {{{"p.toml", line, 1}, "p", "", read}}}});
    add_rules(layer, {{"/b", true, write, {{{"p.toml", 21, 1}, "p", "", write}}}});
    ASSERT_EQ(layer.paths.size(), 1U);
    EXPECT_EQ(layer.paths[0].origins.size(), most_origins + 1);
    EXPECT_EQ(origins_of(layer.paths[0], read).size(), most_origins);
    ASSERT_EQ(origins_of(layer.paths[0], write).size(), 1U);
    EXPECT_EQ(origins_of(layer.paths[0], write)[0].where.line, 21U);
}

TEST(AddRules, TakesRulesInAnyOrderAndKeepsWhoGrantedThem) {
    const landlock::Access read = landlock::access_of("fs.read_file");
    const landlock::Access write = landlock::access_of("fs.write_file");
    Layer layer;
    layer.abi = 3;  // no rights on ports
    layer.paths = {{"/b", true, read, {{{"policy.toml", 1, 1}, "p", ""}}}};
    add_rules(layer,
              {{"/c", true, read, {}},
               {"/b", true, write, {{{"unit", 2, 1}, "", "the unit's"}}},
               {"/a", true, landlock::access_of("fs.ioctl_dev"), {}}},  // of ABI 5
              {{80, 80, landlock::access_of("net.bind_tcp"), {}}});
    ASSERT_EQ(layer.paths.size(), 2U);
    EXPECT_EQ(layer.paths[0].path, "/b");
    EXPECT_EQ(layer.paths[0].access, read | write);
    ASSERT_EQ(layer.paths[0].origins.size(), 2U);
    EXPECT_EQ(layer.paths[0].origins[1].reason, "the unit's");
    EXPECT_EQ(layer.paths[1].path, "/c");
    EXPECT_TRUE(layer.ports.empty());
}

}  // namespace
}  // namespace ringfence::policy
