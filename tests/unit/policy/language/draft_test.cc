// SPDX-License-Identifier: LGPL-2.1-or-later
// Policies that are written as text, exported and imported. Reading them back gives the same
// policy.
#include "policy/language/draft.h"

#include <map>
#include <random>

#include <gmock/gmock.h>

#include "../tree.h"
#include "landlock/groups.h"
#include "landlock/rights.h"
#include "policy/interop/landlockconfig.h"
#include "policy/language/document.h"
#include "policy/resolve/digest.h"

namespace ringfence::policy {
namespace {

using landlock::Access;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class DraftTest : public Tree {
  protected:
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }
    bool chance(int percent) { return pick(100) < static_cast<std::size_t>(percent); }

    /// Some of the rights of a family at an ABI.
    Access some(landlock::Family family, int abi, int percent) {
        Access access;
        for (const landlock::Right& right : landlock::rights)
            if (right.family == family && right.abi <= abi && chance(percent))
                access |= right.access();
        return access;
    }

    DraftRuleset random_ruleset(int abi, bool layer) {
        DraftRuleset rules;
        if (layer) {
            rules.filesystem = chance(70);
            rules.network = chance(50) || !rules.filesystem;
            rules.scope = chance(30);
        }
        Access open;
        if (chance(50))
            open = some(landlock::Family::fs, abi, 20) | some(landlock::Family::net, abi, 40);
        open = open - landlock::access_of("fs.refer");
        for (const landlock::Right& right : landlock::rights)
            if (open.contains(right.access())) rules.unrestricted.push_back({right.access(), ""});
        for (const landlock::Right& right : landlock::rights)
            if (right.family == landlock::Family::scope && right.abi <= abi && chance(30))
                rules.free_scopes.push_back({right.access(), ""});
        static const std::vector<std::string> paths = {
            "/",   "/a",   "/a/b",    "/usr/lib", "/x y", "/q\"t", "/back\\slash",
            "/%%", "/$$x", "/\u00e9", "/#",       "/a'b", "/[x]"};
        for (std::size_t i = pick(6); i > 0; --i) {
            Access access = some(landlock::Family::fs, abi, chance(50) ? 15 : 60);
            if (chance(40))
                access = landlock::path_groups[pick(3)].access & landlock::known_at(abi);
            if (!access.empty())
                rules.paths.push_back({paths[pick(paths.size())], chance(50), access,
                                       chance(30) ? "because \"it\" must\\ # so" : ""});
        }
        for (const landlock::PortGroup& group : landlock::port_groups) {
            if (open.contains(group.access) || !landlock::known_at(abi).contains(group.access))
                continue;
            for (std::size_t i = pick(3); i > 0; --i) {
                const auto first = static_cast<std::uint16_t>(1 + pick(1000));
                rules.ports.push_back(
                    {first, static_cast<std::uint16_t>(first + pick(3)), group.access, ""});
            }
        }
        return rules;
    }

    Draft random_draft(int most_abi, bool layers) {
        Draft draft;
        draft.abi = 1 + static_cast<int>(pick(static_cast<std::size_t>(most_abi)));
        draft.description = chance(50) ? "a \"description\" \\ # of it" : "";
        draft.minimum_abi = chance(20) ? minimum_abi_all : 1;
        draft.inherit = chance(50);
        if (chance(40)) draft.stand_ins = chance(70);
        if (chance(30))
            draft.trust_links =
                chance(50) ? landlock::LinkTrust::root : landlock::LinkTrust::others;
        if (chance(30)) draft.forbid_landlock = chance(50);
        draft.rules = random_ruleset(draft.abi, false);
        if (draft.abi < 9 && draft.stand_ins == true && chance(50))
            draft.rules.paths.push_back(
                {"/run/x", chance(50), landlock::access_of("fs.resolve_unix"), "why"});
        for (std::size_t i = layers ? pick(3) : 0; i > 0; --i)
            draft.layers.push_back(random_ruleset(draft.abi, true));
        if (chance(30)) draft.quiet.push_back({"/quiet", true, {}, "noisy"});
        if (chance(30)) {
            draft.systemd.push_back({"UMask", "0077", "why"});
            draft.systemd.push_back({"SystemCallFilter", "@system-service", ""});
            draft.systemd.push_back({"SystemCallFilter", "~@\"q\" %%", ""});
        }
        if (chance(30)) {
            draft.kept_capabilities = {"sys_admin", "bpf"};
            draft.kept_reason = "a \"reason\" \\ # for it";
        }
        return draft;
    }

