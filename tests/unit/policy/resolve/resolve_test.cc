// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/resolve.h"

#include <gmock/gmock.h>

#include "../tree.h"
#include "landlock/groups.h"
#include "policy/resolve/load.h"

namespace ringfence::policy {

std::string ports_of(const Layer& layer) {
    std::string text;
    for (const PortRule& rule : layer.ports)
        for (const landlock::PortGroup& group : landlock::port_groups)
            if (group.access == rule.access)
                text += (text.empty() ? "" : ", ") + std::string(group.key) + " " +
                        std::to_string(rule.first) + "-" + std::to_string(rule.last);
    return text;
}

namespace {

using landlock::access_of;
using landlock::known_at;
using testing::ElementsAre;
using testing::HasSubstr;

using Resolve = Tree;

TEST_F(Resolve, OnePolicy) {
    policy("web", R"(description = "a server"
[filesystem]
read = ["/etc/web", "-/usr/share/web"]
execute = ["/usr/sbin/web"]
write = ["%S/web"]
[[filesystem.rule]]
path = "/dev/tty"
allow = ["fs.read_file", "fs.ioctl_dev"]
reason = "asks for the passphrase"
[network]
bind_tcp = [443, 80, "8080-8089"]
)");
    const Rules web = rules("web");
    EXPECT_EQ(web.name, "web");
    EXPECT_EQ(web.description, "a server");
    EXPECT_EQ(web.minimum_abi, 1);
    EXPECT_TRUE(web.inherit);
    ASSERT_EQ(web.layers.size(), 1u);
    const Layer& layer = web.layers[0];
    EXPECT_EQ(layer.abi, 10);
    EXPECT_TRUE(layer.unrestricted.empty());
    EXPECT_EQ(layer.scopes.scope, known_at(10).scope);
    ASSERT_EQ(layer.paths.size(), 5u);
    EXPECT_EQ(find_rule(layer, "/etc/web")->access, landlock::read_access);
    EXPECT_NE(find_rule(layer, "/usr/share/web", true), nullptr);
    EXPECT_TRUE(find_rule(layer, "%S/web")->access.contains(access_of("fs.refer")));
    const PathRule* tty = find_rule(layer, "/dev/tty");
    EXPECT_EQ(tty->access, access_of("fs.read_file") | access_of("fs.ioctl_dev"));
    EXPECT_EQ(tty->origins.at(0).reason, "asks for the passphrase");
    EXPECT_EQ(tty->origins.at(0).policy, "web");
    EXPECT_EQ(to_string(tty->origins.at(0).where), "/usr/p/web.toml:9:8");
    EXPECT_EQ(ports_of(layer), "bind_tcp 80-80, bind_tcp 443-443, bind_tcp 8080-8089");
    EXPECT_EQ(web.digest.size(), 16u);
}

TEST_F(Resolve, PathsAreSortedAndJoined) {
    policy("p", "[filesystem]\nread = ['/b', '/a']\nwrite = ['/b', '-/b']\n");
    const Layer layer = rules("p").layers[0];
    ASSERT_EQ(layer.paths.size(), 3u);
    EXPECT_EQ(layer.paths[0].path, "/a");
    EXPECT_FALSE(layer.paths[1].optional);
    EXPECT_TRUE(layer.paths[2].optional);
    ASSERT_EQ(layer.paths[1].origins.size(), 2u);
    EXPECT_EQ(to_string(layer.paths[1].origins[0].where), "/usr/p/p.toml:4:9");
    EXPECT_EQ(to_string(layer.paths[1].origins[1].where), "/usr/p/p.toml:5:10");
}

TEST_F(Resolve, PortsAreJoined) {
    policy("p", "[network]\nbind_tcp = [0, 82, '80-81', '81-90', 65535]\nconnect_udp = [0, 53]\n");
    EXPECT_EQ(
        ports_of(rules("p").layers[0]),
        "bind_tcp 0-0, bind_tcp 80-90, bind_tcp 65535-65535, connect_udp 0-0, connect_udp 53-53");
}

TEST_F(Resolve, GroupsAreMaskedToTheAbi) {
    policy("old", "[filesystem]\nwrite = ['/w']\n", 1);
    const Layer layer = rules("old").layers[0];
    EXPECT_FALSE(layer.paths.at(0).access.contains(access_of("fs.truncate")));
    EXPECT_TRUE(known_at(1).contains(layer.paths.at(0).access));
    EXPECT_TRUE(layer.scopes.empty());
}

TEST_F(Resolve, UnrestrictedRightsTakeTheirRulesAlong) {
    policy("p", R"([filesystem]
read = ['/r']
connect_unix = ['/u']
unrestricted = ['fs.resolve_unix', 'fs.read_dir']
[network]
unrestricted = ['connect_tcp', 'net.bind_udp']
[scope]
signal = false
)");
    const Layer layer = rules("p").layers[0];
    EXPECT_EQ(layer.unrestricted, access_of("fs.resolve_unix") | access_of("fs.read_dir") |
                                      access_of("net.connect_tcp") | access_of("net.bind_udp"));
    ASSERT_EQ(layer.paths.size(), 1u);
    EXPECT_EQ(layer.paths[0].access, access_of("fs.read_file"));
    EXPECT_EQ(layer.scopes, access_of("scope.abstract_unix_socket"));
}

TEST_F(Resolve, OnePolicyIsEnoughToForbidLandlock) {
    policy("a", "[filesystem]\nread = ['/a']");
    policy("b", "forbid_landlock = true\n[filesystem]\nread = ['/b']");
    policy("c", "forbid_landlock = false\n[filesystem]\nread = ['/c']");
    EXPECT_FALSE(rules("a").forbid_landlock);
    for (const auto& names : {std::vector<std::string>{"a", "b"}, {"b", "a"}, {"c", "b"}}) {
        EXPECT_TRUE(rules({names[0], names[1]}).forbid_landlock) << names[0];
        EXPECT_EQ(rules({names[0], names[1]}).forbid_landlock_origin.policy, "b") << names[0];
    }
    EXPECT_FALSE(rules({"a", "c"}).forbid_landlock);
}

TEST_F(Resolve, StandInsAreOffUnlessOnePolicyWantsThem) {
    policy("a", "[filesystem]\nread = ['/a']");
    policy("b", "stand_ins = ['sockets']");
    policy("c", "stand_ins = []");
    EXPECT_FALSE(rules("a").stand_ins);
    for (const auto& names : {std::vector<std::string>{"a", "b"}, {"b", "a"}, {"c", "b"}}) {
        EXPECT_TRUE(rules({names[0], names[1]}).stand_ins) << names[0];
        EXPECT_EQ(rules({names[0], names[1]}).stand_ins_origin.policy, "b") << names[0];
    }
    EXPECT_FALSE(rules({"a", "c"}).stand_ins);
    drop_in("b", "50.toml", "stand_ins = []");
    EXPECT_FALSE(rules("b").stand_ins);
    drop_in("a", "50.toml", "stand_ins = ['sockets']");
    EXPECT_TRUE(rules("a").stand_ins);
}

TEST_F(Resolve, SocketsAreGrantedForStandInsAtAnyAbi) {
    write("/usr/p/abstractions/names.toml", "version = 1\n[filesystem]\nconnect_unix = ['/n/']\n");
    policy("a", "stand_ins = ['sockets']\nextends = ['names']\n[filesystem]\nconnect_unix = ['/s']",
           7);
    drop_in("a", "50.toml", "[filesystem]\nconnect_unix = ['/d']");
    const auto paths = [](const Rules& rules) {
        std::vector<std::string> all;
        for (const SocketGrant& socket : rules.sockets)
            all.push_back(socket.path);
        return all;
    };
    EXPECT_THAT(paths(rules("a")), ElementsAre("/d", "/n", "/s"));
    EXPECT_THAT(rules("a").layers[0].paths, testing::IsEmpty());
    policy("layered",
           "stand_ins = ['sockets']\n[filesystem]\nconnect_unix = ['/s', '/t']\n"
           "[[layer]]\n[layer.filesystem]\nconnect_unix = ['/s']",
           7);
    EXPECT_THAT(paths(rules("layered")), ElementsAre("/s"));
    policy("without", "extends = ['names']\n[filesystem]\nconnect_unix = ['/s']", 7);
    drop_in("without", "50.toml", "[filesystem]\nconnect_unix = ['/d']");
    EXPECT_THAT(paths(rules("without")), testing::IsEmpty());
}

TEST_F(Resolve, CapabilitiesThatAreKeptAreUnited) {
    policy("a", "[capabilities]\nkeep = ['sys_admin', 'bpf']\nreason = 'mounts'");
    policy("b", "extends = ['part']\n[capabilities]\nkeep = ['sys_admin']\nreason = 'too'");
    write("/usr/p/abstractions/part.toml",
          "version = 1\n[capabilities]\nkeep = ['sys_boot']\nreason = 'reboots'");
    drop_in("b", "50.toml", "[capabilities]\nkeep = ['sys_rawio']\nreason = 'disks'");
    const Rules both = rules({"a", "b"});
    std::vector<std::string> kept;
    for (const KeptCapability& row : both.kept_capabilities)
        kept.push_back(row.name + " " + to_string(row.origin.where) + " " +
                       row.origin.policy.str() + ": " + row.origin.reason.str());
    EXPECT_THAT(kept, testing::UnorderedElementsAre(
                          "sys_admin /usr/p/a.toml:4:9 a: mounts",
                          "bpf /usr/p/a.toml:4:22 a: mounts", "sys_admin /usr/p/b.toml:5:9 b: too",
                          "sys_boot /usr/p/abstractions/part.toml:3:9 b > part: reboots",
                          "sys_rawio /etc/p/b.toml.d/50.toml:3:9 b: disks"));
    std::vector<std::string> dropped;
    for (const landlock::Capability& row : landlock::capabilities)
        if ((both.dropped_capabilities() & landlock::set_of(row)) != 0)
            dropped.emplace_back(row.name);
    EXPECT_THAT(dropped, testing::ElementsAre("audit_control", "perfmon", "sys_module"));
    EXPECT_EQ(rules("a").dropped_capabilities() & both.dropped_capabilities(),
              both.dropped_capabilities());
}

TEST_F(Resolve, SeveralPoliciesAreAUnionOfRules) {
    policy("a",
           "minimum_abi = 4\ntrust_links = 'root'\n[filesystem]\nread = ['/a', "
           "'/both']\n[network]\nbind_tcp = [80]");
    policy("b",
           "inherit = false\nminimum_abi = 'all'\ntrust_links = 'others'\n[filesystem]\nwrite = "
           "['/both']\n"
           "[network]\nbind_tcp = ['81-82']\n");
    const Rules both = rules({"a", "b"});
    EXPECT_EQ(both.name, "a+b");
    EXPECT_EQ(both.minimum_abi, minimum_abi_all);
    EXPECT_FALSE(both.inherit);
    EXPECT_EQ(both.trust_links, landlock::LinkTrust::root);
    EXPECT_EQ(to_string(both.trust_links_origin.where), "/usr/p/a.toml:4:15");
    EXPECT_EQ(rules({"b", "a"}).trust_links, landlock::LinkTrust::root);
    EXPECT_EQ(rules("b").trust_links, landlock::LinkTrust::others);
    EXPECT_EQ(both.layers.at(0).paths.size(), 2u);
    EXPECT_EQ(find_rule(both.layers[0], "/both")->origins.size(), 2u);
    EXPECT_EQ(ports_of(both.layers[0]), "bind_tcp 80-82");
}

TEST_F(Resolve, MergingNeverLiftsARestriction) {
    policy("loose",
           "[network]\nunrestricted = ['connect_tcp', 'bind_tcp']\n[scope]\n"
           "signal = false\nabstract_unix_socket = false\n");
    policy("strict", "[network]\nunrestricted = ['bind_tcp']\n[scope]\nsignal = false\n");
    for (const auto& order : {std::vector<std::string>{"loose", "strict"}, {"strict", "loose"}}) {
        const Layer layer = rules(order).layers[0];
        EXPECT_EQ(layer.unrestricted, access_of("net.bind_tcp"));
        EXPECT_EQ(layer.scopes, access_of("scope.abstract_unix_socket"));
    }
}

TEST_F(Resolve, TheSameNameTwiceIsOnce) {
    policy("p", "[filesystem]\nread = ['/r']\n[[layer]]\n[layer.scope]\n[systemd]\nNice = 1\n");
    const Rules once = rules("p");
    const Rules twice = rules({"p", "-p", "p"});
    EXPECT_EQ(twice.name, "p");
    EXPECT_EQ(twice.digest, once.digest);
    EXPECT_EQ(twice.systemd.size(), 1u);
    EXPECT_THAT(problems({"-nope", "nope"}), ElementsAre(HasSubstr("/unit.conf:2:2: there is no")));
}

TEST_F(Resolve, OrderOfPoliciesDoesNotChangeRules) {
    policy("a", "[filesystem]\nread = ['/a', '/x']\n[network]\nbind_tcp = [80, 90]");
    policy("b", "[filesystem]\nwrite = ['/b', '/x']\n[network]\nbind_tcp = ['81-95']");
    Rules ab = rules({"a", "b"});
    Rules ba = rules({"b", "a"});
    EXPECT_EQ(ab.digest, ba.digest);
}

TEST_F(Resolve, TheFirstPolicyDecidesTheAbi) {
    policy("seven", "[filesystem]\nread = ['/7']\n", 7);
    policy("ten", "[filesystem]\nread = ['/10']\nconnect_unix = ['/s']\n", 10);
    const Layer layer = rules({"seven", "ten"}).layers[0];
    EXPECT_EQ(layer.abi, 7);
    EXPECT_EQ(find_rule(layer, "/s"), nullptr);
    EXPECT_THAT(problems({"ten", "seven"}),
                ElementsAre(HasSubstr("/usr/p/seven.toml:2:7: policy \"seven\" is written for abi "
                                      "= 7, older than the abi = 10 of policy \"ten\"")));
}

TEST_F(Resolve, LayersOnlyRestrictWhatTheyName) {
    policy("p", R"([filesystem]
read = ['/r']
[[layer]]
[layer.network]
bind_tcp = [80]
unrestricted = ['bind_udp']
[[layer]]
[layer.filesystem]
write = ['/w']
[layer.scope]
signal = false
)");
    const Rules p = rules("p");
    ASSERT_EQ(p.layers.size(), 3u);
    EXPECT_EQ(p.layers[1].unrestricted.fs, known_at(10).fs);
    EXPECT_EQ(p.layers[1].unrestricted.net, access_of("net.bind_udp").net);
    EXPECT_TRUE(p.layers[1].scopes.empty());
    EXPECT_EQ(ports_of(p.layers[1]), "bind_tcp 80-80");
    EXPECT_EQ(p.layers[2].unrestricted.net, known_at(10).net);
    EXPECT_EQ(p.layers[2].unrestricted.fs, 0u);
    EXPECT_EQ(p.layers[2].scopes, access_of("scope.abstract_unix_socket"));
    EXPECT_EQ(p.layers[2].paths.size(), 1u);
}

TEST_F(Resolve, TheKernelStacksSixteenLayers) {
    std::string layers;
    for (int i = 1; i <= 15; ++i)
        layers += "[[layer]]\n[layer.network]\nbind_tcp = [" + std::to_string(i) + "]\n";
    policy("p", layers);
    EXPECT_EQ(rules("p").layers.size(), 16u);
    policy("q", layers + "[[layer]]\n[layer.network]\nbind_tcp = [16]\n");
    EXPECT_THAT(problems("q"), ElementsAre(HasSubstr("/usr/p/q.toml:48:1: more than 16 layers")));
}

TEST_F(Resolve, QuietAndDirectivesKeepTheirOrigin) {
    policy("p",
           "[log]\nquiet = ['-/etc/x', '/a']\n[systemd]\nNoNewPrivileges = true\n"
           "SystemCallFilter = ['@system-service', '~@privileged']\nNice = -5\n");
    const Rules p = rules("p");
    ASSERT_EQ(p.quiet.size(), 2u);
    EXPECT_EQ(p.quiet[0].path, "/a");
    EXPECT_TRUE(p.quiet[1].optional);
    ASSERT_EQ(p.systemd.size(), 4u);
    EXPECT_EQ(p.systemd[0].key + "=" + p.systemd[0].value, "NoNewPrivileges=yes");
    EXPECT_EQ(p.systemd[1].key + "=" + p.systemd[1].value, "SystemCallFilter=@system-service");
    EXPECT_EQ(p.systemd[2].key + "=" + p.systemd[2].value, "SystemCallFilter=~@privileged");
    EXPECT_EQ(p.systemd[3].value, "-5");
    EXPECT_EQ(to_string(p.systemd[2].origin.where), "/usr/p/p.toml:7:40");
}

TEST_F(Resolve, EverySettingKeepsItsPlace) {
    abstraction("a", "[network]\nbind_tcp = [53]\n");
    policy("p",
           "minimum_abi = 2\ninherit = false\nextends = [\"a\"]\ndocumentation = [\"man:p(8)\"]\n"
           "[network]\nunrestricted = [\"connect_tcp\"]\n"
           "[scope]\nsignal = false\nabstract_unix_socket = true\n");
    drop_in("p", "50-a.toml",
            "minimum_abi = 4\n[scope]\nsignal = true\n[network.remove]\nbind_tcp = [53]\n"
            "[[layer]]\n[layer.filesystem]\nread = [\"/\"]\n");
    const Rules all = rules("p");
    const std::string main = "/usr/p/p.toml", drop = "/etc/p/p.toml.d/50-a.toml";
    EXPECT_EQ(to_string(all.abi_origin.where), main + ":2:7");
    EXPECT_EQ(to_string(all.minimum_abi_origin.where), drop + ":2:15");
    EXPECT_EQ(to_string(all.inherit_origin.where), main + ":4:11");
    EXPECT_EQ(all.documentation, std::vector<std::string>{"man:p(8)"});
    ASSERT_EQ(all.layers.size(), 2u);
    std::vector<std::string> handling;
    for (const HandlingOrigin& entry : all.layers[0].handling)
        handling.push_back(std::string(entry.restricted ? "+" : "-") +
                           to_string(entry.origin.where));
    // The drop-in replaced the policy's setting for signals.
    EXPECT_EQ(handling, (std::vector<std::string>{"-" + main + ":8:17", "+" + main + ":11:24",
                                                  "+" + drop + ":4:10"}));
    EXPECT_EQ(to_string(all.layers[1].origin.where), drop + ":7:1");
    ASSERT_EQ(all.removed.size(), 1u);
    EXPECT_EQ(all.removed[0].what, "net.bind_tcp 53");
    EXPECT_EQ(to_string(all.removed[0].origin.where), drop + ":6:13");
    std::vector<std::string> sources;
    for (const SourceFile& source : all.sources)
        sources.push_back(source.policy.str() + (source.drop_in ? "+" : "") + ":" +
                          source.path.str());
    EXPECT_EQ(sources, (std::vector<std::string>{"p:" + main, "p+:" + drop,
                                                 "p > a:/usr/p/abstractions/a.toml"}));
}

TEST_F(Resolve, DigestNamesRulesNotFiles) {
    policy("a", "[filesystem]\nread = ['/r', '/s']\n");
    policy("b",
           "# another file\n[filesystem]\nread = ['/s']\n[[filesystem.rule]]\npath = '/r'\n"
           "allow = ['fs.read_file', 'fs.read_dir']\nreason = 'why'\n");
    policy("c", "[filesystem]\nread = ['/r', '-/s']\n");
    EXPECT_EQ(rules("a").digest, rules("b").digest);
    EXPECT_NE(rules("a").digest, rules("c").digest);
}

TEST_F(Resolve, NoNameNoRules) {
    const auto none = resolve_names({});
    ASSERT_TRUE(none.has_value());
    EXPECT_FALSE(none->has_value());
}

// The time to merge drop-ins grows with the square of their number.
TEST_F(Resolve, TooManyDropInsAreAnError) {
    policy("web", "");
    for (std::size_t i = 0; i <= most_drop_ins; ++i)
        drop_in("web", std::to_string(i) + ".toml",
                "[filesystem]\nread = ['/" + std::to_string(i) + "']\n");
    EXPECT_THAT(problems("web"), ElementsAre(HasSubstr("1001 drop-ins change \"web\", and at most "
                                                       "1000 may")));
}

}  // namespace
}  // namespace ringfence::policy
