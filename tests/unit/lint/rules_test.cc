// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks that need only rules. Each must find its own defect and nothing similar.
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
                    HasSubstr("\"/usr/share/app\"; \"/usr\" belongs to the distribution"),
                    HasSubstr("\"/home/ann\", which holds people's files"),
                    HasSubstr("\"/var/lib\", which holds the data of all services")));
    policy("[filesystem]\nwrite = ['/etc/app', '/var/run', '%E/app']");
    EXPECT_THAT(found("broad-write"),
                ElementsAre(HasSubstr("\"/etc/app\"; \"/etc\" holds what only the administrator"),
                            HasSubstr("\"%E/app\"; \"/etc\" holds what only the administrator")));
    policy(
        "[filesystem]\nwrite = ['/var/lib/app', '/home/ann/data', '%S/app', '/tmp']\n"
        "read = ['/usr', '/etc']");
    EXPECT_THAT(found("broad-write"), IsEmpty());
}

// Two lists name one path: the finding points at the one that gives the right.
TEST_F(RuleChecks, EachRightKeepsThePlaceThatItComesFrom) {
    policy("[filesystem]\nread = ['/etc']\nwrite = ['/etc']");
    EXPECT_THAT(found("broad-read"), ElementsAre(HasSubstr("app.toml:4:9: ")));
    EXPECT_THAT(found("broad-write"), ElementsAre(HasSubstr("app.toml:5:10: ")));
    policy("[filesystem]\nread = ['/tmp']\nwrite = ['/tmp']\nexecute = ['/tmp']");
    EXPECT_THAT(found("data-execute"), ElementsAre(HasSubstr("app.toml:6:12: ")));
    EXPECT_THAT(found("write-execute"), ElementsAre(testing::AllOf(HasSubstr("app.toml:5:10: "),
                                                                   HasSubstr("app.toml:6:12)"))));
    policy("[filesystem]\nread = ['/run/docker.sock']\nconnect_unix = ['/run/docker.sock']");
    EXPECT_THAT(found("root-socket"), ElementsAre(HasSubstr("app.toml:5:17: ")));
    policy(
        "[filesystem]\nread = ['/var/log/app.log']\n"
        "[[filesystem.rule]]\npath = '/var/log/app.log'\nallow = ['fs.write_file']");
    EXPECT_THAT(found("replaced-file"), ElementsAre(HasSubstr("app.toml:6:8: ")));
    policy(
        "[filesystem]\nread = ['/srv/a', '/srv/a/b']\nwrite = ['/srv/a']\n"
        "execute = ['/srv/a/b']");
    EXPECT_THAT(found("nested-grant"), ElementsAre(testing::AllOf(HasSubstr("app.toml:6:12: "),
                                                                  HasSubstr("app.toml:5:10)"))));
}

