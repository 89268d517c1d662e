// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/judge/compare.h"

#include <algorithm>
#include <ctime>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/path.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "random_rules.h"

namespace ringfence::policy {
namespace {

using landlock::Access;
using landlock::access_of;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Access read_access = landlock::read_access;
constexpr Access read_file = access_of("fs.read_file");
constexpr Access bind_tcp = access_of("net.bind_tcp");

PathRule path_rule(const std::string& path, Access access, bool optional = false) {
    return {path, optional, access, {{{"p.toml", 7, 1}, "p", "", access}}};
}

Rules rules_of(std::vector<PathRule> paths, int abi = 7) {
    Rules rules;
    Layer layer;
    layer.abi = abi;
    layer.scopes = {0, 0, landlock::known_at(abi).scope};
    layer.paths = std::move(paths);
    rules.layers.push_back(std::move(layer));
    return rules;
}

// Single differences ------------------------------------------------------------------------------

TEST(Compare, TheSameIsNoDifference) {
    const Rules rules = rules_of({path_rule("/etc/app", read_access)});
    EXPECT_TRUE(compare(rules, rules).empty());
    EXPECT_EQ(compare(rules, rules).verdict(), Verdict::same);
}

TEST(Compare, ARuleBeneathAGrantedDirectoryChangesNothing) {
    const Rules before = rules_of({path_rule("/etc/app", read_access)});
    const Rules after =
        rules_of({path_rule("/etc/app", read_access), path_rule("/etc/app/site", read_file, true),
                  path_rule("/etc//app/./", read_file)});
    EXPECT_TRUE(compare(before, after).empty());
}

TEST(Compare, TextThatIsNotAboveIsNot) {
    const Rules before = rules_of({path_rule("/etc/app", read_access)});
    const Rules after =
        rules_of({path_rule("/etc/app", read_access), path_rule("/etc/application", read_file)});
    const Difference found = compare(before, after);
    ASSERT_THAT(found.paths, SizeIs(1));
    EXPECT_EQ(found.paths[0].path, "/etc/application");
    EXPECT_EQ(found.paths[0].access, read_file);
    EXPECT_EQ(found.verdict(), Verdict::widens);
    EXPECT_THAT(found.paths[0].origins, SizeIs(1));
}

TEST(Compare, AChangeIsAtThePlaceThatGivesTheRight) {
    const landlock::Access write = landlock::access_of("fs.write_file");
    const Rules before = rules_of({path_rule("/srv", read_file)});
    PathRule both = path_rule("/srv", read_file | write);
    both.origins = {{{"a", 1, 1}, "", "", read_file}, {{"a", 2, 1}, "", "", write}};
    const Difference found = compare(before, rules_of({both}));
    ASSERT_THAT(found.paths, SizeIs(1));
    ASSERT_THAT(found.paths[0].origins, SizeIs(1));
    EXPECT_EQ(found.paths[0].origins[0].where.line, 2u);
}

TEST(Compare, WhatStaysBeneathWhatIsTakenAway) {
    const Rules before = rules_of({path_rule("/srv", read_access)});
    const Rules after =
        rules_of({path_rule("/srv/www", read_access), path_rule("/srv/a", read_file)});
    const Difference found = compare(before, after);
    EXPECT_EQ(found.verdict(), Verdict::narrows);
    ASSERT_THAT(found.paths, SizeIs(2));
    EXPECT_EQ(found.paths[0].access, read_file);
    EXPECT_THAT(found.paths[0].except, ElementsAre("/srv/a", "/srv/www"));
    EXPECT_EQ(found.paths[1].access, access_of("fs.read_dir"));
    EXPECT_THAT(found.paths[1].except, ElementsAre("/srv/www"));
}

TEST(Compare, TheRootCoversSpecifiersToo) {
    const Rules before = rules_of({path_rule("/", read_access)});
    const Rules after = rules_of({path_rule("/", read_access), path_rule("%S/app", read_file)});
    EXPECT_TRUE(compare(before, after).empty());
}

TEST(Compare, ANewerAbiDeniesWhatItBeginsToHandle) {
    const Rules before = rules_of({}, 8);
    const Rules after = rules_of({path_rule("/run/db", access_of("fs.resolve_unix"))}, 9);
    const Difference found = compare(before, after);
    ASSERT_THAT(found.paths, SizeIs(1));
    EXPECT_EQ(found.paths[0].direction, Direction::narrows);
    EXPECT_EQ(found.paths[0].path, "/");
    EXPECT_EQ(found.paths[0].access, access_of("fs.resolve_unix"));
    EXPECT_THAT(found.paths[0].except, ElementsAre("/run/db"));
}

TEST(Compare, ALayerTakesAway) {
    const Rules before = rules_of({path_rule("/srv", read_access)});
    Rules after = before;
    after.layers.push_back(rules_of({path_rule("/srv/www", read_access)}).layers[0]);
    const Difference found = compare(before, after);
    EXPECT_EQ(found.verdict(), Verdict::narrows);
    ASSERT_THAT(found.paths, SizeIs(1));
    EXPECT_EQ(found.paths[0].path, "/srv");
    EXPECT_THAT(found.paths[0].except, ElementsAre("/srv/www"));
}

TEST(Compare, UnrestrictedIsEverything) {
    Rules before = rules_of({});
    before.layers[0].ports = {{443, 443, bind_tcp, {}}};
    Rules after = before;
    after.layers[0].ports.clear();
    after.layers[0].unrestricted = bind_tcp;
    const Difference found = compare(before, after);
    EXPECT_EQ(found.verdict(), Verdict::widens);
    ASSERT_THAT(found.ports, SizeIs(2));
    EXPECT_EQ(found.ports[0].first, 0);
    EXPECT_EQ(found.ports[0].last, 442);
    EXPECT_EQ(found.ports[1].first, 444);
    EXPECT_EQ(found.ports[1].last, 65535);
}

TEST(Compare, PortsAreSets) {
    Rules before = rules_of({});
    before.layers[0].ports = {{80, 89, bind_tcp, {}}};
    Rules after = rules_of({});
    after.layers[0].ports = {{85, 85, bind_tcp, {}}, {89, 90, bind_tcp, {}}};
    const Difference found = compare(before, after);
    EXPECT_EQ(found.verdict(), Verdict::both);
    std::vector<std::string> texts;
    for (const PortChange& change : found.ports)
        texts.push_back((change.direction == Direction::widens ? "+" : "-") +
                        std::to_string(change.first) + "-" + std::to_string(change.last));
    EXPECT_THAT(texts, ElementsAre("+90-90", "-80-84", "-86-88"));
}

TEST(Compare, ScopesAndSettings) {
    const Rules before = rules_of({});
    Rules after = before;
    after.layers[0].scopes = {};
    EXPECT_EQ(compare(before, after).verdict(), Verdict::widens);
    EXPECT_EQ(compare(after, before).verdict(), Verdict::narrows);
    after = before;
    after.minimum_abi = minimum_abi_all;
    EXPECT_EQ(compare(before, after).verdict(), Verdict::narrows);
    after = before;
    after.inherit = false;
    EXPECT_EQ(compare(before, after).verdict(), Verdict::narrows);
    after = before;
    after.trust_links = landlock::LinkTrust::root;
    EXPECT_EQ(compare(before, after).verdict(), Verdict::narrows);
    EXPECT_EQ(compare(after, before).verdict(), Verdict::widens);
    after = before;
    after.forbid_landlock = true;
    EXPECT_EQ(compare(before, after).verdict(), Verdict::narrows);
    EXPECT_EQ(compare(after, before).verdict(), Verdict::widens);
    after = before;
    after.stand_ins = true;
    EXPECT_EQ(compare(before, after).verdict(), Verdict::narrows);
    EXPECT_EQ(compare(after, before).verdict(), Verdict::widens);
}

TEST(Compare, AKeptCapabilityWidens) {
    const Rules before = rules_of({});
    Rules after = before;
    after.kept_capabilities = {{"bpf", {{"p.toml", 7, 9}, "p", "why"}}};
    const Difference found = compare(before, after);
    EXPECT_EQ(found.verdict(), Verdict::widens);
    EXPECT_THAT(
        found.settings,
        ElementsAre(SettingChange{Direction::widens, "capabilities", "", "bpf", {"p.toml", 7, 9}}));
    EXPECT_EQ(compare(after, before).verdict(), Verdict::narrows);
    Rules twice = after;
    twice.kept_capabilities.push_back({"bpf", {{"q.toml", 1, 1}, "q", "too"}});
    EXPECT_TRUE(compare(after, twice).empty());
}

TEST(Compare, WhatIsNotAboutAccessIsShownAndNotJudged) {
    Rules before = rules_of({path_rule("/srv", read_access)});
    Rules after = rules_of({path_rule("/srv", read_access, true)});
    after.systemd = {{"NoNewPrivileges", "yes", {}}};
    after.quiet = {{"/etc/x", true, {}}};
    const Difference found = compare(before, after);
    EXPECT_EQ(found.verdict(), Verdict::same);
    EXPECT_FALSE(found.empty());
    std::vector<std::string> names;
    for (const SettingChange& change : found.settings)
        names.push_back(change.name + ":" + change.before + ":" + change.after);
    EXPECT_THAT(names,
                ElementsAre("required:/srv:", "quiet::/etc/x", "systemd::NoNewPrivileges=yes"));
}

// Compared with an evaluator of the tests ---------------------------------------------------------

// What the difference says about one access.
bool says(const Difference& difference, Direction direction, const std::string& path,
          const landlock::Right& right) {
    return std::any_of(difference.paths.begin(), difference.paths.end(), [&](const auto& change) {
        return change.direction == direction && !(change.access & right.access()).empty() &&
               covers(change.path, path) &&
               std::none_of(change.except.begin(), change.except.end(),
                            [&](const std::string& except) { return covers(except, path); });
    });
}

bool says(const Difference& difference, Direction direction, unsigned port,
          const landlock::Right& right) {
    return std::any_of(difference.ports.begin(), difference.ports.end(), [&](const auto& change) {
        return change.direction == direction && change.access == right.access() &&
               change.first <= port && port <= change.last;
    });
}

TEST(Compare, AgreesWithEveryAccessOnItsOwn) {
    RandomRules random(20261121);
    unsigned checked = 0;
    unsigned changed = 0;
    for (int round = 0; round < 250; ++round) {
        const Rules a = random.rules();
        const Rules b = random.rules();
        const Difference found = compare(a, b);
        for (int probe = 0; probe < 30; ++probe) {
            const std::string path = random.path();
            const unsigned port = random.below(probe == 0 ? 65536 : 40);
            for (const landlock::Right& right : landlock::rights) {
                if (right.family == landlock::Family::scope) continue;
                const bool fs = right.family == landlock::Family::fs;
                const bool before = fs ? permits(a, path, right) : permits(a, port, right);
                const bool after = fs ? permits(b, path, right) : permits(b, port, right);
                const auto told = [&](Direction direction) {
                    return fs ? says(found, direction, path, right)
                              : says(found, direction, port, right);
                };
                ASSERT_EQ(told(Direction::widens), !before && after)
                    << "round " << round << " " << right.name << " " << path << " " << port;
                ASSERT_EQ(told(Direction::narrows), before && !after)
                    << "round " << round << " " << right.name << " " << path << " " << port;
                ++checked;
                changed += before != after ? 1 : 0;
            }
        }
    }
    EXPECT_GE(checked, 100'000u);
    EXPECT_GE(changed, 20'000u);  // else it would not have tried anything
}

Direction opposite(Direction direction) {
    if (direction == Direction::neither) return direction;
    return direction == Direction::widens ? Direction::narrows : Direction::widens;
}

TEST(Compare, TheOtherWayRoundIsTheMirror) {
    RandomRules random(6);
    for (int round = 0; round < 80; ++round) {
        const Rules a = random.rules();
        const Rules b = random.rules();
        EXPECT_TRUE(compare(a, a).paths.empty() && compare(a, a).ports.empty());
        const Difference there = compare(a, b);
        Difference back = compare(b, a);
        for (PathChange& change : back.paths)
            change.direction = opposite(change.direction);
        for (PortChange& change : back.ports)
            change.direction = opposite(change.direction);
        for (ScopeChange& change : back.scopes)
            change.direction = opposite(change.direction);
        EXPECT_THAT(back.paths, testing::UnorderedElementsAreArray(there.paths));
        EXPECT_THAT(back.ports, testing::UnorderedElementsAreArray(there.ports));
        EXPECT_THAT(back.scopes, testing::UnorderedElementsAreArray(there.scopes));
    }
}

TEST(Compare, ThousandsOfRulesTakeNoTime) {
    std::vector<PathRule> many;
    for (int i = 0; i < 8000; ++i)
        many.push_back(path_rule("/srv/" + std::to_string(i) + "/www", read_access));
    const Rules before = rules_of(many);
    many.resize(7999);
    const auto start = std::clock();
    const Difference found = compare(before, rules_of(std::move(many)));
    EXPECT_THAT(found.paths, SizeIs(1));
    EXPECT_LT(std::clock() - start, 5 * CLOCKS_PER_SEC);
}

}  // namespace
}  // namespace ringfence::policy
