// SPDX-License-Identifier: LGPL-2.1-or-later
// Verdicts by path as written; tests/probing compares them with the kernel's.
#include "policy/verdict.h"

#include <gtest/gtest.h>

#include "tree.h"

namespace ringfence::policy {
namespace {

using landlock::access_of;

class VerdictTest : public Tree {
  protected:
    Verdict check(const Rules& rules, int abi, const std::string& path,
                  const landlock::Access& access) const {
        return Evaluator(rules, abi, paths_).check({{access, path}});
    }

    WrittenPaths paths_;
};

TEST_F(VerdictTest, RulesHoldForEverythingBeneath) {
    policy("p", "[filesystem]\nread = [\"/a/b\"]\nwrite = [\"/a/b/c\"]\n");
    const Rules resolved = rules("p");
    const auto read = access_of("fs.read_file"), write = access_of("fs.write_file");
    EXPECT_TRUE(check(resolved, 7, "/a/b/x/y", read).allowed());
    EXPECT_TRUE(check(resolved, 7, "/a/b", read).allowed());
    EXPECT_FALSE(check(resolved, 7, "/a/bc", read).allowed());
    EXPECT_TRUE(check(resolved, 7, "/a/b/c/d", read | write).allowed());
    const Verdict denied = check(resolved, 7, "/a/b/d", read | write);
    EXPECT_EQ(denied.missing, write);
    EXPECT_EQ(denied.path, "/a/b/d");
}

TEST_F(VerdictTest, TheKernelsAbiAndLayersCount) {
    policy("p",
           "[filesystem]\nwrite = [\"/\"]\n[network]\nbind_tcp = [\"80-82\"]\n"
           "[[layer]]\n[layer.network]\nbind_tcp = [81]\nunrestricted = [\"bind_udp\", "
           "\"connect_udp\"]\n");
    const Rules resolved = rules("p");
    const Evaluator now(resolved, 10, paths_);
    const Verdict denied = now.port(access_of("net.bind_tcp"), 80);
    EXPECT_FALSE(denied.allowed());
    EXPECT_EQ(denied.layer, 1u);
    EXPECT_TRUE(now.port(access_of("net.bind_tcp"), 81).allowed());
    EXPECT_FALSE(now.port(access_of("net.bind_udp"), 81).allowed());
    EXPECT_TRUE(Evaluator(resolved, 9, paths_).port(access_of("net.bind_udp"), 81).allowed());
    EXPECT_FALSE(now.scope(access_of("scope.signal")).allowed());
    EXPECT_TRUE(Evaluator(resolved, 5, paths_).scope(access_of("scope.signal")).allowed());
    EXPECT_FALSE(now.may_mount());
}

TEST_F(VerdictTest, NothingMayGainRightsByBeingMoved) {
    policy("p",
           "[filesystem]\nwrite = [\"/a\", \"/b\", \"/c\"]\n"
           "[[filesystem.rule]]\npath = \"/b\"\nallow = [\"fs.execute\"]\n");
    const Rules resolved = rules("p");
    const Evaluator evaluator(resolved, 10, paths_);
    EXPECT_TRUE(evaluator.move({}, "/a/x", "/c").allowed());
    EXPECT_TRUE(evaluator.move({}, "/b/x", "/a").allowed());
    EXPECT_EQ(evaluator.move({}, "/a/x", "/b").missing, access_of("fs.execute"));
    EXPECT_EQ(evaluator.move({}, "/a/x", "/d").missing, access_of("fs.refer"));
}

}  // namespace
}  // namespace ringfence::policy
