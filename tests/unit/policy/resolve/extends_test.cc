// SPDX-License-Identifier: LGPL-2.1-or-later
// Abstractions and drop-ins.
#include <gmock/gmock.h>

#include "../tree.h"
#include "landlock/groups.h"

namespace ringfence::policy {

std::string ports_of(const Layer& layer);

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Extends = Tree;
using DropIns = Tree;

TEST_F(Extends, AbstractionsComeWithTheirChain) {
    policy("web", "extends = ['tls', 'base']\n");
    abstraction("tls", "extends = ['base']\n[filesystem]\nread = ['/etc/ssl']\n");
    abstraction("base", "[filesystem]\nread = ['/etc/passwd']\n");
    const Layer layer = rules("web").layers[0];
    ASSERT_EQ(layer.paths.size(), 2u);
    EXPECT_EQ(find_rule(layer, "/etc/ssl")->origins.at(0).policy, "web > tls");
    const PathRule* passwd = find_rule(layer, "/etc/passwd");
    ASSERT_EQ(passwd->origins.size(), 1u);  // read once, though two extend it
    EXPECT_EQ(passwd->origins[0].policy, "web > tls > base");
    EXPECT_EQ(to_string(passwd->origins[0].where), "/usr/p/abstractions/base.toml:3:9");
}

TEST_F(Extends, MissingNamesTheNearest) {
    policy("web", "extends = ['bse', 'nothing-like-it']\n");
    abstraction("base", "");
    EXPECT_THAT(problems("web"),
                ElementsAre("/usr/p/web.toml:3:12: there is no abstraction \"bse\" (looked for "
                            "abstractions/bse.toml in /etc/p, /usr/p); did you mean `base`?",
                            HasSubstr("/usr/p/web.toml:3:19: there is no abstraction")));
}

TEST_F(Extends, CirclesAreRefused) {
    policy("web", "extends = ['a']\n");
    abstraction("a", "extends = ['b']\n");
    abstraction("b", "extends = ['a']\n");
    EXPECT_THAT(problems("web"),
                ElementsAre("/usr/p/abstractions/b.toml:2:12: abstractions extend each other in a "
                            "circle: web > a > b > a; take one of them out of its `extends`"));
    abstraction("b", "extends = ['b']\n");
    EXPECT_THAT(problems("web"), ElementsAre(HasSubstr("circle: web > a > b > b")));
}

TEST_F(Extends, APolicyMayHaveTheNameOfAnAbstraction) {
    policy("base", "extends = ['base']\n");
    abstraction("base", "[filesystem]\nread = ['/r']\n");
    EXPECT_EQ(rules("base").layers[0].paths.size(), 1u);
}

TEST_F(Extends, DepthIsBounded) {
    policy("deep", "extends = ['a1']\n");
    for (int i = 1; i <= 20; ++i)
        abstraction("a" + std::to_string(i), "extends = ['a" + std::to_string(i + 1) + "']\n");
    EXPECT_THAT(problems("deep"), ElementsAre(HasSubstr("more than 16 deep: deep > a1 > a2")));
}

TEST_F(Extends, ManyWaysToOneAbstractionStayCheap) {
    policy("p", "extends = ['a1', 'b1']\n");
    for (int i = 1; i < 16; ++i)
        for (const char* side : {"a", "b"})
            abstraction(side + std::to_string(i),
                        i == 15 ? "[filesystem]\nread = ['/" + std::string(side) + "']\n"
                                : "extends = ['a" + std::to_string(i + 1) + "', 'b" +
                                      std::to_string(i + 1) + "']\n");
    EXPECT_EQ(rules("p").layers[0].paths.size(), 2u);
}

TEST_F(Extends, AnOlderAbstractionIsRefusedANewerOneMasked) {
    policy("p", "extends = ['old', 'new', 'any']\n", 7);
    abstraction("old", "abi = 6\n");
    abstraction("new", "abi = 9\n[filesystem]\nconnect_unix = ['/s']\nread = ['/n']\n");
    abstraction("any", "[filesystem]\nconnect_unix = ['/s']\n[network]\nconnect_udp = [53]\n");
    EXPECT_THAT(problems("p"),
                ElementsAre(HasSubstr("/usr/p/abstractions/old.toml:2:7: abstraction \"old\" is "
                                      "written for abi = 6, older than the abi = 7 of policy")));
    abstraction("old", "abi = 7\n");
    const Layer layer = rules("p").layers[0];
    ASSERT_EQ(layer.paths.size(), 1u);
    EXPECT_EQ(layer.paths[0].path, "/n");
    EXPECT_THAT(layer.ports, IsEmpty());
}

TEST_F(Extends, AbstractionsCannotLift) {
    policy("p", "extends = ['a']\n");
    abstraction("a",
                "minimum_abi = 3\ninherit = false\nunits = ['x.service']\n[filesystem]\n"
                "unrestricted = ['fs.read_dir']\n[network]\nunrestricted = ['bind_tcp']\n"
                "[scope]\nsignal = false\n[[layer]]\n[layer.scope]\n");
    const auto found = problems("p");
    ASSERT_EQ(found.size(), 7u);
    for (const std::string& text : found)
        EXPECT_THAT(text, HasSubstr("has no place in an abstraction"));
}

TEST_F(Extends, ProblemsOfAllFilesInOneRun) {
    policy("p", "extends = ['a', 'b']\n");
    policy("q", "extends = ['a']\nnonsense = 1\n");
    abstraction("a", "reed = 1\n");
    abstraction("b", "[filesystem]\nread = ['x']\n");
    const auto found = problems({"p", "q", "r"});
    ASSERT_EQ(found.size(), 4u);  // the problem in a is reported once
    EXPECT_THAT(found[0], HasSubstr("/usr/p/abstractions/a.toml:2:1: unknown key \"reed\""));
    EXPECT_THAT(found[1], HasSubstr("/usr/p/abstractions/b.toml:3:9: \"x\" is not an absolute"));
    EXPECT_THAT(found[2], HasSubstr("/usr/p/q.toml:4:1: unknown key \"nonsense\""));
    EXPECT_THAT(found[3], HasSubstr("/unit.conf:2:3: there is no policy \"r\""));
}

// A resolver keeps abstractions between units. That must not change results.
TEST_F(Extends, ManyResolvedByOneAreAsEachAlone) {
    abstraction("old", "abi = 7\n[filesystem]\nread = ['/old']\n");
    abstraction("new", "abi = 10\nextends = ['plain']\n[filesystem]\nread = ['/new']\n");
    abstraction("plain", "[filesystem]\nread = ['/plain']\n");
    abstraction("wrong", "extends = ['nowhere']\n");
    policy("a", "extends = ['old', 'plain']\n", 7);
    policy("b", "extends = ['new', 'plain']\n");
    policy("c", "extends = ['plain', 'old']\n");  // too old for it
    policy("d", "extends = ['wrong', 'plain']\n");
    const Root root = this->root();
    const SearchPath path = {"/etc/p", "/usr/p"};
    Resolver resolver(root, path);
    for (const char* name : {"a", "b", "a", "c", "d", "d", "b", "c", "a"}) {
        const auto alone = resolve(root, path, {{name, false, {}}});
        const auto among = resolver.resolve({{name, false, {}}});
        ASSERT_EQ(alone.has_value(), among.has_value()) << name;
        EXPECT_EQ(alone.has_value(), name[0] < 'c');
        if (!alone) {
            EXPECT_EQ(texts(alone.error()), texts(among.error()));
            continue;
        }
        EXPECT_EQ((*alone)->digest, (*among)->digest);
        ASSERT_EQ((*alone)->layers[0].paths.size(), (*among)->layers[0].paths.size());
        for (std::size_t i = 0; i < (*alone)->layers[0].paths.size(); ++i)
            EXPECT_EQ((*alone)->layers[0].paths[i].origins, (*among)->layers[0].paths[i].origins);
    }
}

TEST_F(Extends, DepthIsBoundedBehindAKnownAbstractionToo) {
    const auto chain_of = [&](const std::string& stem, int length) {
        for (int i = 0; i < length; ++i)
            abstraction(stem + std::to_string(i),
                        "extends = ['" + stem + std::to_string(i + 1) + "']\n");
    };
    chain_of("a", 10);
    abstraction("a10", "");
    policy("known", "extends = ['a0']\n");
    chain_of("b", 9);
    abstraction("b9", "extends = ['a0']\n");
    policy("deep", "extends = ['b0']\n");
    const Root root = this->root();
    const SearchPath path = {"/etc/p", "/usr/p"};
    Resolver resolver(root, path);
    EXPECT_TRUE(resolver.resolve({{"known", false, {}}}).has_value());
    const auto deep = resolver.resolve({{"deep", false, {}}});
    ASSERT_FALSE(deep.has_value());
    EXPECT_THAT(texts(deep.error()), Contains(HasSubstr("more than 16 deep")));
}

TEST_F(DropIns, AddInNameOrderOverAllDirectories) {
    policy("p", "description = 'p'\n");
    write("/usr/p/p.toml.d/20-b.toml", "version = 1\ndescription = 'b'\n[systemd]\nNice = 2\n");
    drop_in("p", "10-a.toml", "description = 'a'\n[systemd]\nNice = 1\n");
    drop_in("p", "ignored.conf", "nonsense");
    drop_in("p", ".hidden.toml", "nonsense");
    const Rules p = rules("p");
    EXPECT_EQ(p.description, "b");
    ASSERT_EQ(p.systemd.size(), 2u);
    EXPECT_EQ(p.systemd[0].value, "1");
    EXPECT_EQ(p.systemd[1].value, "2");
    EXPECT_EQ(p.systemd[0].origin.policy, "p");
}

TEST_F(DropIns, TheHigherDirectoryShadowsByName) {
    policy("p", "");
    write("/usr/p/p.toml.d/10.toml", "version = 1\n[filesystem]\nread = ['/usr']\n");
    write("/usr/p/p.toml.d/20.toml", "version = 1\n[filesystem]\nread = ['/masked']\n");
    drop_in("p", "10.toml", "[filesystem]\nread = ['/etc']\n");
    link("/etc/p/p.toml.d/20.toml", "/dev/null");
    const Layer layer = rules("p").layers[0];
    ASSERT_EQ(layer.paths.size(), 1u);
    EXPECT_EQ(layer.paths[0].path, "/etc");
}

TEST_F(DropIns, MayLiftAndChangeSettings) {
    policy("p",
           "minimum_abi = 4\ntrust_links = 'root'\n[scope]\nsignal = false\n[network]\nconnect_tcp "
           "= [443]\n");
    drop_in("p", "10.toml",
            "minimum_abi = 6\ninherit = false\ntrust_links = 'others'\n[scope]\nsignal = true\n"
            "[network]\nunrestricted = ['connect_tcp']\n");
    const Rules p = rules("p");
    EXPECT_EQ(p.minimum_abi, 6);
    EXPECT_FALSE(p.inherit);
    EXPECT_EQ(p.trust_links, landlock::LinkTrust::others);
    EXPECT_EQ(p.layers[0].scopes.scope, landlock::known_at(10).scope);
    EXPECT_EQ(p.layers[0].unrestricted, landlock::access_of("net.connect_tcp"));
    EXPECT_THAT(p.layers[0].ports, IsEmpty());
}

TEST_F(DropIns, RemoveTakesAway) {
    policy("p",
           "extends = ['a']\n[filesystem]\nread = ['/a', '/b']\nwrite = ['-/a']\n"
           "[network]\nbind_tcp = ['80-90']\nconnect_tcp = [443]\n");
    abstraction("a", "[filesystem]\nread = ['/c']\n");
    drop_in("p", "10.toml",
            "[filesystem]\nremove = ['/a', '/c', '-/none']\nread = ['/c/d']\n"
            "[network.remove]\nbind_tcp = ['82-84', 90]\nconnect_tcp = ['-80']\n");
    const Layer layer = rules("p").layers[0];
    ASSERT_EQ(layer.paths.size(), 2u);
    EXPECT_EQ(layer.paths[0].path, "/b");
    EXPECT_EQ(layer.paths[1].path, "/c/d");
    EXPECT_EQ(ports_of(layer), "bind_tcp 80-81, bind_tcp 85-89, connect_tcp 443-443");
}

TEST_F(DropIns, RemoveOfNothingIsAnError) {
    policy("p", "[filesystem]\nread = ['/var/log/web']\n");
    drop_in("p", "10.toml",
            "[filesystem]\nremove = ['/var/log/wbe']\n[network.remove]\n"
            "bind_tcp = [80]\n");
    EXPECT_THAT(
        problems("p"),
        ElementsAre("/etc/p/p.toml.d/10.toml:3:11: there is no rule on \"/var/log/wbe\" to "
                    "remove; did you mean \"/var/log/web\"?",
                    HasSubstr("/etc/p/p.toml.d/10.toml:5:13: no rule allows net.bind_tcp 80")));
}

TEST_F(DropIns, AreHeldToThePolicysAbi) {
    policy("p", "", 7);
    drop_in("p", "10.toml", "[network]\nbind_udp = [53]\n");
    drop_in("p", "20.toml", "abi = 9\n");
    EXPECT_THAT(problems("p"),
                ElementsAre(HasSubstr("/etc/p/p.toml.d/10.toml:3:13: `net.bind_udp` needs abi = 10 "
                                      "or newer, this policy says abi = 7"),
                            HasSubstr("20.toml:2:1: `abi` has no place in a drop-in")));
}

TEST_F(DropIns, BelongToAbstractionsToo) {
    policy("p", "extends = ['a']\n");
    abstraction("a", "[filesystem]\nread = ['/a']\n");
    abstraction("b", "[filesystem]\nread = ['/b']\n");
    write("/etc/p/abstractions/a.toml.d/10.toml",
          "version = 1\nextends = ['b']\n[filesystem]\nremove = ['/a']\n");
    const Layer layer = rules("p").layers[0];
    ASSERT_EQ(layer.paths.size(), 1u);
    EXPECT_EQ(layer.paths[0].origins.at(0).policy, "p > a > b");
}

TEST_F(DropIns, OfAPolicyThatIsNotThereDoNothing) {
    drop_in("p", "10.toml", "[filesystem]\nread = ['/a']\n");
    EXPECT_THAT(problems("p"), ElementsAre(HasSubstr("there is no policy \"p\"")));
}

}  // namespace
}  // namespace ringfence::policy
