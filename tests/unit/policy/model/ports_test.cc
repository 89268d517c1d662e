// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/model/ports.h"

#include <gtest/gtest.h>

namespace ringfence::policy {
namespace {

TEST(Ports, ANumberIsOnePortAndTwoAreARange) {
    EXPECT_EQ(parse_ports("80"), (PortRange{80, 80}));
    EXPECT_EQ(parse_ports("8000-8010"), (PortRange{8000, 8010}));
    EXPECT_EQ(parse_ports("0-65535"), (PortRange{0, 65535}));
    EXPECT_EQ(parse_ports("443-443"), (PortRange{443, 443}));
    EXPECT_EQ(parse_ports("0080"), (PortRange{80, 80}));
}

TEST(Ports, AnythingElseIsNoPort) {
    for (const char* text : {"", "-", "80-", "-80", "1-2-3", " 80", "80 ", "80 - 90", "+80", "0x50",
                             "65536", "1-65536", "99999999999999999999", "http", "10.0.0.1:80"})
        EXPECT_EQ(parse_ports(text), tl::unexpected(PortError::not_a_port)) << text;
}

TEST(Ports, ARangeThatEndsBeforeItBeginsIsAnErrorOfItsOwn) {
    EXPECT_EQ(parse_ports("90-80"), tl::unexpected(PortError::backwards));
    // The error about an end that is not a port comes first, and no exchange is proposed.
    EXPECT_EQ(parse_ports("90-x"), tl::unexpected(PortError::not_a_port));
}

TEST(Ports, TheTextOfARangeIsReadAsTheSameRange) {
    for (const PortRange range : {PortRange{0, 0}, {80, 80}, {1, 65535}, {65535, 65535}})
        EXPECT_EQ(parse_ports(to_string(range)), range);
}

TEST(Ports, ANumberBeyondThemIsNoPort) {
    EXPECT_EQ(port_of(0), 0);
    EXPECT_EQ(port_of(65535), 65535);
    EXPECT_EQ(port_of(-1), std::nullopt);
    EXPECT_EQ(port_of(65536), std::nullopt);
    EXPECT_EQ(port_of(INT64_MAX), std::nullopt);
}

}  // namespace
}  // namespace ringfence::policy
