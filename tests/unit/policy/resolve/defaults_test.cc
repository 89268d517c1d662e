// SPDX-License-Identifier: LGPL-2.1-or-later
// ringfence.conf: where it is found, which file wins, and what it changes in policies.
#include "policy/resolve/defaults.h"

#include <gmock/gmock.h>

#include "../tree.h"

namespace ringfence::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Defaults : public Tree {
  protected:
    Result<policy::Defaults> read() const { return read_defaults(root(), {"/etc/p", "/usr/p"}); }
    Rules with_host(const std::vector<std::string>& names) const {
        std::vector<Name> all;
        for (const std::string& name : names)
            all.push_back({name, false, {"/unit.conf", 2, 1}});
        return resolve(root(), {"/etc/p", "/usr/p"}, all, read().value()).value().value();
    }
};

TEST_F(Defaults, NoFileNoDefaults) {
    const auto defaults = read();
    ASSERT_TRUE(defaults.has_value());
    EXPECT_FALSE(defaults->minimum_abi.has_value());
    EXPECT_EQ(defaults->reports, Reports{});
    EXPECT_TRUE(defaults->files.empty());
}

TEST_F(Defaults, TheFirstFileAndThenAllDropInsByName) {
    write("/usr/ringfence.conf", "minimum_abi = 9\n");
    write("/etc/ringfence.conf", "minimum_abi = 2\n");
    write("/usr/ringfence.conf.d/60-b.conf", "minimum_abi = 4\n");
    write("/usr/ringfence.conf.d/50-a.conf", "minimum_abi = 3\nreports = [\"journal\"]\n");
    write("/usr/ringfence.conf.d/50-a.txt", "is not looked at");
    const auto defaults = read();
    ASSERT_TRUE(defaults.has_value());
    EXPECT_EQ(defaults->minimum_abi, 4);
    EXPECT_EQ(to_string(defaults->minimum_abi_where), "/usr/ringfence.conf.d/60-b.conf:1:15");
    EXPECT_EQ(defaults->reports, (Reports{false, true}));
    EXPECT_THAT(defaults->files,
                ElementsAre("/etc/ringfence.conf", "/usr/ringfence.conf.d/50-a.conf",
                            "/usr/ringfence.conf.d/60-b.conf"));
    write("/etc/ringfence.conf.d/60-b.conf", "minimum_abi = 'all'\n");  // in its place
    EXPECT_EQ(read()->minimum_abi, minimum_abi_all);
    link("/etc/ringfence.conf.d/50-a.conf", "/dev/null");
    EXPECT_EQ(read()->reports, Reports{});
}

TEST_F(Defaults, IsADefaultAndNoMore) {
    policy("p", "", 7);
    policy("own", "minimum_abi = 2\n", 7);
    write("/etc/ringfence.conf", "minimum_abi = 4\n");
    EXPECT_EQ(with_host({"p"}).minimum_abi, 4);
    EXPECT_EQ(to_string(with_host({"p"}).minimum_abi_origin.where), "/etc/ringfence.conf:1:15");
    EXPECT_EQ(with_host({"own"}).minimum_abi, 2);
    EXPECT_EQ(with_host({"own", "p"}).minimum_abi, 4);
    // A kernel that can enforce the whole policy is not refused.
    write("/etc/ringfence.conf", "minimum_abi = 9\n");
    EXPECT_EQ(with_host({"p"}).minimum_abi, 7);
    write("/etc/ringfence.conf", "minimum_abi = 'all'\n");
    EXPECT_EQ(with_host({"p"}).minimum_abi, minimum_abi_all);
    EXPECT_FALSE(with_host({"p"}).stand_ins);
    policy("off", "stand_ins = []\n", 7);
    write("/etc/ringfence.conf", "stand_ins = ['sockets']\n");
    EXPECT_TRUE(with_host({"p"}).stand_ins);
    EXPECT_EQ(to_string(with_host({"p"}).stand_ins_origin.where), "/etc/ringfence.conf:1:13");
    EXPECT_FALSE(with_host({"off"}).stand_ins);
    EXPECT_TRUE(with_host({"off", "p"}).stand_ins);
}

// What is expected of the kernel changes nothing in a fence.
TEST_F(Defaults, ExpectedAbi) {
    policy("p", "", 7);
    EXPECT_EQ(read()->expected_abi, 0);
    const std::string digest = with_host({"p"}).digest;
    write("/etc/ringfence.conf", "expected_abi = 10\n");
    EXPECT_EQ(read()->expected_abi, 10);
    EXPECT_EQ(to_string(read()->expected_abi_where), "/etc/ringfence.conf:1:16");
    EXPECT_EQ(with_host({"p"}).digest, digest);
    // Of a kernel that is newer than this ringfence. It only reports, and must refuse no unit.
    write("/etc/ringfence.conf", "expected_abi = 12\n");
    EXPECT_EQ(read()->expected_abi, 12);
    EXPECT_EQ(with_host({"p"}).digest, digest);
    for (const char* value : {"0", "100", "'all'", "true"}) {
        write("/etc/ringfence.conf", std::string("expected_abi = ") + value + "\n");
        EXPECT_FALSE(read().has_value()) << value;
    }
}

TEST_F(Defaults, EveryMistakeIsAnError) {
    write("/etc/ringfence.conf",
          "minimum_abi = 12\nreports = [\"jounral\"]\nabi = 7\nread = []\nfoo = 1\n");
    write("/usr/ringfence.conf.d/50-a.conf", "minimum_abi\n");
    const auto defaults = read();
    ASSERT_FALSE(defaults.has_value());
    EXPECT_THAT(
        texts(defaults.error()),
        ElementsAre(HasSubstr("ringfence.conf:1:15: `minimum_abi` is 12"),
                    HasSubstr("ringfence.conf:2:12: there is no report \"jounral\""),
                    HasSubstr("3:1: `abi` has no place in ringfence.conf; it belongs in"),
                    HasSubstr("4:1: unknown key \"read\""), HasSubstr("5:1: unknown key \"foo\""),
                    HasSubstr("50-a.conf:1:12: not valid TOML")));
}

TEST_F(Defaults, WhatCannotBeReadIsAnError) {
    std::filesystem::create_directories(directory_ / "etc/ringfence.conf");
    EXPECT_FALSE(read().has_value());
    std::filesystem::remove(directory_ / "etc/ringfence.conf");
    link("/etc/ringfence.conf", "/gone");
    EXPECT_FALSE(read().has_value());
}

TEST_F(Defaults, ItsKeysAreNoneOfAPolicy) {
    policy("p", "reports = []\n");
    EXPECT_THAT(problems("p"),
                ElementsAre(HasSubstr("`reports` has no place in a policy; it belongs in "
                                      "/etc/ringfence/ringfence.conf")));
}

}  // namespace
}  // namespace ringfence::policy
