// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::dropin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Plan, FileNamesComeLast) {
    EXPECT_EQ(last_file_name({}), "zz-ringfence.conf");
    EXPECT_EQ(last_file_name({"50-x.conf", "override.conf"}), "zz-ringfence.conf");
    EXPECT_EQ(last_file_name({"zzz.conf"}), "zzz.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"zz-ringfence.conf"}), "zz-ringfence.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({"~.conf", "a.conf"}), "~.conf-ringfence.conf");
    EXPECT_EQ(last_file_name({std::string(240, 'z') + ".conf"}), std::nullopt);
}

TEST(Plan, InstancesOfPolicyNames) {
    const auto name = *unit::parse_service_name("web@.service");
    const std::vector<std::string> policies = {"nginx", "web-", "web-a", "web-b-c", "xweb-a"};
    EXPECT_THAT(instances_with_policy("%p-%i", name, policies), ElementsAre("a", "b-c"));
    EXPECT_THAT(instances_with_policy("%i", name, {"a", "a/b"}), ElementsAre("a"));
    EXPECT_THAT(instances_with_policy("%i-%i", name, {"a-a", "a-b", "ab-ab"}),
                ElementsAre("a", "ab"));
    EXPECT_THAT(instances_with_policy("%N", name, {"web@x", "web"}), ElementsAre("x"));
    EXPECT_THAT(instances_with_policy("%p", name, policies), IsEmpty());
}

}  // namespace
}  // namespace ringfence::dropin
