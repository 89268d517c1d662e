// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/import_unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"
#include "dropin/bind_ports.h"
#include "policy/interop/parse_policy.h"
#include "policy/model/policy.h"

namespace ringfence::dropin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string import_text(const std::string& lines) {
    const auto unit = build_unit("a.service", "[Service]\nExecStart=/usr/bin/a -x\n" + lines);
    const std::string text = policy::write_toml(import_unit(unit, {"/usr/bin/sh"}));
    const auto policy = policy::parse_policy(text, "a.toml", policy::Role::policy);
    EXPECT_TRUE(policy) << (policy ? "" : to_string(policy.error()[0])) << "\n" << text;
    return text;
}

std::string line_with(const std::string& text, const std::string& what) {
    const std::size_t at = text.find(what);
    if (at == std::string::npos) return "";
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
}

TEST(ImportUnit, EachLineNamesItsDirective) {
    const std::string text = import_text(
        "ReadWritePaths=/srv/data\nReadOnlyPaths=/etc/a "
        "-/opt/a%%b\nStateDirectory=a\nPrivateTmp=yes\n"
        "PrivateDevices=yes\nDeviceAllow=/dev/ttyS0 rw\nProtectSystem=full\n"
        "LoadCredential=key:/etc/key\nTemporaryFileSystem=/var:ro\n");
    EXPECT_EQ(line_with(text, "/srv/data"), "    \"-/srv/data\",  # ReadWritePaths= (a.service:3)");
    EXPECT_EQ(line_with(text, "\"-/etc/a\""), "    \"-/etc/a\",  # ReadOnlyPaths= (a.service:4)");
    EXPECT_EQ(line_with(text, "\"-%S/a\""), "    \"-%S/a\",  # StateDirectory= (a.service:5)");
    EXPECT_EQ(line_with(text, "\"-/var/tmp\""), "    \"-/var/tmp\",  # PrivateTmp= (a.service:6)");
    EXPECT_EQ(line_with(text, "DeviceAllow="), "reason = \"DeviceAllow= (a.service:8)\"");
    EXPECT_EQ(line_with(text, "\"-/usr\""), "    \"-/usr\",  # ProtectSystem=full (a.service:9)");
    EXPECT_EQ(line_with(text, "\"-/var\""),
              "    \"-/var\",  # TemporaryFileSystem= (a.service:11)");
    EXPECT_THAT(
        text,
        HasSubstr("\"-/usr/bin/a\",  # ExecStart=: its program, or what starts it (a.service:2)"));
    EXPECT_THAT(text, HasSubstr("\"-/usr/bin/sh\""));
    EXPECT_THAT(text, HasSubstr("\"-%d\""));
    EXPECT_THAT(text, HasSubstr("# - ProtectSystem=full (a.service:9) leaves /etc to read;"));
    EXPECT_THAT(text, HasSubstr("inherit = false"));
}

TEST(ImportUnit, PortsAreThoseThatRemain) {
    const std::string open = import_text("");
    EXPECT_THAT(open, HasSubstr("\"bind_tcp\",  # the unit does not say which ports: name them"));
    const std::string some = import_text(
        "SocketBindDeny=any\nSocketBindAllow=tcp:80\nSocketBindAllow=ipv6:tcp:8000-8010\n");
    EXPECT_THAT(some, HasSubstr("80,  # SocketBindAllow=, SocketBindDeny="));
    EXPECT_THAT(some, HasSubstr("\"8000-8010\","));
    EXPECT_THAT(some, Not(HasSubstr("\"bind_udp\",")));
    EXPECT_THAT(some, HasSubstr("\"connect_tcp\","));
    for (const char* closed :
         {"RestrictAddressFamilies=AF_UNIX\n", "RestrictAddressFamilies=none\n",
          "RestrictAddressFamilies=~AF_INET AF_INET6\n"}) {
        const std::string text = import_text(closed);
        EXPECT_THAT(text, AllOf(HasSubstr("# No ports: RestrictAddressFamilies= (a.service:3)"),
                                Not(HasSubstr("unrestricted")), HasSubstr("\"users\"")))
            << closed;
    }
    EXPECT_THAT(import_text("RestrictAddressFamilies=AF_UNIX\nRestrictAddressFamilies=AF_INET\n"),
                HasSubstr("unrestricted"));
    EXPECT_THAT(import_text("RestrictAddressFamilies=~AF_NETLINK\n"), HasSubstr("unrestricted"));
}

