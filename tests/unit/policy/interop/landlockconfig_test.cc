// SPDX-License-Identifier: LGPL-2.1-or-later
// Properties that hold for every file. tests/landlockconfig compares with the original.
#include "policy/interop/landlockconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// The resolved paths of a file, or its first problem.
std::vector<std::string> paths_of(const std::string& text) {
    const auto config = parse_landlockconfig(text, "c.toml");
    if (!config) return {to_string(config.error()[0])};
    const auto paths = resolve_paths(*config);
    if (!paths) return {to_string(paths.error()[0])};
    std::vector<std::string> all;
    for (const ConfigPath& path : *paths)
        all.push_back(path.path);
    return all;
}

std::string rule_on(const std::string& path) {
    return "[[path_beneath]]\nallowed_access = [\"execute\"]\nparent = [\"" + path + "\"]\n";
}

std::string variable(const std::string& name, const std::string& literals) {
    return "[[variable]]\nname = \"" + name + "\"\nliteral = [" + literals + "]\n";
}

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

TEST(Landlockconfig, TheLastVariableChangesFirst) {
    EXPECT_THAT(paths_of(variable("a", R"("x", "y")") + variable("b", R"("1", "2")") +
                         rule_on("/${a}/${b}/$${a}")),
                ElementsAre("/x/1/${a}", "/x/2/${a}", "/y/1/${a}", "/y/2/${a}"));
}

// As many variables as fit into a policy's file. A recursion for each of them would use up the
// stack.
TEST(Landlockconfig, APathMayHaveVariablesWithoutEnd) {
    const std::string path = "/" + repeated("${a}", 250000);
    EXPECT_THAT(paths_of(variable("a", R"("x")") + rule_on(path)),
                ElementsAre("/" + std::string(250000, 'x')));
}

TEST(Landlockconfig, WhatBecomesTooMuchIsRefusedBeforeItIsMade) {
    // 2^40 different paths, 2^40 times the same path, and one path of 250 MB.
    for (const std::string& text :
         {variable("a", R"("x", "y")") + rule_on("/" + repeated("${a}", 40)),
          variable("a", R"("/", "//")") + rule_on("/" + repeated("${a}", 40)),
          variable("a", '"' + std::string(1000, 'x') + '"') +
              rule_on("/" + repeated("${a}", 250000))})
        EXPECT_THAT(paths_of(text), ElementsAre(HasSubstr("make more than")));
}

TEST(Landlockconfig, MessagesNameTheKeyAndComeInTheOrderOfTheFile) {
    const auto config = parse_landlockconfig(
        "abi = 0\n[[path_beneath]]\nallowedAccess = [\"execute\"]\nparent = \"/a\"\n"
        "[[net_port]]\nallowed_access = []\nport = [65536]\n[[ruleset]]\n",
        "c.toml");
    ASSERT_FALSE(config);
    std::vector<std::string> problems;
    for (const Diagnostic& problem : config.error())
        problems.push_back(to_string(problem));
    EXPECT_THAT(
        problems,
        ElementsAre(
            "c.toml:1:7: `abi` must be an integer from 1 to 2147483647",
            "c.toml:2:1: a rule on paths has no `allowed_access`",
            "c.toml:3:1: unknown key \"allowedAccess\" in a rule on paths of a landlockconfig "
            "file; "
            "did you mean `allowed_access`?",
            "c.toml:4:10: `parent` must be an array, not a string",
            "c.toml:6:18: `allowed_access` is empty; name at least one, or leave the key out",
            "c.toml:7:9: a port must be an integer from 0 to 65535",
            "c.toml:8:1: this ruleset is empty; it needs `handled_access_fs`, "
            "`handled_access_net` or `scoped`"));
}

}  // namespace
}  // namespace ringfence::policy
