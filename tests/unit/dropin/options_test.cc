// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"

namespace ringfence::dropin {
namespace {

using landlock::access_of;
using testing::ElementsAre;

landlock::Access group(std::string_view name) {
    for (const auto& row : landlock::path_groups)
        if (name == row.option) return row.access;
    return {};
}

policy::PathRule path(const std::string& text, landlock::Access access, bool optional = false) {
    policy::PathRule rule;
    rule.path = text;
    rule.access = access;
    rule.optional = optional;
    return rule;
}

TEST(Options, OrderAndGroups) {
    policy::Rules rules = build_rules();
    policy::Layer& layer = rules.layers[0];
    const landlock::Access known = landlock::known_at(7);
    layer.unrestricted = access_of("fs.ioctl_dev");
    layer.scopes = access_of("scope.signal");
    layer.paths = {path("/a", landlock::read_access), path("/b", group("write") & known, true),
                   path("/c", group("execute")),
                   path("/d", access_of("fs.read_file") | access_of("fs.write_file"), true),
                   path("/e", (group("write") | group("execute")) & known)};
    layer.ports = {{80, 80, access_of("net.bind_tcp"), {}},
                   {1, 9, access_of("net.connect_tcp"), {}}};
    rules.quiet = {{"/q", true, {}}};
    rules.minimum_abi = policy::minimum_abi_all;
    EXPECT_THAT(
        render_options(rules),
        ElementsAre("--policy=p", "--digest=0123456789abcdef", "--minimum-abi=all", "--abi=7",
                    "--unrestricted=fs.ioctl_dev", "--execute=/c", "--execute=/e", "--read=/a",
                    "--write=-/b", "--write=/e", "--allow=fs.write_file,fs.read_file:-/d",
                    "--bind-tcp=80", "--connect-tcp=1-9", "--scope=signal", "--quiet=-/q"));
}

TEST(Options, GroupsAreMaskedToTheLayer) {
    policy::Rules rules = build_rules();
    rules.layers[0].abi = 1;
    rules.layers[0].paths = {path("/a", group("write") & landlock::known_at(1))};
    rules.layers.push_back(rules.layers[0]);
    rules.layers[1].abi = 9;
    rules.layers[1].paths = {path("/a", group("write") & landlock::known_at(1)),
                             path("/s", group("connect-unix"))};
    const auto options = render_options(rules);
    EXPECT_THAT(
        std::vector<std::string>(options.begin() + 3, options.end()),
        ElementsAre("--abi=1", "--write=/a", "--layer", "--abi=9", "--connect-unix=/s",
                    testing::StartsWith("--allow=fs.write_file,fs.read_file,fs.read_dir,")));
}

}  // namespace
}  // namespace ringfence::dropin