TEST(ImportUnit, WhatARuleCannotHideIsSaid) {
    const std::string text =
        import_text("ReadOnlyPaths=/etc\nInaccessiblePaths=-/etc/secret /home\n");
    EXPECT_THAT(text, HasSubstr("# - InaccessiblePaths= (a.service:4) keeps /etc/secret from what "
                                "the rule on /etc opens: no rule can"));
    EXPECT_THAT(text, Not(HasSubstr("keeps /home")));
    EXPECT_THAT(text, HasSubstr("InaccessiblePaths= ReadOnlyPaths="));
}

TEST(ImportUnit, OddPathsDoNotSpoilTheDraft) {
    const std::string text = import_text(
        "TemporaryFileSystem=/a$b relative /x/../y \"/q\\\"uote\"\nReadWritePaths=/w$w /%% /z%z\n");
    EXPECT_THAT(text, HasSubstr("\"-/a$$b\""));
    EXPECT_THAT(text, HasSubstr("\"-/w$$w\""));
    EXPECT_THAT(text, HasSubstr("\"-/q\\\"uote\""));
    EXPECT_THAT(text, HasSubstr("\"relative\" is not an absolute path"));
    EXPECT_THAT(text, HasSubstr("\"/x/../y\" has a .. in it"));
    EXPECT_THAT(text, HasSubstr("\"/z%z\" has %z in it, which is no specifier"));
}

std::string ports(const std::string& lines, const char* protocol) {
    const BindPorts found = bind_ports(build_unit("a.service", "[Service]\n" + lines), protocol);
    if (!found.ports) return "all";
    std::string text;
    for (const policy::PortRange& range : *found.ports)
        text += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
    return text;
}

TEST(BindPorts, AllowGoesBeforeDeny) {
    EXPECT_EQ(ports("", "tcp"), "all");
    EXPECT_EQ(ports("SocketBindAllow=80\n", "tcp"), "all");
    EXPECT_EQ(ports("SocketBindDeny=any\n", "tcp"), "");
    EXPECT_EQ(ports("SocketBindDeny=tcp\n", "udp"), "all");
    EXPECT_EQ(ports("SocketBindDeny=tcp:22\n", "tcp"), "0-21 23-65535 ");
    EXPECT_EQ(ports("SocketBindDeny=ipv4:tcp:22\n", "tcp"), "all");
    EXPECT_EQ(ports("SocketBindDeny=any\nSocketBindAllow=ipv4:udp:53\n", "udp"), "53-53 ");
    EXPECT_EQ(ports("SocketBindDeny=any\nSocketBindAllow=80\nSocketBindAllow=\n", "tcp"), "");
    EXPECT_EQ(ports("SocketBindDeny=1-65535\nSocketBindAllow=80-81 83\n", "tcp"),
              "0-0 80-81 83-83 ");
}

TEST(BindPorts, WhatSystemdIgnoresIsIgnored) {
    const BindPorts found = bind_ports(
        build_unit("a.service", "[Service]\nSocketBindDeny=tcp:99999 sctp:1 2-1 any\n"), "tcp");
    EXPECT_TRUE(found.ports);
    EXPECT_THAT(found.unknown, ElementsAre("tcp:99999", "sctp:1", "2-1"));
}

}  // namespace
}  // namespace ringfence::dropin
