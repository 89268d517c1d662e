// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules on what the unit hides, and programs that no fence can hold.
#include "machine.h"

namespace ringfence::lint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HiddenChecks : public ScratchMachine {};

TEST_F(HiddenChecks, HiddenPath) {
    write("/home/db/data/x");
    policy("[filesystem]\nread = ['/home/db/data']");
    unit("ProtectHome=yes\n");
    EXPECT_THAT(found("hidden-path"),
                ElementsAre(HasSubstr("app.toml:4:9: ProtectHome=yes "
                                      "(/usr/lib/systemd/system/app.service:4:1) of app.service "
                                      "hides \"/home/db/data\": the service does not start")));
    EXPECT_THAT(hint_of("hidden-path"),
                HasSubstr("ProtectHome=tmpfs and BindReadOnlyPaths=/home/db/data in the unit"));
    unit("ProtectHome=tmpfs\nBindReadOnlyPaths=/home/db/data\n");
    EXPECT_THAT(found("hidden-path"), IsEmpty());
    unit("InaccessiblePaths=-/home/db\n");
    EXPECT_THAT(hint_of("hidden-path"), HasSubstr("take \"/home/db\" out of InaccessiblePaths="));
    unit("");
    EXPECT_THAT(found("hidden-path"), IsEmpty());
}

// systemd leaves a node without rights there, which can be opened
// (tests/system/test_hidden_paths.py).
TEST_F(HiddenChecks, TheHiddenPathItself) {
    write("/home/x");
    policy("[filesystem]\nread = ['/home']");
    unit("ProtectHome=yes\n");
    EXPECT_THAT(found("hidden-path"), ElementsAre(HasSubstr("the rule has no effect")));
}

TEST_F(HiddenChecks, ABooleanHasNoList) {
    write("/proc/kmsg");
    policy("[filesystem]\nread = ['/proc/kmsg']");
    unit("ProtectKernelLogs=yes\n");
    EXPECT_THAT(hint_of("hidden-path"), HasSubstr("write ProtectKernelLogs=no in the unit"));
}

TEST_F(HiddenChecks, ThePolicysOwnDirectivesHideAsWell) {
    policy("[filesystem]\nwrite = ['/tmp/x', '/tmp']\n[systemd]\nPrivateTmp = 'yes'");
    unit("");
    EXPECT_THAT(found("hidden-path"),
                ElementsAre(HasSubstr("PrivateTmp=yes (/etc/ringfence/policies/app.toml:6:14)")));
}

TEST_F(HiddenChecks, LinksAreFollowed) {
    write("/home/db/x");
    link("/srv/db", "/home/db");
    policy("[filesystem]\nread = ['/srv/db']");
    unit("ProtectHome=yes\n");
    EXPECT_EQ(count("hidden-path"), 1u);
}

TEST_F(HiddenChecks, WhatMayBeMissingIsSaidOfTheSitesOwnPolicies) {
    policy("[filesystem]\nread = ['-/home/db']");
    unit("ProtectHome=yes\n");
    EXPECT_THAT(found("hidden-path"), ElementsAre(HasSubstr("the rule has no effect")));
    std::filesystem::remove(directory_ / "etc/ringfence/policies/app.toml");
    write("/usr/lib/ringfence/policies/app.toml",
          "version = 1\nabi = 10\n[filesystem]\nread = ['-/home/db']");
    EXPECT_THAT(found("hidden-path"), IsEmpty());
}

TEST_F(HiddenChecks, ReadOnlyPath) {
    write("/srv/data/x");
    policy("[filesystem]\nread = ['/srv/data']\nwrite = ['/srv/data', '/dev/null', '%S/app']");
    unit("ProtectSystem=strict\nStateDirectory=app\n");
    EXPECT_THAT(found("read-only-path"),
                ElementsAre(HasSubstr("app.toml:5:10: ProtectSystem=strict "
                                      "(/usr/lib/systemd/system/app.service:4:1) of app.service "
                                      "makes \"/srv/data\" read-only")));
    EXPECT_THAT(hint_of("read-only-path"), HasSubstr("add ReadWritePaths=/srv/data"));
    unit("ProtectSystem=strict\nReadWritePaths=/srv\nStateDirectory=app\n");
    EXPECT_THAT(found("read-only-path"), IsEmpty());
    policy("[filesystem]\nread = ['/srv/data']");
    unit("ProtectSystem=strict\n");
    EXPECT_THAT(found("read-only-path"), IsEmpty());
}

