// SPDX-License-Identifier: LGPL-2.1-or-later
#include "landlock/abi.h"

#include <gtest/gtest.h>

namespace ringfence::landlock {
namespace {

TEST(Interpret, EveryAbi) {
    for (int abi = 1; abi <= newest_abi; ++abi) {
        const Support support = interpret(abi, 0x7);
        EXPECT_EQ(support.abi, abi);
        EXPECT_EQ(support.kernel_abi, abi);
        EXPECT_EQ(support.absence, Absence::none);
        EXPECT_EQ(support.errata, 0x7u);
        EXPECT_EQ(support.known(), known_at(abi));
    }
}

TEST(Interpret, NewerKernelsAreClamped) {
    const Support support = interpret(999, 0);
    EXPECT_EQ(support.abi, newest_abi);
    EXPECT_EQ(support.kernel_abi, 999);
    EXPECT_EQ(interpret(0x7fffffffffffffff, 0).kernel_abi, 0x7fffffff);
}

TEST(Interpret, NoLandlock) {
    EXPECT_EQ(interpret(-95, -95).abi, 0);
    EXPECT_EQ(interpret(-95, -95).absence, Absence::not_enabled);
    EXPECT_EQ(interpret(-38, -38).absence, Absence::not_built);
    EXPECT_EQ(interpret(-1, -1).absence, Absence::refused);
    EXPECT_EQ(interpret(0, 0).absence, Absence::refused);
    EXPECT_TRUE(interpret(0, 0).known().empty());
}

TEST(Interpret, ErrataOfAnOldKernelAreNone) {
    EXPECT_EQ(interpret(2, -22).errata, 0u);  // EINVAL: the kernel does not know the flag yet
}

TEST(Probe, AgreesWithItself) {
    const Support first = probe();
    EXPECT_EQ(first.abi, probe().abi);
    EXPECT_GE(first.abi, 0);
    EXPECT_LE(first.abi, newest_abi);
    EXPECT_EQ(first.abi == 0, first.absence != Absence::none);
}

}  // namespace
}  // namespace ringfence::landlock
