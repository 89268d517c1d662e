// SPDX-License-Identifier: LGPL-2.1-or-later
#include "landlock/handling.h"

#include <gtest/gtest.h>

namespace ringfence::landlock {
namespace {

constexpr Access read_file = access_of("fs.read_file");
constexpr Access bind_tcp = access_of("net.bind_tcp");
constexpr Access signal_scope = access_of("scope.signal");

TEST(Handled, RightsOfTheAbiButTheUnrestricted) {
    for (int abi = 1; abi <= newest_abi; ++abi) {
        const Access known = known_at(abi);
        EXPECT_EQ(handled(abi, {}, {}), (Access{known.fs, known.net, 0})) << abi;
        EXPECT_EQ(handled(abi, {known.fs, 0, 0}, {}), (Access{0, known.net, 0})) << abi;
        EXPECT_EQ(newer_than(abi) | known, known_at(newest_abi)) << abi;
        EXPECT_TRUE((newer_than(abi) & known).empty()) << abi;
    }
    EXPECT_FALSE(handled(7, read_file, {}).contains(read_file));
}

TEST(Handled, ScopesOnlyWhereTheyAreNamed) {
    EXPECT_EQ(handled(6, {}, {}).scope, 0u);
    EXPECT_EQ(handled(6, {}, signal_scope).scope, signal_scope.scope);
}

TEST(Denied, ReferAsSoonAsOneLayerRestrictsFiles) {
    // The rights that three layers deny: one of ABI 1, one about ports, and one without a ruleset.
    EXPECT_EQ(denied(known_at(1), {}, true), known_at(1) | refer);
    EXPECT_EQ(denied(bind_tcp, {}, true), bind_tcp | refer);
    EXPECT_EQ(denied(bind_tcp, {}, false), bind_tcp);
    EXPECT_EQ(denied({}, {}, true), Access{});
}

TEST(Denied, ReferIsLiftedWhereItIsLeftUnrestricted) {
    EXPECT_TRUE(lifts_refer(bind_tcp, refer, true));
    EXPECT_EQ(denied(bind_tcp, refer, true), bind_tcp);
    // fs.refer is not denied: no layer restricts files, or this layer has no ruleset.
    EXPECT_FALSE(lifts_refer(bind_tcp, refer, false));
    EXPECT_FALSE(lifts_refer({}, refer, true));
    EXPECT_FALSE(lifts_refer(bind_tcp, {}, true));
}

// The functions must be constexpr, because the wrapper and constants need that.
static_assert(handled(1, {}, {}) == known_at(1));
static_assert(denied(known_at(1), {}, true).contains(refer));

}  // namespace
}  // namespace ringfence::landlock
