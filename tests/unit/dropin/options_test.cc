// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/options.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"

namespace ringfence::dropin {
namespace {

using landlock::access_of;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

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
    rules.kept_capabilities = {{"sys_module", {}}, {"audit_control", {}}, {"sys_module", {}}};
    EXPECT_THAT(
        render_options(rules),
        ElementsAre("--policy=p", "--digest=0123456789abcdef", "--minimum-abi=all",
                    "--drop-capabilities=bpf,perfmon,sys_admin,sys_boot,sys_rawio", "--abi=7",
                    "--unrestricted=fs.ioctl_dev", "--execute=/c", "--execute=/e", "--read=/a",
                    "--write=-/b", "--write=/e", "--allow=fs.write_file,fs.read_file:-/d",
                    "--bind-tcp=80", "--connect-tcp=1-9", "--scope=signal", "--quiet=-/q"));
}

TEST(Options, TheDefaultTrustIsNotWritten) {
    policy::Rules rules = build_rules();
    for (const landlock::LinkTrustWord& row : landlock::link_trust_words) {
        rules.trust_links = row.trust;
        const auto options = render_options(rules);
        const std::string option = std::string("--trust-links=") + row.text;
        const bool written = std::find(options.begin(), options.end(), option) != options.end();
        EXPECT_EQ(written, row.trust != landlock::LinkTrust::others) << option;
    }
}

// The wrapper refuses what is left of a path with an empty variable.
TEST(Options, PathsHaveNoEmptyNames) {
    policy::Rules rules = build_rules();
    rules.layers[0].paths = {path("/a//${B}/", group("read") & landlock::known_at(7)),
                             path("/", access_of("fs.read_dir"))};
    EXPECT_THAT(render_options(rules), Contains("--read=/a/${B}"));
    EXPECT_THAT(render_options(rules), Contains("--allow=fs.read_dir:/"));
}

TEST(Options, FurtherLandlockCallsAreForbidden) {
    policy::Rules rules = build_rules();
    EXPECT_THAT(render_options(rules), Not(Contains("--forbid-landlock")));
    rules.forbid_landlock = true;
    EXPECT_THAT(render_options(rules), Contains("--forbid-landlock"));
}

TEST(Options, APolicyThatKeepsAllCapabilitiesHasNoOption) {
    policy::Rules rules = build_rules();
    for (const landlock::Capability& row : landlock::capabilities) {
        EXPECT_THAT(render_options(rules), Contains(StartsWith("--drop-capabilities=")));
        rules.kept_capabilities.push_back({row.name, {}});
    }
    EXPECT_THAT(render_options(rules), Not(Contains(StartsWith("--drop-capabilities"))));
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
    EXPECT_THAT(std::vector<std::string>(options.begin() + 4, options.end()),
                ElementsAre("--abi=1", "--write=/a", "--layer", "--abi=9", "--connect-unix=/s",
                            StartsWith("--allow=fs.write_file,fs.read_file,fs.read_dir,")));
}

}  // namespace
}  // namespace ringfence::dropin
