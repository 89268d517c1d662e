// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/inline_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"
#include "dropin/options.h"

namespace ringfence::dropin {
namespace {

constexpr char drops_all[] =
    "--drop-capabilities=audit_control,bpf,perfmon,sys_admin,sys_boot,sys_module,sys_rawio";

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

Result<std::optional<InlineRules>> inline_rules(const std::string& lines) {
    return read_inline_rules(build_unit("a.service", "[Service]\n" + lines));
}

std::vector<std::string> options(const std::string& lines) {
    const auto rules = make_rules(inline_rules(lines).value().value());
    if (!rules) return {rules.error().front().message};
    std::vector<std::string> all = render_options(*rules);
    all.erase(all.begin(), all.begin() + 2);  // name and digest
    return all;
}

TEST(InlineRules, EverySetting) {
    EXPECT_THAT(
        options("X-LandlockABI=10\nX-LandlockMinimumABI=all\nX-LandlockReadPaths=/r \"-/a b\"\n"
                "X-LandlockExecPaths=/e\nX-LandlockReadWritePaths=%S/w\nX-LandlockBindTCP=80 443\n"
                "X-LandlockConnectTCP=1-9\nX-LandlockBindUDP=53\nX-LandlockConnectUDP=53\n"
                "X-LandlockScope=signal\n"),
        ElementsAre("--minimum-abi=all", drops_all, "--abi=10", "--execute=/e", "--read=-/a b",
                    "--read=/r", "--write=%S/w", "--bind-tcp=80", "--bind-tcp=443",
                    "--connect-tcp=1-9", "--bind-udp=53", "--connect-udp=53", "--scope=signal"));
}

TEST(InlineRules, ListsAppendAndReset) {
    const auto all = options(
        "X-LandlockABI=7\nX-LandlockReadPaths=/a\nX-LandlockReadPaths=\n"
        "X-LandlockReadPaths=/b\nX-LandlockReadPaths=/c\n");
    EXPECT_THAT(all, Contains("--read=/b"));
    EXPECT_THAT(all, Contains("--read=/c"));
    EXPECT_THAT(all, Not(Contains("--read=/a")));
    EXPECT_EQ(inline_rules("X-LandlockReadPaths=/a\nX-LandlockReadPaths=\n").value().has_value(),
              false);
}

TEST(InlineRules, ScopesAreAllUnlessNamed) {
    EXPECT_THAT(options("X-LandlockABI=7\n"),
                ElementsAre("--minimum-abi=1", drops_all, "--abi=7", "--scope=signal",
                            "--scope=abstract-unix-socket"));
    EXPECT_THAT(options("X-LandlockABI=7\nX-LandlockScope=none\n"),
                ElementsAre("--minimum-abi=1", drops_all, "--abi=7"));
}

TEST(InlineRules, AnAbiIsRequiredAndBinds) {
    EXPECT_THAT(options("X-LandlockReadPaths=/a\n"),
                ElementsAre("rules without a policy need X-LandlockABI="));
    EXPECT_FALSE(make_rules(**inline_rules("X-LandlockABI=7\nX-LandlockBindUDP=53\n")));
    EXPECT_FALSE(make_rules(**inline_rules("X-LandlockABI=3\nX-LandlockScope=signal\n")));
}

TEST(InlineRules, OnTopOfAPolicy) {
    policy::Rules rules = build_rules();
    rules.digest = "x";
    const auto merged = add_inline_rules(
        **inline_rules("X-LandlockReadPaths=/more\nX-LandlockMinimumABI=5\n"), rules);
    EXPECT_THAT(render_options(*merged), Contains("--read=/more"));
    EXPECT_THAT(render_options(*merged), Contains("--read=/etc"));
    EXPECT_EQ(merged->minimum_abi, 5);
    EXPECT_NE(merged->digest, "x");
    EXPECT_FALSE(add_inline_rules(**inline_rules("X-LandlockABI=6\n"), rules));
    EXPECT_TRUE(add_inline_rules(**inline_rules("X-LandlockABI=7\n"), rules));
}

TEST(InlineRules, WrongWords) {
    for (const char* bad :
         {"X-LandlockReadPaths=relative\n", "X-LandlockReadPaths='/a\n", "X-LandlockBindTCP=http\n",
          "X-LandlockBindTCP=65536\n", "X-LandlockBindTCP=9-1\n", "X-LandlockScope=all\n",
          "X-LandlockABI=0\n", "X-LandlockABI=12\n", "X-LandlockMinimumABI=no\n"})
        EXPECT_FALSE(inline_rules(bad)) << bad;
}

}  // namespace
}  // namespace ringfence::dropin
