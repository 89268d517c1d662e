// SPDX-License-Identifier: LGPL-2.1-or-later
// check, show, diff and denials --suggest agree with the judge about random rules. tests/probing
// compares the judge with the kernel.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "../policy/judge/random_rules.h"
#include "cli/show/json.h"
#include "journal/suggest.h"
#include "landlock/groups.h"
#include "lint/check.h"
#include "policy/judge/compare.h"
#include "policy/judge/judge.h"

namespace ringfence::cli {
namespace {

using landlock::Access;
using landlock::Right;
using policy::Judge;
using policy::RandomRules;
using policy::Rules;

constexpr char policy_name[] = "p";
// Except for "/", no random rule is on this path or above it.
constexpr char elsewhere[] = "/elsewhere";

std::set<std::string> names_of(const Access& access) {
    std::set<std::string> names;
    for (const Right& right : landlock::rights)
        if (access.contains(right.access())) names.insert(right.name);
    return names;
}

// A random path as the kernel writes it, without a specifier.
std::string real_path(RandomRules& random) {
    for (;;)
        if (std::string path = random.path(); path.starts_with('/')) return path;
}

journal::Denial denial_of(const Right& right) {
    journal::Denial denial;
    denial.attribution.reason = journal::Reason::attributed;
    denial.attribution.policy = policy_name;
    denial.attribution.unit.name = "p.service";
    denial.what.blockers.rights = right.access();
    denial.tally.count = 1;
    denial.tally.first = denial.tally.last = Time{};
    return denial;
}

// The suggestion for one denial, with a given policy.
struct Fate {
    bool allowed = false;
    std::optional<journal::PathProposal> path;
    std::optional<journal::PortProposal> port;
    std::string refusal;
};

Fate fate_of(const journal::Denial& denial, const Rules& rules) {
    journal::SuggestOptions options;
    options.forced = {"/"};
    options.policies.emplace(policy_name, rules);
    const auto all = journal::suggest({denial}, options);
    Fate fate;
    fate.allowed = all.at(0).allowed != 0;
    if (!all[0].paths.empty()) fate.path = all[0].paths[0];
    if (!all[0].ports.empty()) fate.port = all[0].ports[0];
    if (!all[0].refused.empty()) fate.refusal = all[0].refused[0].reason;
    return fate;
}

// denials --suggest

TEST(Agreement, SuggestKnowsWhatPathsAreAllowedByNow) {
    RandomRules random(1);
    unsigned allowed = 0, proposed = 0, refused = 0;
    for (int round = 0; round < 400; ++round) {
        const Rules rules = random.rules();
        const Judge judge(rules);
        for (int probe = 0; probe < 4; ++probe) {
            const Right& right = landlock::rights[random.below(std::size(landlock::rights))];
            if (right.family != landlock::Family::fs) continue;
            journal::Denial denial = denial_of(right);
            denial.what.type = journal::ObjectType::path;
            denial.what.path = real_path(random);
            const bool expected = judge.check({{right.access(), denial.what.path}}).allowed();
            const Fate fate = fate_of(denial, rules);
            SCOPED_TRACE(std::string(right.name) + " on " + denial.what.path);
            ASSERT_EQ(fate.allowed, expected);
            ++(expected ? allowed : fate.path ? proposed : refused);
            if (expected) continue;
            // A proposal must be sufficient, and a refused rule must not have been sufficient.
            Rules extended = rules;
            const std::string at = fate.path ? fate.path->written : denial.what.path;
            extended.layers.front().paths.push_back({at, false, right.access(), {}});
            ASSERT_EQ(Judge(extended).check({{right.access(), denial.what.path}}).allowed(),
                      fate.path.has_value())
                << fate.refusal;
        }
    }
    EXPECT_GT(allowed, 100u);
    EXPECT_GT(proposed, 100u);
    EXPECT_GT(refused, 50u);
}

TEST(Agreement, SuggestKnowsWhatPortsAreAllowedByNow) {
    RandomRules random(2);
    unsigned allowed = 0, proposed = 0, refused = 0;
    for (int round = 0; round < 400; ++round) {
        const Rules rules = random.rules();
        const Judge judge(rules);
        for (const landlock::PortGroup& group : landlock::port_groups) {
            const Right& right =
                *std::find_if(std::begin(landlock::rights), std::end(landlock::rights),
                              [&](const Right& row) { return row.access() == group.access; });
            journal::Denial denial = denial_of(right);
            denial.what.type = journal::ObjectType::port;
            denial.what.port = static_cast<std::uint16_t>(1 + random.below(30));
            const bool expected = judge.port(right.access(), *denial.what.port).allowed();
            const Fate fate = fate_of(denial, rules);
            SCOPED_TRACE(std::string(right.name) + " on " + std::to_string(*denial.what.port));
            ASSERT_EQ(fate.allowed, expected);
            ++(expected ? allowed : fate.port ? proposed : refused);
            if (expected) continue;
            Rules extended = rules;
            extended.layers.front().ports.push_back(
                {*denial.what.port, *denial.what.port, right.access(), {}});
            ASSERT_EQ(Judge(extended).port(right.access(), *denial.what.port).allowed(),
                      fate.port.has_value())
                << fate.refusal;
        }
    }
    EXPECT_GT(allowed, 100u);
    EXPECT_GT(proposed, 100u);
    EXPECT_GT(refused, 50u);
}

// show

TEST(Agreement, ShowSaysWhatAKernelRestricts) {
    RandomRules random(3);
    unsigned unenforced = 0, waiting = 0, denied = 0;
    for (int round = 0; round < 300; ++round) {
        const Rules rules = random.rules();
        const int abi = static_cast<int>(1 + random.below(landlock::newest_abi));
        const Judge newest(rules), there(rules, abi);
        ShownSubject subject;
        subject.name = policy_name;
        subject.rules = rules;
        const auto json =
            nlohmann::json::parse(subjects_json({subject}, ShownKernel{abi}))["shown"][0];
        const auto allows = [](const Judge& judge, const std::string& name) {
            const Right* right = landlock::find_right(name.data(), name.size());
            switch (right->family) {
                case landlock::Family::fs:
                    return judge.check({{right->access(), elsewhere}}).allowed();
                case landlock::Family::net:
                    return judge.port(right->access(), 4711).allowed();
                case landlock::Family::scope:
                    break;
            }
            return judge.scope(right->access()).allowed();
        };
        for (const std::string name : json["waiting"]) {
            ASSERT_TRUE(allows(newest, name)) << name << " is said not to be restricted";
            ++waiting;
        }
        for (const std::string name : json["kernel"]["unenforced"]) {
            ASSERT_TRUE(allows(there, name)) << name << " is said not to be enforced, ABI " << abi;
            ++unenforced;
        }
        for (std::size_t i = 0; i < rules.layers.size(); ++i)
            for (const std::string name : json["layers"][i]["unrestricted"])
                ASSERT_FALSE(names_of(newest.handled(i)).contains(name)) << name << ", layer " << i;
        if (json["kernel"].contains("denied")) {
            ASSERT_FALSE(allows(there, "fs.refer"));
            ++denied;
        }
    }
    EXPECT_GT(unenforced, 100u);
    EXPECT_GT(waiting, 100u);
    EXPECT_GT(denied, 0u);
}

// check

// The subjects of a check's findings.
std::vector<std::string> found(const Rules& rules, const std::string& id, bool messages = false) {
    std::vector<std::string> all;
    for (const lint::Finding& finding : lint::check({rules, rules}))
        if (finding.id == id) all.push_back(messages ? finding.problem.message : finding.subject);
    return all;
}

TEST(Agreement, CheckFindsWhatTheRulesDo) {
    constexpr Access executes = landlock::access_of("fs.execute");
    constexpr Access makes =
        landlock::access_of("fs.write_file") | landlock::access_of("fs.make_reg");
    RandomRules random(4);
    unsigned unrestricted = 0, both = 0, udp = 0;
    for (int round = 0; round < 300; ++round) {
        const Rules rules = random.rules();
        const Judge judge(rules);
        const auto handled = names_of(judge.handled());
        for (const std::string& name : found(rules, "unrestricted")) {
            ASSERT_FALSE(handled.contains(name)) << name;
            ++unrestricted;
        }
        for (const std::string& message : found(rules, "newer-rights", true))
            for (const std::string& name : names_of(judge.handled()))
                ASSERT_THAT(message, testing::Not(testing::HasSubstr(name + ",")));
        const Access all = judge.handled();
        for (const std::string& path : found(rules, "write-execute")) {
            const Access there = judge.allowed(path) & all;
            ASSERT_FALSE((there & executes).empty() || (there & makes).empty()) << path;
            ++both;
        }
        for (const std::string& what : found(rules, "udp-without-bind")) {
            ASSERT_FALSE(judge.port(landlock::access_of("net.bind_udp"), 0).allowed()) << what;
            ++udp;
        }
    }
    EXPECT_GT(unrestricted, 50u);
    EXPECT_GT(both, 10u);
    EXPECT_GT(udp, 10u);
}

// diff

TEST(Agreement, DiffAgainstAClosedFenceIsWhatIsAllowed) {
    RandomRules random(5);
    Rules closed;
    closed.layers.resize(1);
    closed.layers[0].abi = landlock::newest_abi;
    closed.layers[0].scopes.scope = landlock::known_at(landlock::newest_abi).scope;
    unsigned widened = 0;
    for (int round = 0; round < 200; ++round) {
        const Rules rules = random.rules();
        const Judge judge(rules);
        const policy::Difference difference = policy::compare(closed, rules);
        for (int probe = 0; probe < 10; ++probe) {
            const std::string path = random.path();
            const std::string prefix = path == "/" ? path : path + "/";
            Access told;
            for (const policy::PathChange& change : difference.paths) {
                const auto holds = [&](const std::string& at) {
                    return at == "/" || path == at || prefix.starts_with(at + "/");
                };
                ASSERT_EQ(change.direction, policy::Direction::widens);
                if (holds(change.path) &&
                    std::none_of(change.except.begin(), change.except.end(), holds))
                    told |= change.access;
            }
            ASSERT_EQ(told, judge.allowed(path)) << path;
            widened += told.empty() ? 0 : 1;
        }
    }
    EXPECT_GT(widened, 500u);
}

}  // namespace
}  // namespace ringfence::cli
