// SPDX-License-Identifier: LGPL-2.1-or-later
// What a word of the command line means, and the rules that it stands for.
#include "cli/site/operand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence::cli {
namespace {

using Kind = Operand::Kind;
using ::testing::HasSubstr;

class Operands : public ScratchTest {
  protected:
    std::string path(const std::string& name) const { return (directory_ / name).string(); }

    /// The paths that the policy allows, or its first problem.
    std::string read(const std::string& word, DropIns drop_ins) const {
        const auto site = open_site("/", unit::Scope::system);
        const auto policy = resolve_policy(*site, read_operand(word), drop_ins);
        if (!policy) return to_string(policy.error().front());
        std::string paths = policy->name + ":";
        for (const policy::PathRule& rule : policy->rules.layers.front().paths)
            paths += " " + rule.path;
        return paths;
    }
};

TEST_F(Operands, WhatAWordStandsFor) {
    write("directory.toml/x", "");
    const std::pair<std::string, Kind> cases[] = {
        {"-", Kind::standard_input},
        {"nginx", Kind::name},
        {"nginx+site", Kind::name},
        {"nginx.service", Kind::unit},
        {".service", Kind::name},
        {"getty@tty1.service", Kind::unit},
        {"nginx.timer", Kind::name},
        {"nginx.toml", Kind::file},
        {"nginx.json", Kind::file},
        {".toml", Kind::name},
        {"./nginx", Kind::file},
        {"/nonexistent/nginx.service", Kind::file},
        {path("directory.toml"), Kind::directory},
        {"", Kind::name},
    };
    for (const auto& [word, kind] : cases)
        EXPECT_EQ(read_operand(word).kind, kind) << word;
}

TEST_F(Operands, Services) {
    EXPECT_EQ(service_name("nginx")->full, "nginx.service");
    EXPECT_EQ(service_name("nginx.service")->full, "nginx.service");
    EXPECT_EQ(service_name("getty@tty1")->instance, "tty1");
    const auto problem = [](const std::string& word) {
        const auto name = service_name(word);
        return name ? "" : to_string(name.error().front());
    };
    EXPECT_THAT(problem("nginx.timer"), HasSubstr("\"nginx.timer\" is no service"));
    EXPECT_THAT(problem("a b"), HasSubstr("is not a unit's name"));
    EXPECT_THAT(problem(""), HasSubstr("is not a unit's name"));
}

TEST_F(Operands, FilesAndWhatLiesBeside) {
    write("p/abstractions/mine.toml", "version = 1\nabi = 7\n[filesystem]\nread = ['/mine']\n");
    write("p/app.toml", "version = 1\nabi = 7\ndescription = 'x'\nextends = ['mine']\n");
    write("p/app.toml.d/a.toml", "version = 1\n[filesystem]\nread = ['/more']\n");
    EXPECT_EQ(read(path("p/app.toml"), DropIns::ignore), "app: /mine");
    EXPECT_EQ(read(path("p/app.toml"), DropIns::read), "app: /mine /more");
    EXPECT_THAT(read(path("p/none.toml"), DropIns::read), HasSubstr("cannot be opened"));
}

}  // namespace
}  // namespace ringfence::cli
