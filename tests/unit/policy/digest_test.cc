// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/digest.h"

#include <gtest/gtest.h>

namespace ringfence::policy {
namespace {

std::string sha256_hex(std::string_view data) {
    return hex(sha256(data).data(), 32);
}

// FIPS 180-4's examples (NIST, "SHA-256 Example Values") and the CAVP's million.
TEST(Digest, Sha256OfNistVectors) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256_hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(sha256_hex(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Around the length at which the padding needs a block of its own.
TEST(Digest, Sha256AtBlockBoundaries) {
    EXPECT_EQ(sha256_hex(std::string(55, 'a')),
              "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    EXPECT_EQ(sha256_hex(std::string(56, 'a')),
              "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
    EXPECT_EQ(sha256_hex(std::string(64, 'a')),
              "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(Digest, CanonicalTextTellsNeighboursApart) {
    Rules a{.layers = {Layer{.abi = 7}}};
    a.quiet = {{"/a\nquiet 0 2:/b", false, {}}};
    Rules b{.layers = {Layer{.abi = 7}}};
    b.quiet = {{"/a", false, {}}, {"/b", false, {}}};
    EXPECT_NE(canonical(a), canonical(b));
    EXPECT_NE(digest(a), digest(b));
}

// The text is a format: units in use carry digests of it.
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
}

}  // namespace
}  // namespace ringfence::policy
