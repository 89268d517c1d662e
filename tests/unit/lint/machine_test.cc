// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks that need files or a unit.
#include "machine.h"

namespace ringfence::lint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MachineChecks : public ScratchMachine {};

TEST_F(MachineChecks, RightOnFile) {
    write("/srv/file");
    policy("[[filesystem.rule]]\npath = '/srv/file'\nallow = ['fs.read_file', 'fs.make_reg']");
    EXPECT_THAT(found("right-on-file"),
                ElementsAre(HasSubstr("app.toml:4:8: \"/srv/file\" is a regular file: fs.make_reg "
                                      "has no effect on it")));
    policy(
        "[filesystem]\nwrite = ['/srv/file']\n"
        "[[filesystem.rule]]\npath = '/srv'\nallow = ['fs.make_reg']");
    EXPECT_THAT(found("right-on-file"), IsEmpty());
}

TEST_F(MachineChecks, EditedFile) {
    write("/etc/app/app.conf");
    policy("[filesystem]\nread = ['/etc/app/app.conf', '-/etc/app/none']");
    EXPECT_EQ(count("edited-file"), 1u);
    policy("[filesystem]\nread = ['/etc/app']");
    EXPECT_EQ(count("edited-file"), 0u);
}

TEST_F(MachineChecks, LinkOutside) {
    write("/data/big");
    write("/srv/www/plain");
    link("/srv/www/big", "/data/big");
    link("/srv/www/inside", "plain");
    link("/srv/www/nowhere", "/none");
    policy("[filesystem]\nread = ['/srv/www']");
    EXPECT_THAT(found("link-outside"), ElementsAre(HasSubstr("not granted: big -> /data/big")));
    policy("[filesystem]\nread = ['/srv/www', '/data/big']");
    EXPECT_THAT(found("link-outside"), IsEmpty());
    // Granted through a link as well.
    link("/srv/data", "/data");
    policy("[filesystem]\nread = ['/srv/www', '/srv/data']");
    EXPECT_THAT(found("link-outside"), IsEmpty());
}

TEST_F(MachineChecks, MissingPath) {
    unit("StateDirectory=app\nRuntimeDirectory=app/%p\n");
    policy(
        "[filesystem]\nread = ['/srv/none', '-/srv/maybe', '%E/none', '${VAR}/x']\n"
        "write = ['%S/app', '/run/app/app']");
    EXPECT_THAT(found("missing-path"), ElementsAre(HasSubstr("\"/srv/none\" does not exist"),
                                                   HasSubstr("\"%E/none\" does not exist")));
    write("/srv/none");
    write("/etc/none");
    EXPECT_THAT(found("missing-path"), IsEmpty());
    // Of another root nothing is known.
    std::filesystem::remove(directory_ / "srv/none");
    unit("RootDirectory=/srv/root\n");
    EXPECT_THAT(found("missing-path"), IsEmpty());
}

TEST_F(MachineChecks, AFileOfAPolicyWithoutItsServiceIsNotMissing) {
    policy("units = ['other.service']\n[filesystem]\nread = ['/srv/none']");
    EXPECT_EQ(count("missing-path"), 0u);
    EXPECT_EQ(count("missing-unit"), 1u);
    write("/usr/lib/systemd/system/other.service", "[Service]\nExecStart=/x\n");
    EXPECT_EQ(count("missing-unit"), 0u);
}

TEST_F(MachineChecks, SetuidPrograms) {
    setuid("/usr/bin/su");
    write("/usr/bin/app");
    policy("[filesystem]\nexecute = ['/usr/bin/su', '/usr/bin']");
    unit("User=app\n");
    EXPECT_THAT(found("setuid-program"), ElementsAre(HasSubstr("\"/usr/bin/su\" is a set-user")));
    EXPECT_THAT(found("setuid-tree"), ElementsAre(HasSubstr("have no effect: su")));
    unit("CapabilityBoundingSet=\n");
    EXPECT_EQ(count("setuid-program"), 1u);
    unit("");  // root, with CAP_SYS_ADMIN: no no_new_privs
    EXPECT_EQ(count("setuid-program") + count("setuid-tree"), 0u);
    unit("User=app\n");
    policy("[filesystem]\nexecute = ['/usr/bin/app']\nread = ['/usr/bin/su']");
    EXPECT_EQ(count("setuid-program") + count("setuid-tree"), 0u);
}

