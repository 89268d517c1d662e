// SPDX-License-Identifier: LGPL-2.1-or-later
// ringfence.conf: where it is found, what wins, and what it changes in policies.
#include "policy/host.h"

#include <gmock/gmock.h>

#include "tree.h"

namespace ringfence::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Host : public Tree {
  protected:
    Result<policy::Host> read() const {
        return read_host(Root::open(directory_).value(), {"/etc/p", "/usr/p"});
    }
    Rules with_host(const std::vector<std::string>& names) const {
        std::vector<Name> all;
        for (const std::string& name : names)
            all.push_back({name, false, {"/unit.conf", 2, 1}});
        return resolve(Root::open(directory_).value(), {"/etc/p", "/usr/p"}, all, read().value())
            .value()
            .value();
    }
};

TEST_F(Host, NoFileNoDefaults) {
    const auto host = read();
    ASSERT_TRUE(host.has_value());
    EXPECT_FALSE(host->minimum_abi.has_value());
    EXPECT_EQ(host->reports, Reports{});
    EXPECT_TRUE(host->files.empty());
}

TEST_F(Host, TheFirstFileAndThenAllDropInsByName) {
    write("/usr/ringfence.conf", "minimum_abi = 9\n");
    write("/etc/ringfence.conf", "minimum_abi = 2\n");
    write("/usr/ringfence.conf.d/60-b.conf", "minimum_abi = 4\n");
    write("/usr/ringfence.conf.d/50-a.conf", "minimum_abi = 3\nreports = [\"journal\"]\n");
    write("/usr/ringfence.conf.d/50-a.txt", "is not looked at");
    const auto host = read();
    ASSERT_TRUE(host.has_value());
    EXPECT_EQ(host->minimum_abi, 4);
    EXPECT_EQ(to_string(host->minimum_abi_where), "/usr/ringfence.conf.d/60-b.conf:1:15");
    EXPECT_EQ(host->reports, (Reports{false, true}));
    EXPECT_THAT(host->files, ElementsAre("/etc/ringfence.conf", "/usr/ringfence.conf.d/50-a.conf",
                                         "/usr/ringfence.conf.d/60-b.conf"));
    write("/etc/ringfence.conf.d/60-b.conf", "minimum_abi = 'all'\n");  // in its place
    EXPECT_EQ(read()->minimum_abi, minimum_abi_all);
    link("/etc/ringfence.conf.d/50-a.conf", "/dev/null");
    EXPECT_EQ(read()->reports, Reports{});
}

TEST_F(Host, IsADefaultAndNoMore) {
    policy("p", "", 7);
    policy("own", "minimum_abi = 2\n", 7);
    write("/etc/ringfence.conf", "minimum_abi = 4\n");
    EXPECT_EQ(with_host({"p"}).minimum_abi, 4);
    EXPECT_EQ(to_string(with_host({"p"}).minimum_abi_origin.where), "/etc/ringfence.conf:1:15");
    EXPECT_EQ(with_host({"own"}).minimum_abi, 2);
    EXPECT_EQ(with_host({"own", "p"}).minimum_abi, 4);
    // No kernel is refused that can enforce all of the policy.
    write("/etc/ringfence.conf", "minimum_abi = 9\n");
    EXPECT_EQ(with_host({"p"}).minimum_abi, 7);
    write("/etc/ringfence.conf", "minimum_abi = 'all'\n");
    EXPECT_EQ(with_host({"p"}).minimum_abi, minimum_abi_all);
}

TEST_F(Host, EveryMistakeIsAnError) {
    write("/etc/ringfence.conf",
          "minimum_abi = 12\nreports = [\"jounral\"]\nabi = 7\nread = []\nfoo = 1\n");
    write("/usr/ringfence.conf.d/50-a.conf", "minimum_abi\n");
    const auto host = read();
    ASSERT_FALSE(host.has_value());
    EXPECT_THAT(
        texts(host.error()),
        ElementsAre(HasSubstr("ringfence.conf:1:15: `minimum_abi` is 12"),
                    HasSubstr("ringfence.conf:2:12: there is no report \"jounral\""),
                    HasSubstr("3:1: `abi` has no place in ringfence.conf; it belongs in"),
                    HasSubstr("4:1: unknown key \"read\""), HasSubstr("5:1: unknown key \"foo\""),
                    HasSubstr("50-a.conf:1:12: not valid TOML")));
}

TEST_F(Host, WhatCannotBeReadIsAnError) {
    std::filesystem::create_directories(directory_ / "etc/ringfence.conf");
    EXPECT_FALSE(read().has_value());
    std::filesystem::remove(directory_ / "etc/ringfence.conf");
    link("/etc/ringfence.conf", "/gone");
    EXPECT_FALSE(read().has_value());
}

TEST_F(Host, ItsKeysAreNoneOfAPolicy) {
    policy("p", "reports = []\n");
    EXPECT_THAT(problems("p"),
                ElementsAre(HasSubstr("`reports` has no place in a policy; it belongs in "
                                      "/etc/ringfence/ringfence.conf")));
}

}  // namespace
}  // namespace ringfence::policy