    std::mt19937 random_{20261121};  // NOLINT(cert-msc51-cpp): the same cases each time
};

bool restricts_nothing(const Layer& layer) {
    const Access known = landlock::known_at(layer.abi);
    return (known.fs & ~layer.unrestricted.fs) == 0 && (known.net & ~layer.unrestricted.net) == 0 &&
           layer.scopes.empty();
}

TEST_F(DraftTest, RulesAsTextAreTheSameRules) {
    for (int i = 0; i < 800 && !HasFailure(); ++i) {
        const std::string text = write_toml(random_draft(landlock::newest_abi, true));
        Rules first = rules_of_text(text);
        std::erase_if(first.layers, [&](const Layer& layer) {
            return &layer != first.layers.data() && restricts_nothing(layer);
        });
        const std::string again = write_toml(draft_of(first));
        const Rules second = rules_of_text(again);
        EXPECT_EQ(canonical(first), canonical(second)) << text << "\n----\n" << again;
    }
}

/// What a kernel gets: path → rights, and so on. The policy's ABI does not matter.
struct Enforced {
    Access handled;
    std::map<std::string, std::uint64_t> paths;
    std::map<unsigned, std::uint64_t> ports;

    bool operator==(const Enforced&) const = default;
};

Enforced enforced(const Rules& rules) {
    const Layer& layer = rules.layers.front();
    Enforced all;
    const Access known = landlock::known_at(layer.abi) - layer.unrestricted;
    all.handled = Access{known.fs, known.net, layer.scopes.scope};
    for (const PathRule& rule : layer.paths)
        all.paths[rule.path] |= rule.access.fs;
    for (const PortRule& rule : layer.ports)
        for (unsigned port = rule.first; port <= rule.last; ++port)
            all.ports[port] |= rule.access.net;
    return all;
}

TEST_F(DraftTest, ExportAndImportAreTheSameWhereExpressible) {
    int compared = 0;
    for (int i = 0; i < 600 && !HasFailure(); ++i) {
        const Rules rules = rules_of_text(write_toml(random_draft(landlockconfig_abi, false)));
        Enforced expected = enforced(rules);
        if (expected.handled.empty()) continue;
        // A policy that leaves all rights on files unrestricted still handles fs.refer.
        if (expected.handled.fs == landlock::access_of("fs.refer").fs) continue;
        for (const Spelling spelling : {Spelling::json, Spelling::toml}) {
            const auto made = export_landlockconfig(rules, spelling);
            ASSERT_TRUE(made) << to_string(made.error()[0]);
            const Rules back =
                rules_of_text(made->text, spelling == Spelling::json ? ".json" : ".toml");
            EXPECT_EQ(enforced(back), expected) << made->text;
            EXPECT_FALSE(back.inherit);
            ++compared;
        }
    }
    EXPECT_GT(compared, 800);
}

TEST_F(DraftTest, TheExportNamesWhatItCannotSay) {
    policy("p", R"(
minimum_abi = 5
stand_ins = ["sockets"]
[filesystem]
read = ["/etc/x", "-%S/app", "-%h/y", "-${HOME}/z"]
connect_unix = ["-/run/x"]
[network]
bind_udp = [53]
[log]
quiet = ["-/q"]
[[layer]]
[layer.network]
[systemd]
UMask = "0077"
)");
    const auto made = export_landlockconfig(rules("p"), Spelling::toml);
    ASSERT_TRUE(made);
    EXPECT_THAT(
        made->losses,
        ElementsAre("fs.resolve_unix, net.bind_udp, net.connect_send_udp: not restricted, "
                    "because the format has no names for these rights",
                    "fs.read_file, fs.read_dir on ${HOME}/z: left out, because only "
                    "systemd can expand this path",
                    "fs.read_file, fs.read_dir on %h/y: left out, because only systemd can "
                    "expand this path",
                    "1 of the paths must exist: landlockconfig skips missing paths",
                    "1 of 2 layers: left out, because a file is one layer",
                    "minimum_abi: landlockconfig silently enforces only what the kernel can",
                    "stand_ins: landlockconfig hides no sockets",
                    "inherit: the rules of the unit's own settings are left out",
                    "[log] quiet: landlockconfig logs all denials", "[systemd] UMask=0077"));
    EXPECT_THAT(made->text, HasSubstr("\"/var/lib/app\""));
    for (const std::string& loss : made->losses)
        EXPECT_THAT(made->text, HasSubstr("# - " + loss + "\n"));
}

TEST_F(DraftTest, AConfigurationIsAPolicyByItself) {
    write("/usr/p/c.toml",
          "[[path_beneath]]\nallowed_access = [\"read_file\"]\nparent = [\"/a\"]\n");
    const Rules toml = rules("c");
    EXPECT_EQ(toml.layers[0].abi, 1);
    EXPECT_FALSE(toml.inherit);
    ASSERT_NE(find_rule(toml.layers[0], "/a", true), nullptr);
    write("/usr/p/j.json", R"({"ruleset": [{"scoped": ["signal"]}]})");
    const Rules json = rules("j");
    EXPECT_EQ(json.layers[0].scopes, landlock::access_of("scope.signal"));
    EXPECT_EQ(json.layers[0].unrestricted.net, landlock::known_at(6).net);
    // If no right on files is handled, renaming is not restricted.
    ASSERT_NE(find_rule(json.layers[0], "/"), nullptr);
    drop_in("c", "50.toml", "[filesystem]\nread = [\"/b\"]\n");
    EXPECT_NE(find_rule(rules("c").layers[0], "/b"), nullptr);
}

TEST_F(DraftTest, ProblemsOfAConfigurationHavePositions) {
    write("/usr/p/a.json",
          "{\"abi\": 3,\n \"pathBeneath\": [{\"allowedAccess\": [\"raed_file\"],\n"
          "  \"parent\": [\"x\", 5]}]}\n");
    EXPECT_THAT(problems("a"),
                ElementsAre("/usr/p/a.json:2:37: landlockconfig has no right \"raed_file\" here; "
                            "did you mean `read_file`?",
                            "/usr/p/a.json:3:19: a path must be a string, not an integer"));
    write("/usr/p/b.json",
          "{\"netPort\": [{\"port\": [70000], \"allowedAccess\": [\"bind_tcp\"]}]");
    EXPECT_THAT(problems("b"), ElementsAre(HasSubstr("/usr/p/b.json:1:")));
    write("/usr/p/r.toml",
          "[[path_beneath]]\nallowed_access = [\"execute\"]\nparent = [\"bin\"]\n");
    EXPECT_THAT(problems("r"),
                ElementsAre(HasSubstr("/usr/p/r.toml:3:11: \"bin\" is not an absolute path")));
    write("/usr/p/s.toml", "[[ruleset]]\nscoped = [\"signal\"]\n");
    write("/usr/p/s.json", "{\"ruleset\": [{\"scoped\": [\"signal\"]}]}");
    EXPECT_THAT(problems("s"), ElementsAre(HasSubstr("/usr/p/s.toml is there as well")));
    write("/usr/p/abstractions/l.toml", "[[ruleset]]\nscoped = [\"signal\"]\n");
    policy("e", "extends = [\"l\"]\n");
    EXPECT_THAT(problems("e"), ElementsAre(HasSubstr("has no place as an abstraction")));
}

TEST_F(DraftTest, CompositionCanOnlyWeaken) {
    const auto strict = parse_landlockconfig(
        "abi = 6\n[[ruleset]]\nhandled_access_fs = [\"abi.all\"]\nscoped = [\"abi.all\"]\n", "s");
    const auto weak = parse_landlockconfig("[[ruleset]]\nhandled_access_fs = [\"execute\"]\n", "w");
    ASSERT_TRUE(strict && weak);
    EXPECT_EQ(compose(*strict, *weak).handled, landlock::access_of("fs.execute"));
    EXPECT_EQ(compose(*weak, *strict).handled, landlock::access_of("fs.execute"));
    EXPECT_EQ(compose(*strict, *strict).handled, strict->handled);
}

}  // namespace
}  // namespace ringfence::policy