TEST_F(MachineChecks, ReloadSignal) {
    policy("");
    unit("ExecReload=/bin/kill -HUP $MAINPID\nX-LandlockWrap=ExecReload\n");
    EXPECT_THAT(found("reload-signal"), ElementsAre(HasSubstr("app.service:4:12: ExecReload= of")));
    unit("ExecReload=/bin/kill -HUP $MAINPID\n");
    EXPECT_EQ(count("reload-signal"), 0u);
    unit("ExecReload=/usr/bin/app reload\nX-LandlockWrap=ExecReload\n");
    EXPECT_EQ(count("reload-signal"), 0u);
    policy("[scope]\nsignal = false");
    unit("ExecReload=/bin/kill -HUP $MAINPID\nX-LandlockWrap=ExecReload\n");
    EXPECT_EQ(count("reload-signal"), 0u);
}

TEST_F(MachineChecks, NotifySocket) {
    policy("");
    unit("Type=notify\n");
    EXPECT_THAT(found("notify-socket"), ElementsAre(HasSubstr("app.service:4:1: Type=notify of")));
    unit("WatchdogSec=30\n");
    EXPECT_EQ(count("notify-socket"), 1u);
    unit("Type=simple\nWatchdogSec=0\n");
    EXPECT_EQ(count("notify-socket"), 0u);
    unit("Type=notify\n");
    for (const char* path : {"%t/systemd/notify", "/run/systemd", "/"}) {
        policy(std::string("[filesystem]\nconnect_unix = ['") + path + "']");
        EXPECT_EQ(count("notify-socket"), 0u) << path;
    }
    policy("", 8);
    EXPECT_EQ(count("notify-socket"), 0u);
}

TEST_F(MachineChecks, BusSocket) {
    policy("");
    unit("Type=dbus\nBusName=org.app\n");
    EXPECT_EQ(count("bus-socket"), 1u);
    policy("[filesystem]\nconnect_unix = ['/run/dbus/system_bus_socket']");
    EXPECT_EQ(count("bus-socket"), 0u);
}

TEST_F(MachineChecks, BareKey) {
    policy("");
    unit("");
    EXPECT_EQ(count("bare-key"), 0u);
    unit("LandlockPolicy=app\n");
    EXPECT_THAT(found("bare-key"), ElementsAre(HasSubstr("app.service:4:1: LandlockPolicy= with")));
}

TEST_F(MachineChecks, UnsetVariable) {
    policy("[filesystem]\nread = ['-${DATA}/x', '-/srv/$${DATA}']");
    unit("");
    EXPECT_THAT(found("unset-variable"),
                ElementsAre(HasSubstr("app.toml:4:9: nothing in app.service sets ${DATA}: "
                                      "\"${DATA}/x\" would become \"/x\"")));
    unit("Environment=\"A=b\" DATA=/srv\n");
    EXPECT_EQ(count("unset-variable"), 0u);
    unit("Environment=DATA=/srv\nUnsetEnvironment=DATA\n");
    EXPECT_EQ(count("unset-variable"), 1u);
    unit("PassEnvironment=DATA\n");
    EXPECT_EQ(count("unset-variable"), 0u);
    unit("EnvironmentFile=-/etc/default/app\n");
    EXPECT_EQ(count("unset-variable"), 1u);
    write("/etc/default/app", "# DATB=1\nDATA=/srv\n");
    EXPECT_EQ(count("unset-variable"), 0u);
    write("/etc/default/app", "#DATA=/srv\n");
    EXPECT_EQ(count("unset-variable"), 1u);
    policy("[filesystem]\nread = ['-${STATE_DIRECTORY}/x']\n[systemd]\nStateDirectory = 'app'");
    EXPECT_EQ(count("unset-variable"), 0u);
}

