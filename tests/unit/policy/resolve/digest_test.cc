// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/digest.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace ringfence::policy {
namespace {

TEST(Digest, CanonicalTextTellsNeighboursApart) {
    Rules a{.layers = {Layer{.abi = 7}}};
    a.quiet = {{"/a\nquiet 0 2:/b", false, {}}};
    Rules b{.layers = {Layer{.abi = 7}}};
    b.quiet = {{"/a", false, {}}, {"/b", false, {}}};
    EXPECT_NE(canonical(a), canonical(b));
    EXPECT_NE(digest(a), digest(b));
}

// The digested text must not change, because fences in use have digests of it.
TEST(Digest, CanonicalTextIsStable) {
    Rules rules{.description = "web", .layers = {Layer{.abi = 7}}};
    rules.layers[0].paths = {{"/r", true, {12, 0, 0}, {}}};
    rules.layers[0].ports = {{80, 81, {0, 1, 0}, {}}};
    rules.systemd = {{"Nice", "1", {}}};
    EXPECT_EQ(
        canonical(rules),
        "ringfence-rules 1\ndescription 3:web\nminimum_abi 1\ninherit 1\nlayer 7 0/0/0 0/0/0\n"
        "path c/0/0 1 2:/r\nport 0/1/0 80 81\nsystemd 4:Nice 1:1\n");
    EXPECT_EQ(digest(rules), hex(sha256(canonical(rules)).data(), 8));
    rules.trust_links = landlock::LinkTrust::root;
    EXPECT_NE(canonical(rules).find("\ninherit 1\ntrust_links root\nlayer 7 "), std::string::npos);
    rules.forbid_landlock = true;
    EXPECT_NE(canonical(rules).find("\ntrust_links root\nforbid_landlock 1\nlayer 7 "),
              std::string::npos);
    rules.kept_capabilities = {{"sys_boot", {}}, {"bpf", {}}, {"bpf", {}}};
    EXPECT_TRUE(canonical(rules).ends_with("systemd 4:Nice 1:1\nkeep bpf\nkeep sys_boot\n"));
    rules.stand_ins = true;
    rules.sockets = {{"/s", {}}};
    EXPECT_NE(canonical(rules).find("1:1\nstand_ins sockets\nsocket 2:/s\nkeep bpf\n"),
              std::string::npos);
    rules.layers[0].abi = 9;  // now a rule on the path says it
    EXPECT_NE(canonical(rules).find("1:1\nstand_ins sockets\nkeep bpf\n"), std::string::npos);
}

}  // namespace
}  // namespace ringfence::policy