TEST_F(HiddenChecks, DeniedMount) {
    const auto run = [&](const std::string& command) {
        write("/usr/lib/systemd/system/app.service",
              "[Service]\nX-LandlockPolicy=app\nExecStart=" + command + "\n");
        return found("denied-mount");
    };
    policy("");
    EXPECT_THAT(run("/usr/sbin/ip netns exec blue /usr/bin/app"),
                ElementsAre(HasSubstr("app.service:3:11: ExecStart= of app.service runs ip, which "
                                      "needs to mount")));
    EXPECT_THAT(hint_of("denied-mount"), HasSubstr("NetworkNamespacePath="));
    EXPECT_THAT(run("/usr/bin/unshare -m /usr/bin/app"), ElementsAre(HasSubstr("unshare")));
    EXPECT_THAT(run("/usr/bin/unshare -rm /usr/bin/app"), ElementsAre(HasSubstr("unshare")));
    EXPECT_THAT(run("/bin/sh -c 'mount /srv; exec app'"), ElementsAre(HasSubstr("mount")));
    EXPECT_THAT(run("/usr/bin/env -i /usr/bin/podman run x"), ElementsAre(HasSubstr("podman")));
    for (const char* engine : {"dockerd", "containerd", "crun"})
        EXPECT_THAT(run(std::string("/usr/bin/") + engine), ElementsAre(HasSubstr(engine)));
    for (const char* other : {"/usr/sbin/ip route add x", "/usr/bin/unshare -Urn app",
                              "/usr/bin/app mount", "/usr/bin/docker run x"})
        EXPECT_THAT(run(other), IsEmpty()) << other;
    policy("[filesystem]\nexecute = ['/usr/bin/fusermount3', '/usr/bin/ip']");
    EXPECT_THAT(run("/usr/bin/app"),
                ElementsAre(HasSubstr("app.toml:4:12: it may execute \"/usr/bin/fusermount3\"")));
}

// Which program the command runs, and not which names are among its arguments.
TEST_F(HiddenChecks, WhatACommandRuns) {
    constexpr std::pair<const char*, const char*> commands[] = {
        {"/usr/bin/rsync -a /srv/netdata /backup", ""},
        {"/usr/sbin/httpd -f /etc/snapd", ""},
        {"/usr/bin/flock /run/lock/mount true", ""},
        {"/usr/bin/flock -xw 5 /run/lock/mount true", ""},
        {"/bin/sh -c \"echo mount the disk\"", ""},
        {"/bin/sh -c 'app >/run/mount 2>&1 # mount'", ""},
        {"/bin/sh -c 'echo \"x; mount\" \\\\; mount'", ""},
        {"/bin/sh -c 'app > umount lsof'", ""},
        {"/bin/sh /usr/bin/mount -c mount", ""},
        {"/bin/sh -c 'for f in mount umount; do echo $$f; done'", ""},
        {"/usr/bin/tar --exclude=/usr/bin/lsof -c /srv", ""},
        {"/usr/bin/env MOUNT=/usr/bin/mount /usr/bin/app mount", ""},
        {"/usr/bin/timeout -k 5 mount app", ""},
        {"/usr/bin/unshare -n /usr/bin/app -m", ""},
        {"@/usr/bin/app mount x", ""},
        {"/usr/bin/mounter", ""},

        {"@/usr/bin/mount app /srv", "mount"},
        {"-/usr/bin/lsof", "lsof"},
        {"/usr/bin/nice -n 5 /usr/bin/ionice -c2 -n 7 /usr/bin/mount /srv", "mount"},
        {"/usr/bin/env -u A --chdir=/ B=/x mount /srv", "mount"},
        {"/usr/bin/timeout -s KILL 10 /usr/bin/umount /srv", "umount"},
        {"/usr/bin/flock -w 5 /run/lock/x /usr/bin/mount /srv", "mount"},
        {"/usr/bin/flock /run/lock/x -c 'app; mount /srv'", "mount"},
        {"/bin/bash -euo pipefail -c 'LANG=C exec mount /srv'", "mount"},
        {"/bin/sh -ec 'cd /x && A=1 /usr/bin/mount /srv'", "mount"},
        {"/bin/sh -c 'true || mount /srv'", "mount"},
        {"/bin/sh -c 'app | lsof'", "lsof"},
        {"/bin/sh -c 'if ! app; then umount /srv; fi'", "umount"},
        {"/bin/sh -c 'kill $$(lsof -t /x)'", "lsof"},
        {"/bin/sh -c 'exec nice sh -c \"app; mount /srv\"'", "mount"},
        {"/usr/bin/nice /usr/bin/unshare -n -m app", "unshare"},
    };
    policy("");
    for (const auto& [command, program] : commands) {
        write("/usr/lib/systemd/system/app.service",
              "[Service]\nX-LandlockPolicy=app\nExecStart=" + std::string(command) + "\n");
        std::vector<std::string> texts = found("denied-mount");
        for (const std::string& text : found("denied-process"))
            texts.push_back(text);
        if (*program == '\0')
            EXPECT_THAT(texts, IsEmpty()) << command;
        else
            EXPECT_THAT(texts, ElementsAre(HasSubstr(" runs " + std::string(program) + ",")))
                << command;
    }
}

TEST_F(HiddenChecks, DeniedProcess) {
    policy("");
    write("/usr/lib/systemd/system/app.service",
          "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/osqueryd --x\n"
          "ExecStop=/usr/bin/lsof\n");
    EXPECT_THAT(found("denied-process"),
                ElementsAre(HasSubstr("ExecStart= of app.service runs osqueryd, which needs to "
                                      "look into other processes")));
    write("/usr/lib/systemd/system/app.service",
          "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/osqueryd --x\nUser=app\n");
    EXPECT_THAT(found("denied-process"), IsEmpty());
    write("/usr/lib/systemd/system/app.service",
          "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/ss -ltn\n");
    EXPECT_THAT(found("denied-process"), IsEmpty());
}

}  // namespace
}  // namespace ringfence::lint
