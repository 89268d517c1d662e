// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks that need files or a unit.
#include "machine.h"

#include <sys/stat.h>
#include <unistd.h>

namespace ringfence::lint {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

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
    // A group counts as a group even if one of its rights is unrestricted.
    policy("[filesystem]\nunrestricted = ['fs.truncate']\nwrite = ['/srv/file']");
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
    // A rule on a link grants the target, too.
    link("/srv/data", "/data");
    policy("[filesystem]\nread = ['/srv/www', '/srv/data']");
    EXPECT_THAT(found("link-outside"), IsEmpty());
    // Reading is not restricted.
    policy("[filesystem]\nunrestricted = ['fs.read_file']\nread = ['/srv/www']");
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
    // With a root directory of its own, the unit's files are not known.
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
    policy("[filesystem]\nread = ['/usr/bin/su']\nexecute = ['/usr/bin/su', '/usr/bin']");
    EXPECT_THAT(found("setuid-program"), ElementsAre(HasSubstr("app.toml:5:12: ")));
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

TEST_F(MachineChecks, UnfencedCommands) {
    policy("");
    unit(
        "ExecStartPre=/usr/bin/app -t\nExecReload=/bin/kill -HUP $MAINPID\n"
        "ExecStop=-/sbin/start-stop-daemon --stop --pidfile /run/app.pid\n");
    EXPECT_THAT(
        found("unfenced-command"),
        ElementsAre(HasSubstr("app.service:4:14: ExecStartPre=/usr/bin/app, "
                              "ExecStop=/sbin/start-stop-daemon of app.service run outside")));
    unit("ExecStop=/usr/bin/app stop\nX-LandlockWrap=ExecStop\n");
    EXPECT_EQ(count("unfenced-command"), 0u);
    unit("ExecReload=/bin/kill -HUP $MAINPID\n");
    EXPECT_EQ(count("unfenced-command"), 0u);
}

TEST_F(MachineChecks, ForeignLinks) {
    write("/srv/data/x");
    write("/srv/shared/y");
    link("/srv/shared/current", "/srv/data");
    unit("");
    policy("[filesystem]\nread = ['/srv/shared/current/x', '/srv/shared/y']");
    std::filesystem::permissions(directory_ / "srv/shared", std::filesystem::perms::all);
    EXPECT_THAT(found("foreign-link"),
                ElementsAre(HasSubstr("\"/srv/shared/current/x\" leads through the link "
                                      "\"/srv/shared/current\", which can be changed by")));
    policy("trust_links = 'root'\n[filesystem]\nread = ['/srv/shared/current/x']");
    EXPECT_EQ(count("foreign-link"), 0u);
    if (::geteuid() != 0) return;  // the files are then those of another user than root
    policy("[filesystem]\nread = ['/srv/shared/current/x']");
    std::filesystem::permissions(directory_ / "srv/shared", std::filesystem::perms(0755));
    EXPECT_EQ(count("foreign-link"), 0u);
    ASSERT_EQ(::lchown((directory_ / "srv/shared/current").c_str(), 1234, 1234), 0);
    EXPECT_THAT(found("foreign-link"), ElementsAre(HasSubstr("user 1234, who owns it")));
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

TEST_F(MachineChecks, NestedGrantOfTheUnit) {
    policy("");
    unit("StateDirectory=app\nExecPaths=/var/lib/app/bin\nWorkingDirectory=/var/lib/app/work\n");
    EXPECT_THAT(found("nested-grant"),
                ElementsAre(HasSubstr("app.service:5:11: the service may make links in \"%S/app\" "
                                      "(/usr/lib/systemd/system/app.service:4:16), and a rule on "
                                      "\"/var/lib/app/bin\" in it grants fs.execute")));
    unit("StateDirectory=app\nPIDFile=/var/lib/app/run/app.pid\n");
    EXPECT_EQ(count("nested-grant"), 0u);
    policy("[filesystem]\nexecute = ['-/var/lib/app/plugins']");
    EXPECT_EQ(count("nested-grant"), 1u);
    policy("inherit = false\n[filesystem]\nexecute = ['-/var/lib/app/plugins']");
    EXPECT_EQ(count("nested-grant"), 0u);
}

TEST_F(MachineChecks, InheritedGrant) {
    policy("[filesystem]\nread = ['/usr/lib']");
    unit("NoExecPaths=/\nExecPaths=/usr/lib /opt/app\nStateDirectory=app\n");
    EXPECT_THAT(found("inherited-grant"),
                ElementsAre(HasSubstr("app.service:5:11: the unit's ExecPaths= gives fs.execute on "
                                      "\"/usr/lib\"")));
    unit("ReadWritePaths=/etc\n");
    EXPECT_EQ(count("inherited-grant"), 1u);
    unit("NoExecPaths=/\nExecPaths=/usr/bin/app /usr/bin/sh\nReadOnlyPaths=/etc/shadow\n");
    EXPECT_THAT(found("inherited-grant"),
                ElementsAre(HasSubstr("gives fs.execute on \"/usr/bin/sh\""),
                            HasSubstr("on \"/etc/shadow\"")));
    // Of two settings, the one that gives the right is named.
    unit("ReadOnlyPaths=/etc/cron.d\nReadWritePaths=/etc/cron.d\n");
    EXPECT_THAT(found("inherited-grant"),
                ElementsAre(HasSubstr("app.service:5:16: the unit's ReadWritePaths= gives")));
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

TEST_F(MachineChecks, ExecType) {
    policy("");
    unit("Type=exec\n");
    EXPECT_THAT(found("exec-type"), ElementsAre(HasSubstr("before its program is executed")));
    unit("Type=notify\n");
    EXPECT_EQ(count("exec-type"), 0u);
}

TEST_F(MachineChecks, LogIdentifier) {
    policy("");
    unit("ExecStartPre=/bin/mkdir x\n");
    EXPECT_THAT(found("log-identifier"), ElementsAre(HasSubstr("what mkdir prints is logged as")));
    unit("ExecStartPre=/bin/mkdir x\nSyslogIdentifier=own\n");
    EXPECT_EQ(count("log-identifier"), 0u);
    unit("");
    EXPECT_EQ(count("log-identifier"), 0u);
    unit("ExecStart=\nExecStart=/opt/%h\n");
    EXPECT_THAT(found("log-identifier"), ElementsAre(HasSubstr("logged as \"ringfence-exec\"")));
}

TEST_F(MachineChecks, SystemCallFilter) {
    policy("");
    for (const char* good :
         {"SystemCallFilter=@system-service\nSystemCallFilter=~ @privileged @resources\n",
          "SystemCallFilter=@basic-io @file-system @process\n", "SystemCallFilter=~@mount\n",
          "SystemCallFilter=@io-event\nSystemCallFilter=\n",
          "SystemCallFilter=close openat prctl\n",
          "SystemCallFilter=~@process\nSystemCallFilter=@process\n"}) {
        unit(good);
        EXPECT_THAT(found("system-call-filter"), IsEmpty()) << good;
    }
    unit("SystemCallFilter=@io-event read write\n");
    EXPECT_THAT(found("system-call-filter"),
                ElementsAre(HasSubstr("forbids the wrapper: close, openat, prctl")));
    unit("SystemCallFilter=@system-service\nSystemCallFilter=~@process:EPERM\n");
    EXPECT_THAT(found("system-call-filter"), ElementsAre(HasSubstr("the wrapper: prctl")));
    unit("SystemCallFilter=~openat\n");
    EXPECT_THAT(found("system-call-filter"), ElementsAre(HasSubstr("the wrapper: openat")));
    // The fence's drop-in adds these to an allow-list, and cannot take them out of a deny-list.
    unit("SystemCallFilter=~@mount statx readlinkat\n");
    EXPECT_THAT(found("system-call-filter"),
                ElementsAre(HasSubstr("the wrapper: readlinkat, statx")));
    unit("SystemCallFilter=@system-service\nSystemCallFilter=~statx\n");
    EXPECT_THAT(found("system-call-filter"), IsEmpty());
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

TEST_F(MachineChecks, NoReportsNamesTheDirectiveAndTheLine) {
    policy("");
    for (const char* blind :
         {"RestrictAddressFamilies=AF_INET AF_INET6\n", "RestrictAddressFamilies=none\n",
          "RestrictAddressFamilies=~AF_UNIX\n",
          "RestrictAddressFamilies=AF_INET AF_UNIX\nRestrictAddressFamilies=~AF_UNIX\n"}) {
        unit(blind);
        EXPECT_THAT(found("no-reports"), ElementsAre(HasSubstr("add AF_UNIX"))) << blind;
    }
    for (const char* blind : {"RootDirectory=/srv/root\n", "TemporaryFileSystem=/:ro\n"}) {
        unit(blind);
        EXPECT_THAT(found("no-reports"),
                    ElementsAre(HasSubstr("BindReadOnlyPaths=/run/systemd/journal/socket")))
            << blind;
    }
    for (const char* seeing :
         {"RestrictAddressFamilies=AF_INET AF_UNIX\n", "RestrictAddressFamilies=~AF_PACKET\n",
          "RestrictAddressFamilies=AF_INET\nRestrictAddressFamilies=AF_UNIX\n",
          "RootDirectory=/srv/root\nBindReadOnlyPaths=/run/systemd/journal/socket\n",
          "TemporaryFileSystem=/var:ro\n", "RootDirectory=/\n"}) {
        unit(seeing);
        EXPECT_THAT(found("no-reports"), IsEmpty()) << seeing;
    }
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

TEST_F(MachineChecks, AProgramThatTheServiceMayWrite) {
    write("/srv/app/run", "#!/usr/bin/python3\n");
    write("/usr/bin/python3");
    unit("ExecStart=\nExecStart=/srv/app/run\n");
    policy("[filesystem]\nwrite = ['/srv/app']");
    EXPECT_THAT(found("written-program"),
                ElementsAre(HasSubstr("app.toml:4:10: it may write what it executes: "
                                      "\"/srv/app/run\" (a rule on \"/srv/app\" allows it")));
    policy("[filesystem]\nread = ['/srv/app']\nwrite = ['/srv/app']");
    EXPECT_THAT(found("written-program"), ElementsAre(HasSubstr("app.toml:5:10: ")));
    policy("[filesystem]\nread = ['/srv/app']");
    EXPECT_THAT(found("written-program"), IsEmpty());
    // A second layer takes the right away.
    policy("[filesystem]\nwrite = ['/srv/app']\n[[layer]]\n[layer.filesystem]\nread = ['/srv']");
    EXPECT_THAT(found("written-program"), IsEmpty());
    policy("[filesystem]\nunrestricted = ['fs.write_file']");
    EXPECT_THAT(found("written-program"), ElementsAre(HasSubstr("writing is not restricted")));
}

TEST_F(MachineChecks, AnInterpreterThatTheServiceMayWrite) {
    write("/usr/bin/app", "#!/var/lib/app/python\n");
    write("/var/lib/app/python");
    unit("StateDirectory=app\n");
    policy("");
    EXPECT_THAT(found("written-program"),
                ElementsAre(HasSubstr("it may write what it executes: \"/var/lib/app/python\"")));
}

TEST_F(MachineChecks, AProgramBehindALinkThatTheServiceMayReplace) {
    write("/opt/app-1/run");
    write("/srv/app/x");
    link("/srv/app/current", "/opt/app-1");
    unit("ExecStart=\nExecStart=/srv/app/current/run\n");
    policy("[filesystem]\nwrite = ['/srv/app']");
    EXPECT_THAT(found("written-program"),
                ElementsAre(HasSubstr("\"/srv/app/current/run\" leads through "
                                      "\"/srv/app/current\"")));
    // The rule's path is a link as well.
    link("/alias", "srv");
    policy("[filesystem]\nwrite = ['/alias/app']");
    EXPECT_EQ(count("written-program"), 1u);
    policy("[filesystem]\nwrite = ['/opt/app-2']");
    EXPECT_EQ(count("written-program"), 0u);
}

TEST_F(MachineChecks, AnEnvironmentFileThatTheServiceMayWrite) {
    unit("StateDirectory=app\nEnvironmentFile=-/var/lib/app/env\n");
    policy("[filesystem]\nread = ['/srv/${TENANT}']");
    EXPECT_THAT(found("written-input"),
                ElementsAre(HasSubstr("app.service:5:1: it may write \"/var/lib/app/env\"")));
    // Nothing depends on it.
    policy("[filesystem]\nread = ['/srv/$${TENANT}']");
    EXPECT_THAT(found("written-input"), IsEmpty());
    policy("[filesystem]\nread = ['/srv/${TENANT}']");
    unit("StateDirectory=app\nEnvironmentFile=-/etc/app/env\n");
    EXPECT_THAT(found("written-input"), IsEmpty());
    unit("StateDirectory=app\nEnvironmentFile=/var/lib/*/env.d/*.conf\n");
    EXPECT_THAT(found("written-input"), IsEmpty());
    unit("StateDirectory=app\nEnvironmentFile=/var/lib/app/env.d/*.conf\n");
    EXPECT_THAT(found("written-input"), ElementsAre(HasSubstr("env.d/*.conf")));
}

// systemd opens it as root before the fence, and follows links.
TEST_F(MachineChecks, WhatSystemdOpensWhereTheServiceMayWrite) {
    policy("");
    for (const char* line :
         {"StandardOutput=append:/var/lib/app/log", "StandardError=truncate:/var/lib/app/log",
          "StandardInput=file:/var/lib/app/in", "OpenFile=/var/lib/app/in:name:read-only",
          "BindPaths=-/var/lib/app/data:/srv/data", "BindReadOnlyPaths=/var/lib/app/data",
          "LoadCredential=key:/var/lib/app/key"}) {
        unit(std::string("StateDirectory=app\n") + line + "\n");
        EXPECT_THAT(found("opened-before-fence"), ElementsAre(HasSubstr("it may put a link in")))
            << line;
    }
    for (const char* line :
         {"StandardOutput=append:/var/log/app", "StandardOutput=journal", "BindPaths=/srv/app",
          "LoadCredential=key", "StandardOutput=append:/var/lib/app/log\nStandardOutput=null",
          "RootDirectory=/srv/root\nStandardOutput=append:/var/lib/app/log"}) {
        unit(std::string("StateDirectory=app\n") + line + "\n");
        EXPECT_THAT(found("opened-before-fence"), IsEmpty()) << line;
    }
}

TEST_F(MachineChecks, WhatOutlivesARestart) {
    policy("");
    unit("KillMode=process\nFileDescriptorStoreMax=8\n");
    EXPECT_EQ(count("outlives-restart"), 2u);
    unit("KillMode=mixed\nFileDescriptorStoreMax=0\n");
    EXPECT_EQ(count("outlives-restart"), 0u);
}

TEST_F(MachineChecks, AReportThatIsDropped) {
    policy("");
    for (const char* line : {"LogLevelMax=notice", "LogLevelMax=4",
                             "StandardOutput=null\nInaccessiblePaths=-/run/systemd"}) {
        unit(std::string(line) + "\n");
        EXPECT_EQ(count("no-reports"), 1u) << line;
    }
    for (const char* line :
         {"LogLevelMax=info", "LogLevelMax=7", "InaccessiblePaths=/run/systemd",
          "StandardOutput=null\nStandardError=journal\nInaccessiblePaths=/run"}) {
        unit(std::string(line) + "\n");
        EXPECT_EQ(count("no-reports"), 0u) << line;
    }
}

TEST_F(MachineChecks, AnEnvironmentFileBehindALink) {
    write("/var/lib/app/env", "TENANT=a\n");
    link("/etc/app.env", "/var/lib/app/env");
    unit("StateDirectory=app\nEnvironmentFile=/etc/app.env\n");
    policy("[filesystem]\nread = ['/srv/${TENANT}']");
    EXPECT_EQ(count("written-input"), 1u);
}

TEST_F(MachineChecks, ACredentialOrAWorkingDirectoryThatTheServiceMayWrite) {
    policy("[filesystem]\nread = ['/srv/${TENANT}']");
    unit(
        "StateDirectory=app\nLoadCredential=env:/var/lib/app/env\n"
        "EnvironmentFile=-%d/env\n");
    EXPECT_THAT(found("written-input"), ElementsAre(HasSubstr("/var/lib/app/env")));
    unit("StateDirectory=app\nLoadCredential=env:/var/lib/app/env\n");
    EXPECT_THAT(found("written-input"), IsEmpty());
    // A value without a slash at its start would be for the working directory.
    policy("[filesystem]\nread = ['${TENANT}']");
    unit("StateDirectory=app\nWorkingDirectory=/var/lib/app\n");
    EXPECT_THAT(found("written-input"), ElementsAre(HasSubstr("depends on WorkingDirectory=")));
    policy("[filesystem]\nread = ['${STATE_DIRECTORY}/x']");
    EXPECT_THAT(found("written-input"), IsEmpty());
}

TEST_F(MachineChecks, ADropInOfAnotherGeneratorThatChangesTheCommand) {
    unit("");
    policy("");
    const std::string directory = "/run/systemd/generator/app.service.d/";
    write(directory + "~ringfence.conf", "[Service]\nExecStart=\nExecStart=/w\n");
    write(directory + "zz.conf", "[Service]\nNice=1\n");
    write(directory + "a.conf",
          "# Automatically generated by ringfence-generator.\n"
          "[Service]\nExecStart=\n");
    EXPECT_THAT(found("foreign-drop-in"), IsEmpty());
    write(directory + "10-autologin.conf", "[Service]\nExecStart=\nExecStart=/y\n");
    EXPECT_THAT(found("foreign-drop-in"),
                ElementsAre(HasSubstr("10-autologin.conf changes the command, and the fence's")));
    write("/run/systemd/generator.late/service.d/~~.conf", "[Service]\nExecStart=/y\n");
    write("/run/systemd/generator.early/app.service.d/~ringfence.conf", "[Service]\nNice=1\n");
    EXPECT_THAT(found("foreign-drop-in"),
                UnorderedElementsAre(HasSubstr("10-autologin.conf"),
                                     HasSubstr("~~.conf replaces the command"),
                                     HasSubstr("takes the place of the fence's drop-in")));
}

}  // namespace
}  // namespace ringfence::lint
