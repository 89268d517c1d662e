// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks that need the rules alone: each finds what it is for, and not what is beside it.
#include "machine.h"

namespace ringfence::lint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class RuleChecks : public ScratchMachine {};

TEST_F(RuleChecks, BroadWrite) {
    policy("[filesystem]\nwrite = ['/', '/etc/', '/usr/share/app', '/home/ann', '/var/lib']");
    EXPECT_THAT(
        found("broad-write"),
        ElementsAre(HasSubstr("app.toml:4:10: it may change files in \"/\", which is every"),
                    HasSubstr("\"/etc/\", which holds the configuration"),
                    HasSubstr("\"/usr/share/app\", which belongs to the distribution"),
                    HasSubstr("\"/home/ann\", which holds people's files"),
                    HasSubstr("\"/var/lib\", which holds the data of all services")));
    policy(
        "[filesystem]\nwrite = ['/etc/app', '/var/lib/app', '/home/ann/data', '%S/app']\n"
        "read = ['/usr', '/etc']");
    EXPECT_THAT(found("broad-write"), IsEmpty());
}

TEST_F(RuleChecks, ALayerThatTakesItAwayCounts) {
    policy("[filesystem]\nwrite = ['/etc']\n[[layer]]\n[layer.filesystem]\nread = ['/']");
    EXPECT_THAT(found("broad-write"), IsEmpty());
    EXPECT_EQ(count("broad-read"), 1u);
}

TEST_F(RuleChecks, ControlWrite) {
    policy("[filesystem]\nwrite = ['/etc/cron.d', '/run/systemd/system/x']");
    EXPECT_THAT(found("control-write"), ElementsAre(HasSubstr("commands that cron runs"),
                                                    HasSubstr("\"/run/systemd\" holds units")));
    policy("[filesystem]\nread = ['/etc/cron.d']\nwrite = ['/etc/cronies']");
    EXPECT_THAT(found("control-write"), IsEmpty());
}

TEST_F(RuleChecks, BroadRead) {
    policy("[filesystem]\nread = ['/etc', '/root']");
    EXPECT_EQ(count("broad-read"), 2u);
    policy("[filesystem]\nread = ['/etc/app', '/usr', '/srv/app']");
    EXPECT_EQ(count("broad-read"), 0u);
}

TEST_F(RuleChecks, BroadExecute) {
    policy("[filesystem]\nexecute = ['/usr/bin']");
    EXPECT_EQ(count("broad-execute"), 1u);
    policy("[filesystem]\nexecute = ['/usr/bin/app']\nread = ['/usr/bin']");
    EXPECT_EQ(count("broad-execute"), 0u);
}

TEST_F(RuleChecks, WriteAndExecute) {
    policy("[filesystem]\nexecute = ['/opt/app']\nwrite = ['/opt/app/cache', '/opt/app/cache/x']");
    EXPECT_THAT(found("write-execute"),
                ElementsAre(AllOf(HasSubstr("app.toml:5:10: what it writes to \"/opt/app/cache\""),
                                  HasSubstr("(execute: /etc/ringfence/policies/app.toml:4:12)"))));
    policy("[filesystem]\nexecute = ['/opt/app/bin']\nwrite = ['/opt/app/cache']");
    EXPECT_EQ(count("write-execute"), 0u);
    // Each layer allows one of the two.
    policy(
        "[filesystem]\nwrite = ['/opt/x']\nexecute = ['/opt/x']\n"
        "[[layer]]\n[layer.filesystem]\nwrite = ['/']");
    EXPECT_EQ(count("write-execute"), 0u);
}

TEST_F(RuleChecks, WholeTree) {
    policy("[filesystem]\nread = ['/proc', '/dev', '/run', '/sys']");
    EXPECT_EQ(count("whole-tree"), 4u);
    policy("[filesystem]\nread = ['/proc/self', '/dev/null', '/run/app']");
    EXPECT_EQ(count("whole-tree"), 0u);
}

TEST_F(RuleChecks, Credentials) {
    policy(
        "[filesystem]\nread = ['/etc/ssl/private/a.pem', '/etc/ssl', '/srv/site.key', "
        "'/etc/shadow']");
    EXPECT_THAT(found("credentials"),
                ElementsAre(HasSubstr("\"/etc/ssl/private\" holds private keys"),
                            HasSubstr("\"/etc/ssl\" holds credentials: /etc/ssl/private"),
                            HasSubstr("\"/srv/site.key\", which is a private key"),
                            HasSubstr("\"/etc/shadow\", which holds password hashes")));
    policy(
        "[filesystem]\nread = ['/etc/ssl/certs', '/srv/keys.txt']\n"
        "[[filesystem.rule]]\npath = '/etc/ssl'\nallow = ['fs.read_dir']");
    EXPECT_EQ(count("credentials"), 0u);
}

