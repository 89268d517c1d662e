// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/landlockd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../tree.h"
#include "policy/language/draft.h"

namespace ringfence::policy {
namespace {

using landlock::Access;
using ::testing::HasSubstr;
using ::testing::Not;

class LandlockdTest : public Tree {};

std::string import_text(const std::string& text) {
    const auto root = parse_toml(text, "l.toml");
    if (!root) return to_string(root.error()[0]);
    EXPECT_TRUE(is_landlockd(*root));
    const auto draft = import_landlockd(*root, "l.toml");
    return draft ? write_toml(*draft) : to_string(draft.error()[0]);
}

TEST_F(LandlockdTest, ALandlockdPolicyBecomesLayers) {
    const std::string text = import_text(R"(version = 1
[[fs_layer]]
handled_access_fs = ["execute", "read_file", "read_dir"]
[[fs_layer.rule]]
path = "/usr"
allowed_access = ["execute", "read_file", "read_dir"]
[[fs_layer]]
handled_access_fs = ["write_file"]
[net]
handled_access_net = ["connect_tcp"]
[[net.rule]]
port = 443
allowed_access = ["connect_tcp"]
[broker]
allow_write = ["/out"]
export = ["/e"]
[seccomp]
deny = ["ptrace", "bpf"]
errno = 13
)");
    const Rules rules = rules_of_text(text);
    ASSERT_EQ(rules.layers.size(), 2u);
    EXPECT_EQ(rules.layers[0].abi, 4);
    EXPECT_EQ(find_rule(rules.layers[0], "/usr")->access, landlock::access_of("fs.execute") |
                                                              landlock::access_of("fs.read_file") |
                                                              landlock::access_of("fs.read_dir"));
    EXPECT_EQ(ports_of(rules.layers[0]), "connect_tcp 443-443");
    EXPECT_EQ(find_rule(rules.layers[1], "/out", true)->access,
              landlock::access_of("fs.write_file"));
    EXPECT_EQ(rules.layers[0].scopes, Access{});
    ASSERT_EQ(rules.systemd.size(), 2u);
    EXPECT_EQ(rules.systemd[0].value, "~ptrace bpf");
    EXPECT_EQ(rules.systemd[1].value, "13");
    EXPECT_THAT(text, HasSubstr("# - broker.export:"));
    EXPECT_THAT(text, Not(HasSubstr("/e\"")));
}

TEST_F(LandlockdTest, WhatLandlockdRefusesIsRefused) {
    EXPECT_EQ(import_text("version = 2\n[net]\nhandled_access_net = [\"bind_tcp\"]\n"),
              "l.toml:1:11: only version 1 of landlockd's policies is known");
    EXPECT_EQ(import_text("version = 1\n[[fs_layer]]\nhandled_access_fs = [\"raed_file\"]\n"),
              "l.toml:3:22: landlockd has no right \"raed_file\"; did you mean `read_file`?");
    EXPECT_THAT(import_text("version = 1\n[nett]\n[net]\nhandled_access_net = [\"bind_tcp\"]\n"),
                HasSubstr("unknown key \"nett\" at the top level of a landlockd file; "
                          "did you mean `net`?"));
    EXPECT_THAT(import_text("version = 1\n[[fs_layer]]\nhandled_access_fs = [\"read_file\"]\n"
                            "[[fs_layer.rule]]\npath = \"/a\"\nallowed_access = [\"execute\"]\n"),
                HasSubstr("gives rights that its layer does not handle"));
}

std::string directives_of(const Rules& rules) {
    std::string all;
    for (const Directive& directive : rules.systemd)
        all += directive.key + "=" + directive.value + "\n";
    return all;
}

TEST_F(LandlockdTest, BelowARootPathsAreThoseInside) {
    const std::string text = import_text(R"(version = 1
[[fs_layer]]
handled_access_fs = ["read_file", "write_file"]
rule = [
  { path = "/srv/root", allowed_access = ["read_file"] },
  { path = "/srv/root/100%$x", allowed_access = ["write_file"] },
  { path = "/srv/rootless", allowed_access = ["read_file"] },
]
[broker]
allow_read = ["/srv/root/in", "/etc/in"]
[runtime]
root = "/srv/root/"
cwd = "/w%"
[mount]
tmpfs = ["/srv/root/tmp", "/tmp"]
proc = ["/srv/root/proc", "/srv/root/other"]
[[mount.bind]]
source = "/a b:c"
target = "/srv/root/b"
read_only = true
)");
    const Rules rules = rules_of_text(text);
    const Layer& layer = rules.layers.at(0);
    ASSERT_EQ(layer.paths.size(), 3u);
    EXPECT_EQ(find_rule(layer, "/")->access, landlock::access_of("fs.read_file"));
    EXPECT_EQ(find_rule(layer, "/100%%$$x")->access, landlock::access_of("fs.write_file"));
    EXPECT_EQ(find_rule(layer, "/in", true)->access, landlock::access_of("fs.read_file"));
    EXPECT_EQ(directives_of(rules),
              "TemporaryFileSystem=/tmp\n"
              "BindReadOnlyPaths=\"/a b\\:c\":/b\n"
              "MountAPIVFS=yes\n"
              "WorkingDirectory=/w%%\n");
    for (const char* line : {"rule on /srv/rootless: outside of runtime.root",
                             "broker.allow_read /etc/in: outside of runtime.root",
                             "mount.tmpfs /tmp: outside of runtime.root",
                             "mount.proc /other: systemd mounts /proc only",
                             "runtime.root: write RootDirectory=/srv/root/ into the unit"})
        EXPECT_THAT(text, HasSubstr(std::string("# - ") + line));
}

TEST_F(LandlockdTest, WithoutLayersFilesAreFreeAndTheBrokerSaysNothing) {
    const std::string text = import_text(
        "version = 1\n[broker]\nallow_read = [\"/a\"]\naddfd = true\n"
        "[net]\nhandled_access_net = [\"bind_tcp\"]\n[seccomp]\ndeny = [\"openat\", \"bpf\"]\n");
    const Rules rules = rules_of_text(text);
    EXPECT_EQ(rules.layers.at(0).unrestricted.fs,
              (landlock::known_at(4) - landlock::access_of("fs.refer")).fs);
    EXPECT_EQ(find_rule(rules.layers[0], "/")->access, landlock::access_of("fs.refer"));
    EXPECT_EQ(rules.layers[0].unrestricted.net, landlock::access_of("net.connect_tcp").net);
    EXPECT_EQ(directives_of(rules), "SystemCallFilter=~bpf\nSystemCallErrorNumber=EPERM\n");
    for (const char* line : {"broker: without an fs_layer, the service can open these files itself",
                             "broker.addfd: systemd passes open files with OpenFile=",
                             "seccomp.deny openat: no program starts without it"})
        EXPECT_THAT(text, HasSubstr(std::string("# - ") + line));
}

TEST_F(LandlockdTest, AllThatIsWrongIsNamedAtOnce) {
    const auto root = parse_toml(R"(version = 1
[[fs_layer]]
handled_access_fs = ["read_file"]
rule = [{ path = "etc", allowed_access = [] }]
[net]
rule = [{ port = 70000, allowed_access = ["connect_tcp"] }]
[mount]
tmpfs = "x"
bind = [{ source = "x", read_only = 1 }]
[seccomp]
deny = ["Ptrace"]
errno = 0
)",
                                 "l.toml");
    ASSERT_TRUE(root);
    const auto draft = import_landlockd(*root, "l.toml");
    ASSERT_FALSE(draft);
    std::vector<std::string> problems;
    for (const Diagnostic& problem : draft.error())
        problems.push_back(to_string(problem));
    EXPECT_THAT(problems,
                ::testing::ElementsAre("l.toml:4:18: \"etc\" is not an absolute path",
                                       "l.toml:4:42: `allowed_access` names no right",
                                       "l.toml:5:1: [net] has no `handled_access_net`",
                                       "l.toml:6:18: `port` must be an integer from 0 to 65535",
                                       "l.toml:8:9: `tmpfs` must be an array, not a string",
                                       "l.toml:9:9: [[mount.bind]] has no `target`",
                                       "l.toml:9:20: `source` must be an absolute path",
                                       "l.toml:9:37: `read_only` must be true or false",
                                       "l.toml:11:9: \"Ptrace\" is not the name of a system call",
                                       "l.toml:12:9: `errno` must be an integer from 1 to 4095"));
}

}  // namespace
}  // namespace ringfence::policy
