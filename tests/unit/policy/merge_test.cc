// SPDX-License-Identifier: LGPL-2.1-or-later
// The laws of merging, on random bodies.
#include "policy/merge.h"

#include <random>

#include <gtest/gtest.h>

#include "landlock/groups.h"
#include "policy/digest.h"

namespace ringfence::policy {
namespace {

class Bodies {
  public:
    Body next() {
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
        return body_of(rules, "p");
    }

    int pick(std::size_t below) {
        return static_cast<int>(std::uniform_int_distribution<std::size_t>(0, below - 1)(engine_));
    }

  private:
    Location place() { return {"f", ++line_, 1}; }

    std::mt19937 engine_{20261121};
    unsigned line_ = 0;
};

std::string text(const Body& body) {
    Layer layer;
    layer.paths = body.paths;
    layer.ports = body.ports;
    return canonical(layer);
}

Body merged(Body a, const Body& b) {
    merge(a, b);
    return a;
}

TEST(Merge, IsIdempotentCommutativeAndAssociative) {
    Bodies bodies;
    for (int i = 0; i < 500; ++i) {
        const Body a = bodies.next();
        const Body b = bodies.next();
        const Body c = bodies.next();
        ASSERT_EQ(text(merged(a, a)), text(a));
        ASSERT_EQ(text(merged(a, b)), text(merged(b, a)));
        ASSERT_EQ(text(merged(merged(a, b), c)), text(merged(a, merged(b, c))));
        ASSERT_EQ(text(merged(a, Body{})), text(a));
    }
}

/// The ports a body allows for one right, as a plain set: another way to the same answer.
std::vector<bool> allowed(const Body& body, const landlock::Access& right) {
    std::vector<bool> ports(65536);
    for (const PortRule& rule : body.ports)
        if (rule.access == right)
            for (unsigned port = rule.first; port <= rule.last; ++port)
                ports[port] = true;
    return ports;
}

TEST(Merge, PortsAgreeWithPlainSets) {
    Bodies bodies;
    for (int i = 0; i < 40; ++i) {
        const Body a = bodies.next();
        const Body b = bodies.next();
        const Body both = merged(a, b);
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
    Bodies bodies;
    for (int i = 0; i < 40; ++i) {
        Body a = bodies.next();
        const auto& group = landlock::port_groups[bodies.pick(std::size(landlock::port_groups))];
        const auto first = static_cast<std::uint16_t>(bodies.pick(40));
        const auto last = static_cast<std::uint16_t>(first + bodies.pick(10));
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
    Bodies bodies;
    for (int i = 0; i < 200; ++i) {
        Body body = bodies.next();
        const landlock::Access handled = landlock::known_at(1 + bodies.pick(11));
        mask(body, handled);
        for (const PathRule& rule : body.paths) {
            ASSERT_FALSE(rule.access.empty());
            ASSERT_TRUE(handled.contains(rule.access));
        }
        for (const PortRule& rule : body.ports)
            ASSERT_TRUE(handled.contains(rule.access));
    }
}

}  // namespace
}  // namespace ringfence::policy