TEST_F(RuleChecks, AnAbstractionThatReadsIsNotTheOneThatWrites) {
    abstraction("a", "[filesystem]\nwrite = ['/etc']");
    policy("extends = ['a']\n[filesystem]\nread = ['/etc']");
    EXPECT_THAT(found("broad-write"), ElementsAre(HasSubstr("abstractions/a.toml:4:10: ")));
    EXPECT_THAT(found("broad-read"), ElementsAre(HasSubstr("policies/app.toml:5:9: ")));
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
    policy("[filesystem]\nwrite = ['/home/ann/.bashrc', '/home/ann/.ssh', '/var/lib/dpkg/info']");
    EXPECT_THAT(found("control-write"),
                ElementsAre(HasSubstr("\"/home/ann/.bashrc\", which holds commands that a login"),
                            HasSubstr("\"/home/ann/.ssh\", which decides who may log in"),
                            HasSubstr("\"/var/lib/dpkg\" holds scripts that dpkg runs as root")));
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

TEST_F(RuleChecks, DataExecute) {
    policy("[filesystem]\nexecute = ['/tmp', '/var/lib/app/run', '%S/app', '/home/ann/bin/x']");
    EXPECT_THAT(
        found("data-execute"),
        ElementsAre(HasSubstr("it may execute \"/tmp\", which holds what anybody may write"),
                    HasSubstr("\"/var/lib/app/run\"; \"/var/lib\" holds what services write"),
                    HasSubstr("\"%S/app\"; \"/var/lib\" holds what services write"),
                    HasSubstr("\"/home\" holds what people write")));
    policy("[filesystem]\nexecute = ['/opt/app', '/srv/app/run']\nread = ['/var/lib/app']");
    EXPECT_EQ(count("data-execute"), 0u);
}

TEST_F(RuleChecks, CommandExecute) {
    policy("[filesystem]\nexecute = ['/bin/sh', '/usr/bin/env', '/opt/venv/bin/python3']");
    EXPECT_THAT(found("command-execute"),
                ElementsAre(HasSubstr("it may execute \"/bin/sh\", which runs whatever it is told"),
                            HasSubstr("\"/usr/bin/env\", which runs any other program"),
                            HasSubstr("\"/opt/venv/bin/python3\", which runs whatever")));
    policy("[filesystem]\nexecute = ['/usr/bin/convert']\nread = ['/bin/sh']");
    EXPECT_EQ(count("command-execute"), 0u);
}

TEST_F(RuleChecks, DeviceNode) {
    policy("[[filesystem.rule]]\npath = '/srv/app'\nallow = ['fs.make_block', 'fs.make_char']");
    EXPECT_THAT(found("device-node"),
                ElementsAre(HasSubstr("it may make device nodes in \"/srv/app\"")));
    policy("[filesystem]\nwrite = ['/srv/app']");
    EXPECT_EQ(count("device-node"), 0u);
}

TEST_F(RuleChecks, RootSocket) {
    policy("[filesystem]\nconnect_unix = ['/run/docker.sock', '/run/systemd/private']");
    EXPECT_THAT(
        found("root-socket"),
        ElementsAre(HasSubstr("it may connect to \"/run/docker.sock\", which starts containers"),
                    HasSubstr("\"/run/systemd/private\", which starts units")));
    policy("[filesystem]\nconnect_unix = ['/run/systemd/notify']\nread = ['/run/docker.sock']");
    EXPECT_EQ(count("root-socket"), 0u);
}

// Only the check for the first reason against a right reports it.
TEST_F(RuleChecks, OneCheckARight) {
    policy("[filesystem]\nwrite = ['/etc/ssh']");
    EXPECT_EQ(count("control-write"), 1u);
    EXPECT_EQ(count("credentials"), 1u);  // reading
    EXPECT_EQ(count("broad-write") + count("broad-read") + count("whole-tree"), 0u);
    policy("[filesystem]\nwrite = ['/sys']");
    EXPECT_EQ(count("whole-tree"), 1u);
    EXPECT_EQ(count("broad-write"), 0u);
}

TEST_F(RuleChecks, WriteAndExecute) {
    policy("[filesystem]\nexecute = ['/opt/app']\nwrite = ['/opt/app/cache', '/opt/app/cache/x']");
    EXPECT_THAT(found("write-execute"),
                ElementsAre(AllOf(
                    HasSubstr("app.toml:5:10: it may execute what it writes to \"/opt/app/cache\""),
                    HasSubstr("(execute: /etc/ringfence/policies/app.toml:4:12)"))));
    policy("[filesystem]\nexecute = ['/opt/app/bin']\nwrite = ['/opt/app/cache']");
    EXPECT_EQ(count("write-execute"), 0u);
    // Each layer allows one of the two rights.
    policy(
        "[filesystem]\nwrite = ['/opt/x']\nexecute = ['/opt/x']\n"
        "[[layer]]\n[layer.filesystem]\nwrite = ['/']");
    EXPECT_EQ(count("write-execute"), 0u);
}

TEST_F(RuleChecks, NestedGrant) {
    policy("[filesystem]\nwrite = ['/srv/app']\nexecute = ['-/srv/app//bin/']");
    EXPECT_THAT(found("nested-grant"),
                ElementsAre(HasSubstr("app.toml:5:12: the service may make links in "
                                      "\"/srv/app\" (/etc/ringfence/policies/app.toml:4:10), "
                                      "and a rule on \"/srv/app//bin/\" in it grants "
                                      "fs.execute")));
    EXPECT_THAT(hint_of("nested-grant"), HasSubstr("let it write in directories beside"));
    // Each of the two rights is enough.
    for (const char* right : {"fs.make_sym", "fs.make_dir"}) {
        policy(std::string("[filesystem]\nread = ['%S/app/plugins']\n[[filesystem.rule]]\n"
                           "path = '/var/lib/app'\nallow = ['") +
               right + "']");
        EXPECT_EQ(count("nested-grant"), 1u) << right;
    }
    // The nearest directory is named.
    policy("[filesystem]\nwrite = ['/srv', '/srv/app']\nexecute = ['/srv/app/bin']");
    EXPECT_THAT(found("nested-grant"), ElementsAre(HasSubstr("make links in \"/srv/app\"")));
}

TEST_F(RuleChecks, NoNestedGrant) {
    for (const char* rules : {
             "write = ['/srv/app']\nexecute = ['/srv/app', '/srv/app2', '/srv']",
             "write = ['/srv/app']\nread = ['/srv/app/plugins']",  // allowed by the other rule
             "write = ['/srv/app', '/srv/app/data']",
         }) {
        policy(std::string("[filesystem]\n") + rules);
        EXPECT_EQ(count("nested-grant"), 0u) << rules;
    }
    policy(
        "[filesystem]\nexecute = ['/srv/app/bin']\n[[filesystem.rule]]\npath = '/srv/app'\n"
        "allow = ['fs.make_reg', 'fs.remove_file', 'fs.write_file']");
    EXPECT_EQ(count("nested-grant"), 0u);
    // A further layer denies the making of links, or the nested right.
    for (const char* layer : {"execute = ['/']", "write = ['/']"}) {
        policy(std::string("[filesystem]\nwrite = ['/srv/app']\nexecute = ['/srv/app/bin']\n"
                           "[[layer]]\n[layer.filesystem]\n") +
               layer);
        EXPECT_EQ(count("nested-grant"), 0u) << layer;
    }
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

TEST_F(RuleChecks, CredentialsWhereverTheyAre) {
    policy(
        "[filesystem]\nread = ['%E/shadow', '/root/x', '/etc/letsencrypt/live', '/dev/sda1']\n"
        "[[filesystem.rule]]\npath = '/srv/.ssh'\nallow = ['fs.read_dir']\n"
        "[[filesystem.rule]]\npath = '/srv/x.key'\nallow = ['fs.write_file']");
    EXPECT_THAT(
        found("credentials"),
        ElementsAre(HasSubstr("it may read \"%E/shadow\", which holds password hashes"),
                    HasSubstr("it may read \"/root/x\"; \"/root\" is the superuser's home"),
                    HasSubstr("\"/etc/letsencrypt/live\" holds credentials: "
                              "/etc/letsencrypt/live/*/privkey*.pem"),
                    HasSubstr("\"/dev/sda1\", which is a disk"),
                    HasSubstr("it may use \"/srv/.ssh\", which holds somebody's keys"),
                    HasSubstr("it may change \"/srv/x.key\", which is a private key by its name")));
    policy(
        "[filesystem]\nread = ['/etc/ssh/ssh_config', '/etc/letsencrypt/live/a/fullchain.pem', "
        "'/var/lib/private/app', '/srv/private/x']");
    EXPECT_EQ(count("credentials"), 0u);
}

TEST_F(RuleChecks, Ports) {
    policy("[network]\nconnect_tcp = ['1-65535']\nbind_tcp = ['1024-9000', 80]");
    EXPECT_THAT(found("all-ports"), ElementsAre(HasSubstr("net.connect_tcp on the 65535 ports")));
    EXPECT_THAT(found("wide-ports"), ElementsAre(HasSubstr("net.bind_tcp on the 7977 ports")));
    policy("[network]\nconnect_tcp = ['8000-9000']");
    EXPECT_EQ(count("all-ports") + count("wide-ports"), 0u);
    // The check looks at the ports that all layers allow.
    policy("[network]\nconnect_tcp = ['1-65535']\n[[layer]]\n[layer.network]\nconnect_tcp = [443]");
    EXPECT_EQ(count("all-ports") + count("wide-ports"), 0u);
    policy(
        "[network]\nconnect_tcp = ['1-65535']\n"
        "[[layer]]\n[layer.network]\nconnect_tcp = ['1-5000']");
    EXPECT_THAT(found("wide-ports"),
                ElementsAre(HasSubstr("net.connect_tcp on 5000 of the ports 1-65535")));
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

TEST_F(RuleChecks, KeptCapability) {
    policy("[capabilities]\nkeep = ['sys_module', 'bpf']\nreason = 'loads them'");
    EXPECT_THAT(found("kept-capability"),
                ElementsAre(HasSubstr("app.toml:4:9: it keeps sys_module, which loads a module"),
                            HasSubstr("app.toml:4:23: it keeps bpf, which loads BPF programs")));
    policy(
        "[capabilities]\nkeep = ['sys_module', 'bpf']\nreason = 'loads them'\n"
        "[[check.allow]]\nid = 'kept-capability'\npath = 'bpf'\nreason = 'it watches sockets'");
    EXPECT_THAT(found("kept-capability"), ElementsAre(HasSubstr("it keeps sys_module")));
    policy("[capabilities]\nkeep = []\nreason = 'none'");
    EXPECT_EQ(count("kept-capability"), 0u);
}

TEST_F(RuleChecks, CoveredRule) {
    policy("[filesystem]\nread = ['/srv', '/srv/www', '-/srv']");
    EXPECT_EQ(count("covered-rule"), 2u);
    policy("[filesystem]\nread = ['/srv']\nwrite = ['/srv/www']");
    EXPECT_EQ(count("covered-rule"), 0u);
    // A policy cannot remove a rule of an abstraction, so it is not reported.
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
    // It does not matter which layer denies it.
    policy(
        "[network]\nconnect_udp = [53]\nbind_udp = [0]\n"
        "[[layer]]\n[layer.network]\nbind_udp = [123]\nunrestricted = ['connect_udp']");
    EXPECT_EQ(count("udp-without-bind"), 1u);
}

TEST_F(RuleChecks, NewerRights) {
    policy("", 8);
    EXPECT_THAT(found("newer-rights"),
                ElementsAre(HasSubstr("app.toml:2:7: abi = 8 leaves unrestricted: "
                                      "fs.resolve_unix, net.bind_udp, net.connect_send_udp")));
    policy("", 10);  // ABI 11 has no new right
    EXPECT_EQ(count("newer-rights"), 0u);
    // Policies of ABI 1 do not have fs.refer, and the kernel denies it to them.
    policy("", 1);
    EXPECT_THAT(found("newer-rights"),
                ElementsAre(HasSubstr("abi = 1 leaves unrestricted: fs.truncate, fs.ioctl_dev")));
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
    policy("[filesystem]\nconnect_unix = ['%t/systemd/']");
    EXPECT_EQ(count("log-socket"), 0u);
}

TEST_F(RuleChecks, ReplacedFile) {
    policy("[filesystem]\nread = ['/etc/passwd']\nwrite = ['/var/log/app.log', '%L/app/x.log']");
    EXPECT_THAT(found("replaced-file"), ElementsAre(HasSubstr("\"/etc/passwd\" is replaced by"),
                                                    HasSubstr("is renamed by logrotate(8)"),
                                                    HasSubstr("is renamed by logrotate(8)")));
    policy("[filesystem]\nread = ['/etc/app.conf', '/var/log/app.log']\nwrite = ['/var/log/app']");
    EXPECT_EQ(count("replaced-file"), 0u);
}

}  // namespace
}  // namespace ringfence::lint
