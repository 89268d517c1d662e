// SPDX-License-Identifier: LGPL-2.1-or-later
#include <map>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "../tree.h"

namespace ringfence::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Search = Tree;

TEST_F(Search, TheFirstDirectoryWins) {
    policy("p", "description = 'usr'\n");
    write("/etc/p/p.toml", "version = 1\nabi = 7\ndescription = 'etc'\n");
    EXPECT_EQ(rules("p").description, "etc");
}

TEST_F(Search, MissingSaysWhereItLooked) {
    policy("nginx", "");
    EXPECT_THAT(problems("ngnix"),
                ElementsAre("/unit.conf:2:1: there is no policy \"ngnix\" (looked for ngnix.toml "
                            "in /etc/p, /usr/p); did you mean `nginx`?"));
    EXPECT_THAT(problems("other"), ElementsAre(HasSubstr("write \"-other\" if there may be none")));
}

TEST_F(Search, OptionalNamesMayBeMissing) {
    policy("p", "");
    EXPECT_EQ(rules({"-nope", "p"}).name, "p");
    const auto none = resolve_names({"-nope"});
    ASSERT_TRUE(none.has_value());
    EXPECT_FALSE(none->has_value());
}

TEST_F(Search, LinksToDevNullMask) {
    policy("p", "");
    link("/etc/p/p.toml", "/dev/null");
    EXPECT_THAT(problems("p"),
                ElementsAre("/unit.conf:2:1: policy \"p\" is masked: /etc/p/p.toml is a link to "
                            "/dev/null; remove the link, or the policy's name here"));
    const auto none = resolve_names({"-p"});
    ASSERT_TRUE(none.has_value());
    EXPECT_FALSE(none->has_value());
}

TEST_F(Search, MaskedAbstractionsGiveNothing) {
    policy("p", "extends = ['a']\n[filesystem]\nread = ['/p']\n");
    abstraction("a", "[filesystem]\nread = ['/a']\n");
    EXPECT_EQ(rules("p").layers[0].paths.size(), 2u);
    link("/etc/p/abstractions/a.toml", "/dev/null");
    EXPECT_EQ(rules("p").layers[0].paths.size(), 1u);
}

// If a policy cannot be read, a policy in a later directory must never take its place.
TEST_F(Search, UnreadableIsNotMissing) {
    policy("p", "");
    link("/etc/p/p.toml", "nowhere");
    EXPECT_THAT(problems("-p"), ElementsAre(HasSubstr("/etc/p/p.toml: a link to nowhere, which "
                                                      "does not exist")));
    policy("loop", "");
    link("/etc/p/loop.toml", "loop.toml");
    EXPECT_THAT(problems("-loop"), ElementsAre(HasSubstr("/etc/p/loop.toml: cannot be read: Too "
                                                         "many levels of symbolic links")));
    policy("dir", "");
    std::filesystem::create_directories(directory_ / "etc/p/dir.toml");
    EXPECT_THAT(problems("-dir"), ElementsAre("/etc/p/dir.toml: a directory, not a policy file"));
    policy("fifo", "");
    ASSERT_EQ(::mkfifo((directory_ / "etc/p/fifo.toml").c_str(), 0600), 0);
    EXPECT_THAT(problems("-fifo"), ElementsAre(HasSubstr("neither a regular file nor a link")));
    policy("file", "");
    write("/etc/p/file.toml.d", "not a directory");
    EXPECT_THAT(problems("file"),
                ElementsAre("/etc/p/file.toml.d: cannot be read: Not a directory"));
}

TEST_F(Search, UnreadableDropInsAreAllTold) {
    policy("p", "");
    link("/etc/p/p.toml.d/1.toml", "nowhere");
    link("/etc/p/p.toml.d/2.toml", "nowhere");
    drop_in("p", "3.toml", "");
    EXPECT_EQ(problems("p").size(), 2u);
}

TEST_F(Search, LargeFilesAreRefused) {
    policy("p", "# " + std::string(1 << 20, 'x'));
    EXPECT_THAT(problems("p"),
                ElementsAre("/usr/p/p.toml: larger than 1048576 bytes: this is no policy"));
}

TEST_F(Search, NamesAreChecked) {
    const std::map<std::string, std::string> bad = {
        {"", "it is empty"},
        {"a/b", "it has a slash, and names are no paths"},
        {"../x", "it begins with a dot"},
        {".x", "it begins with a dot"},
        {"a b", "it has a character in it that unit names cannot have"},
        {"a%i", "it has a specifier that only a running unit knows"},
        {"a+b", "it has \"+\" in it"},
        {std::string(249, 'x'), "it is over 248 bytes long"},
    };
    for (const auto& [name, why] : bad)
        EXPECT_THAT(problems(std::vector{name}),
                    ElementsAre(testing::AllOf(HasSubstr("/unit.conf:2:1: "),
                                               HasSubstr("is no name of a policy: " + why))))
            << name;
    policy("foo@bar\\x2d:_.1", "");
    EXPECT_EQ(rules("foo@bar\\x2d:_.1").name, "foo@bar\\x2d:_.1");
}

TEST(SearchPath, System) {
    EXPECT_THAT(system_search_path(),
                ElementsAre("/etc/ringfence/policies", "/run/ringfence/policies",
                            "/usr/local/lib/ringfence/policies", "/usr/lib/ringfence/policies"));
}

TEST(SearchPath, User) {
    std::map<std::string, std::string> environment = {{"HOME", "/users/u"},
                                                      {"XDG_RUNTIME_DIR", "/run/user/1"}};
    const auto look_up = [&](const std::string& name) -> std::optional<std::string> {
        const auto found = environment.find(name);
        if (found == environment.end()) return std::nullopt;
        return found->second;
    };
    SearchPath path = user_search_path(look_up);
    path.resize(4);
    EXPECT_THAT(path,
                ElementsAre("/users/u/.config/ringfence/policies", "/run/user/1/ringfence/policies",
                            "/users/u/.local/share/ringfence/policies", "/etc/ringfence/policies"));
    environment = {{"XDG_CONFIG_HOME", "/c"}, {"XDG_DATA_HOME", "relative"}};
    path = user_search_path(look_up);
    ASSERT_EQ(path.size(), 5u);
    EXPECT_EQ(path[0], "/c/ringfence/policies");
}

}  // namespace
}  // namespace ringfence::policy
