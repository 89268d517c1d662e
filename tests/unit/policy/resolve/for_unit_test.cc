// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/for_unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../tree.h"

namespace ringfence::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ForUnit : public Tree {
  protected:
    std::vector<std::string> policies_of(const std::vector<std::string>& names) const {
        std::vector<std::string> found;
        for (const WrittenFor& policy : policies_for(root(), {"/etc/p", "/usr/p"}, names))
            found.push_back(policy.policy + " " + policy.file);
        return found;
    }
};

TEST_F(ForUnit, ListsOfUnits) {
    policy("web", "units = [\"nginx.service\", \"caddy.service\"]\n");
    policy("db", "units = [\"postgresql@.service\"]\n");
    EXPECT_THAT(policies_of({"caddy.service"}), ElementsAre("web /usr/p/web.toml"));
    EXPECT_THAT(policies_of({"postgresql@15.service", "postgresql@.service"}),
                ElementsAre("db /usr/p/db.toml"));
    EXPECT_THAT(policies_of({"postgresql@15.service"}), IsEmpty());
    policy("other", "units = [\"nginx.service\"]\n");
    EXPECT_THAT(policies_of({"nginx.service"}),
                ElementsAre("other /usr/p/other.toml", "web /usr/p/web.toml"));
}

TEST_F(ForUnit, ShadowedMaskedAndBroken) {
    policy("web", "units = [\"nginx.service\"]\n");
    policy("broken", "units = [\"nginx.service\"]\nraed = 1\n");
    EXPECT_THAT(policies_of({"nginx.service"}), ElementsAre("web /usr/p/web.toml"));
    write("/etc/p/web.toml", "version = 1\nabi = 7\n");
    EXPECT_THAT(policies_of({"nginx.service"}), IsEmpty());
    const auto file = [&](const char* name) { return file_of(root(), {"/etc/p", "/usr/p"}, name); };
    EXPECT_EQ(file("web"), "/etc/p/web.toml");
    EXPECT_EQ(file("none"), "");
    std::filesystem::remove(directory_ / "etc/p/web.toml");
    link("/etc/p/web.toml", "/dev/null");
    EXPECT_THAT(policies_of({"nginx.service"}), IsEmpty());
    EXPECT_EQ(file("web"), "");
}

}  // namespace
}  // namespace ringfence::policy