TEST_F(RuleChecks, Ports) {
    policy("[network]\nconnect_tcp = ['1-65535']\nbind_tcp = ['1024-9000', 80]");
    EXPECT_THAT(found("all-ports"), ElementsAre(HasSubstr("net.connect_tcp on the 65535 ports")));
    EXPECT_THAT(found("wide-ports"), ElementsAre(HasSubstr("net.bind_tcp on the 7977 ports")));
    policy("[network]\nconnect_tcp = ['8000-9000']");
    EXPECT_EQ(count("all-ports") + count("wide-ports"), 0u);
}

TEST_F(RuleChecks, Unrestricted) {
    policy("[network]\nunrestricted = ['connect_tcp']\n[scope]\nsignal = false");
    EXPECT_THAT(found("unrestricted"),
                ElementsAre(HasSubstr("app.toml:4:17: net.connect_tcp is unrestricted"),
                            HasSubstr("app.toml:6:10: scope.signal is unrestricted")));
    policy(
        "[network]\nunrestricted = ['connect_tcp']\n"
        "[[layer]]\n[layer.network]\nconnect_tcp = [443]");
    EXPECT_EQ(count("unrestricted"), 0u);
}

TEST_F(RuleChecks, CoveredRule) {
    policy("[filesystem]\nread = ['/srv', '/srv/www', '-/srv']");
    EXPECT_EQ(count("covered-rule"), 2u);
    policy("[filesystem]\nread = ['/srv']\nwrite = ['/srv/www']");
    EXPECT_EQ(count("covered-rule"), 0u);
    // What an abstraction has is not for the policy to remove.
    abstraction("lib", "[filesystem]\nread = ['/srv/lib']");
    policy("extends = ['lib']\n[filesystem]\nread = ['/srv']");
    EXPECT_EQ(count("covered-rule"), 0u);
}

TEST_F(RuleChecks, UnreachableRule) {
    policy(
        "[filesystem]\nread = ['/srv/a']\n[network]\nbind_tcp = [80]\n"
        "[[layer]]\n[layer.filesystem]\nread = ['/srv', '/opt']\n"
        "[layer.network]\nbind_tcp = [80, 443]");
    EXPECT_THAT(found("unreachable-rule"), ElementsAre(HasSubstr("app.toml:9:17: layer 2 allows"),
                                                       HasSubstr("on ports 443-443")));
}

TEST_F(RuleChecks, UdpWithoutBind) {
    policy("[network]\nconnect_udp = [53]");
    EXPECT_EQ(count("udp-without-bind"), 1u);
    policy("[network]\nconnect_udp = [53]\nbind_udp = [0]");
    EXPECT_EQ(count("udp-without-bind"), 0u);
    policy("[network]\nbind_udp = [53]");
    EXPECT_EQ(count("udp-without-bind"), 0u);
}

TEST_F(RuleChecks, NewerRights) {
    policy("", 8);
    EXPECT_THAT(found("newer-rights"),
                ElementsAre(HasSubstr("app.toml:2:7: abi = 8 leaves unrestricted: "
                                      "fs.resolve_unix, net.bind_udp, net.connect_send_udp")));
    policy("", 10);  // ABI 11 has no new right
    EXPECT_EQ(count("newer-rights"), 0u);
}

TEST_F(RuleChecks, Sockets) {
    policy("[filesystem]\nread = ['/etc/nsswitch.conf', '/etc/resolv.conf']");
    EXPECT_EQ(count("log-socket"), 1u);
    EXPECT_EQ(count("name-service-socket"), 2u);
    policy(
        "[filesystem]\nread = ['/etc/nsswitch.conf', '/etc/resolv.conf']\n"
        "connect_unix = ['/run/systemd', '/run/nscd/socket']");
    EXPECT_EQ(count("log-socket") + count("name-service-socket"), 0u);
    policy("[filesystem]\nread = ['/etc/nsswitch.conf']", 8);
    EXPECT_EQ(count("log-socket") + count("name-service-socket"), 0u);
}

TEST_F(RuleChecks, ReplacedFile) {
    policy("[filesystem]\nread = ['/etc/passwd']\nwrite = ['/var/log/app.log']");
    EXPECT_THAT(found("replaced-file"), ElementsAre(HasSubstr("\"/etc/passwd\" is replaced by"),
                                                    HasSubstr("is renamed by logrotate(8)")));
    policy("[filesystem]\nread = ['/etc/app.conf', '/var/log/app.log']\nwrite = ['/var/log/app']");
    EXPECT_EQ(count("replaced-file"), 0u);
}

}  // namespace
}  // namespace ringfence::lint