TEST_F(MachineChecks, InheritedGrant) {
    policy("[filesystem]\nread = ['/usr/lib']");
    unit("NoExecPaths=/\nExecPaths=/usr/lib /opt/app\nStateDirectory=app\n");
    EXPECT_THAT(found("inherited-grant"),
                ElementsAre(HasSubstr("app.service:5:11: the unit's ExecPaths= gives fs.execute on "
                                      "\"/usr/lib\"")));
    unit("ReadWritePaths=/etc\n");
    EXPECT_EQ(count("inherited-grant"), 1u);
    policy("inherit = false");
    EXPECT_EQ(count("inherited-grant"), 0u);
    policy("[filesystem]\nexecute = ['/usr/lib']");
    unit("NoExecPaths=/\nExecPaths=/usr/lib\nReadOnlyPaths=/usr\n");
    EXPECT_EQ(count("inherited-grant"), 0u);
}

TEST_F(MachineChecks, SelinuxDomain) {
    policy("");
    unit("");
    EXPECT_EQ(count("selinux-domain"), 0u);
    write("/etc/selinux/config", "# SELINUX=enforcing\nSELINUX=permissive\n");
    EXPECT_EQ(count("selinux-domain"), 0u);
    write("/etc/selinux/config", "# which\nSELINUX=enforcing\n");
    EXPECT_EQ(count("selinux-domain"), 1u);
    unit("SELinuxContext=system_u:system_r:app_t:s0\n");
    EXPECT_EQ(count("selinux-domain"), 0u);
}

TEST_F(MachineChecks, ApparmorProfile) {
    policy("");
    unit("AppArmorProfile=app\n");
    EXPECT_EQ(count("apparmor-profile"), 1u);
    unit("AppArmorProfile=unconfined\n");
    EXPECT_EQ(count("apparmor-profile"), 0u);
}

TEST_F(MachineChecks, SystemCallFilter) {
    policy("");
    for (const char* good :
         {"SystemCallFilter=@system-service\nSystemCallFilter=~ @privileged @resources\n",
          "SystemCallFilter=@basic-io @file-system @process\n", "SystemCallFilter=~@mount\n",
          "SystemCallFilter=@io-event\nSystemCallFilter=\n",
          "SystemCallFilter=close openat statx prctl\n",
          "SystemCallFilter=~@process\nSystemCallFilter=@process\n"}) {
        unit(good);
        EXPECT_THAT(found("system-call-filter"), IsEmpty()) << good;
    }
    unit("SystemCallFilter=@io-event read write\n");
    EXPECT_THAT(found("system-call-filter"),
                ElementsAre(HasSubstr("forbids the wrapper: close, openat, prctl, statx")));
    unit("SystemCallFilter=@system-service\nSystemCallFilter=~@process:EPERM\n");
    EXPECT_THAT(found("system-call-filter"), ElementsAre(HasSubstr("the wrapper: prctl")));
    unit("SystemCallFilter=~openat\n");
    EXPECT_THAT(found("system-call-filter"), ElementsAre(HasSubstr("the wrapper: openat")));
}

TEST_F(MachineChecks, NoReports) {
    policy("");
    unit("SystemCallFilter=@basic-io @file-system @process\n");
    EXPECT_EQ(count("no-reports"), 1u);
    unit("SystemCallFilter=@basic-io @file-system @process\nSystemCallErrorNumber=EPERM\n");
    EXPECT_EQ(count("no-reports"), 0u);
    unit("SystemCallFilter=@system-service\n");
    EXPECT_EQ(count("no-reports"), 0u);
}

TEST_F(MachineChecks, Unmediated) {
    policy("", 8);
    unit("");
    EXPECT_THAT(found("unmediated"),
                ElementsAre(AllOf(HasSubstr("app.service:2:18: nothing restricts"),
                                  HasSubstr("raw"), HasSubstr("UDP"), HasSubstr("UNIX sockets"))));
    const char all[] =
        "RestrictAddressFamilies=AF_INET\nIPAddressDeny=any\nProtectSystem=strict\n"
        "ProtectHome=yes\nProtectProc=invisible\nProtectClock=yes\nUser=app\n";
    unit(all);
    policy("");
    EXPECT_THAT(found("unmediated"), IsEmpty());
    unit("");
    policy("[systemd]\nRestrictAddressFamilies = 'AF_INET'");
    EXPECT_THAT(found("unmediated"), ElementsAre(testing::Not(HasSubstr("raw"))));
}

}  // namespace
}  // namespace ringfence::lint
