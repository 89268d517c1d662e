// SPDX-License-Identifier: LGPL-2.1-or-later
#include "places/places.h"

#include <set>

#include <gtest/gtest.h>

#include "base/path.h"
#include "example.h"
#include "places/access.h"

namespace ringfence::places {
namespace {

using landlock::Access;
using landlock::access_of;

constexpr Access lists = access_of("fs.read_dir");
constexpr Access makes = access_of("fs.make_reg");

// The "what" of the first row, and the place if it is another path. Empty if there is no row.
std::string reason(std::string_view path, const Access& access) {
    const auto match = place_of(path, access);
    if (!match) return "";
    switch (match->relation) {
        case Relation::itself:
            return match->place->what;
        case Relation::inside:
            return "in " + match->at + ": " + match->place->what;
        case Relation::holds:
            return "over " + match->at + ": " + match->place->what;
    }
    return "";
}

TEST(Table, RowsAreWellFormed) {
    std::set<std::pair<std::string, Kind>> seen;
    for (const Place& place : table()) {
        const std::string glob = place.glob;
        EXPECT_TRUE(seen.emplace(glob, place.kind).second) << glob << " twice";
        EXPECT_TRUE(glob.front() == '/' || glob.front() == '%' || glob.front() == '*') << glob;
        EXPECT_EQ(simplify_path(glob), glob);
        const std::string what = place.what;
        EXPECT_EQ(what.substr(0, what.find(' ')).back(), 's') << what;  // "is", "holds", "runs"
        EXPECT_NE(what.back(), '.') << what;
    }
}

// If a wider row hides a row, the row is superfluous or in the wrong order.
TEST(Table, EveryRowIsTheReasonForSomething) {
    for (const Place& place : table()) {
        const std::string path = example_of(place.glob);
        if (place.kind == Kind::temporary) {
            EXPECT_TRUE(is_shared_directory(path)) << path;
            continue;
        }
        if (place.kind == Kind::replaced) {  // for place_of(path, kind), where a worse one hides it
            EXPECT_EQ(place_of(path, Kind::replaced)->place, &place);
            continue;
        }
        bool is_reason = false;
        for (const landlock::Right& right : landlock::rights)
            for (const std::string& at : {path, path + "/x"}) {
                const auto match = place_of(at, right.access());
                is_reason |= match && match->place == &place;
            }
        EXPECT_TRUE(is_reason) << place.glob << " " << place.what;
    }
}

TEST(Table, EveryRowIsSensitiveForAllRightsOfItsKind) {
    for (const Place& place : table())
        for (const landlock::Right& right : landlock::rights) {
            if (!sensitive_rights(place.kind).contains(right.access())) continue;
            EXPECT_TRUE(place_of(example_of(place.glob), right.access()))
                << place.glob << " " << right.name;
        }
}

TEST(PlaceOf, ThePlaceItselfWhatIsInItAndWhatHoldsIt) {
    EXPECT_EQ(reason("/etc", makes), "holds the configuration of the whole machine");
    EXPECT_EQ(reason("/etc/app", makes),
              "in /etc: holds what only the administrator should change");
    EXPECT_EQ(reason("/etc/cron.d/x", makes), "in /etc/cron.d: holds commands that cron runs");
    EXPECT_EQ(reason("/etc/ssl", reads), "over /etc/ssl/private: holds private keys");
    EXPECT_EQ(reason("/etc/ssl/private/a.pem", reads), "in /etc/ssl/private: holds private keys");
    EXPECT_EQ(reason("/etc/ssl/certs", reads), "");
    EXPECT_EQ(reason("/etc/app", reads), "");
    EXPECT_EQ(reason("/etcetera", makes), "");
}

TEST(PlaceOf, TheRightsDecide) {
    EXPECT_EQ(reason("/var/lib", makes), "holds the data of all services");
    EXPECT_EQ(reason("/var/lib", executes), "holds what services write, and no programs");
    EXPECT_EQ(reason("/var/lib", lists), "");
    EXPECT_EQ(reason("/var/lib/app", makes | reads), "");
    EXPECT_EQ(reason("/var/lib/app/x", executes),
              "in /var/lib: holds what services write, and no programs");
    EXPECT_EQ(reason("/etc/ssl", lists), "");
    EXPECT_EQ(reason("/etc/ssl/private", lists), "holds private keys");
    EXPECT_NE(reason("/run", connects), "");
    EXPECT_EQ(reason("/run/app/socket", connects), "");
    EXPECT_NE(reason("/run/docker.sock", connects), "");
    EXPECT_NE(reason("/srv/app", access_of("fs.make_block")), "");
    EXPECT_EQ(reason("/etc", access_of("net.bind_tcp")), "");
    EXPECT_EQ(reason("/tmp", makes | reads), "");
}

// A service with one of these rights there can take over the machine.
TEST(PlaceOf, WhatOwnsTheMachine) {
    for (const char* path :
         {"/run/systemd/system", "/run/systemd/system.control", "/run/systemd/transient",
          "/run/systemd/generator", "/run/systemd/generator.early", "/run/systemd/generator.late",
          "/run/ringfence/policies", "/var/spool/cron/crontabs", "/var/lib/dpkg/info",
          "/home/ann/.bashrc", "/home/ann/.profile", "/home/ann/.ssh/authorized_keys",
          "/home/ann/.config/systemd/user", "/run/user/1000/systemd/user", "/srv/git/.bashrc"})
        EXPECT_NE(reason(path, makes), "") << path;
    for (const char* path :
         {"/etc/ipsec.secrets", "/etc/ppp/chap-secrets", "/var/lib/systemd/credential.secret",
          "/dev/sda", "/dev/nvme0n1p2", "/proc/1/environ", "/proc/4711/task/4712/mem"})
        EXPECT_NE(reason(path, reads), "") << path;
    for (const char* path : {"/usr/bin/nsenter", "/bin/su", "/usr/bin/systemd-run", "/usr/bin/env",
                             "/usr/sbin/chroot", "/usr/bin/dash", "/opt/venv/bin/python3.11"})
        EXPECT_NE(reason(path, executes), "") << path;
    for (const landlock::Right& right : landlock::rights) {
        if (right.family != landlock::Family::fs) continue;
        EXPECT_NE(reason("/proc", right.access()), "") << right.name;
    }
}

TEST(PlaceOf, OrdinaryWork) {
    for (const char* path : {"/var/lib/app", "/srv/app", "/opt/app", "/home/ann/data", "/run/app",
                             "/var/cache/app", "/var/log/app", "/tmp/x", "/var/spool/app"})
        EXPECT_EQ(reason(path, makes | reads | lists | connects), "") << path;
    for (const char* path :
         {"/etc/app.conf", "/usr/share/app", "/etc/ssh/ssh_config", "/proc/self", "/proc/loadavg",
          "/sys/devices", "/etc/letsencrypt/live/a/fullchain.pem"})
        EXPECT_EQ(reason(path, reads | lists), "") << path;
    for (const char* path : {"/usr/bin/convert", "/opt/app/bin/app", "/usr/sbin/php-fpm8.2",
                             "/usr/lib/jvm", "/lib64/ld-linux-x86-64.so.2"})
        EXPECT_EQ(reason(path, executes | reads | lists), "") << path;
}

TEST(PlaceOf, OtherNamesOfAPlace) {
    EXPECT_EQ(reason("/var/run", makes), reason("/run", makes));
    EXPECT_EQ(reason("/var/run/systemd/system", makes), reason("/run/systemd/system", makes));
    EXPECT_EQ(reason("/bin/sh", executes), reason("/usr/bin/sh", executes));
    EXPECT_EQ(reason("/lib/x", makes), reason("/usr/lib/x", makes));
    // systemd keeps the directories of services with DynamicUser= there.
    EXPECT_EQ(reason("/var/lib/private/app", makes | reads), "");
    EXPECT_EQ(reason("/var/run/private/app", makes | reads), "");
    EXPECT_EQ(reason("/var/lib/private", makes), reason("/var/lib", makes));
    EXPECT_EQ(reason("/var/lib/private/app/site.key", reads), "is a private key by its name");
}

TEST(PlaceOf, TheWayAPathIsWrittenDoesNotMatter) {
    for (const Place& place : table()) {
        const std::string path = example_of(place.glob);
        std::string doubled;
        for (const char c : path)
            doubled += c == '/' ? "/./" : std::string(1, c);
        for (const landlock::Right& right : landlock::rights) {
            EXPECT_EQ(reason(path + "/", right.access()), reason(path, right.access())) << path;
            EXPECT_EQ(reason(doubled, right.access()), reason(path, right.access())) << path;
        }
    }
}

TEST(PlacesBeneath, OfOneKindAndForTheseRights) {
    const auto globs = [](std::string_view path, Kind kind, const Access& access) {
        std::vector<std::string> found;
        for (const Place* place : places_beneath(path, kind, access))
            found.emplace_back(place->glob);
        return found;
    };
    using Globs = std::vector<std::string>;
    EXPECT_EQ(globs("/etc/ssl", Kind::credentials, reads), (Globs{"/etc/ssl/private"}));
    EXPECT_EQ(globs("/etc/ssl/", Kind::credentials, lists), Globs{});
    EXPECT_EQ(globs("/etc/ssl", Kind::control, makes), Globs{});
    EXPECT_EQ(globs("/etc/letsencrypt/live/a", Kind::credentials, reads),
              (Globs{"/etc/letsencrypt/live/*/privkey*.pem"}));
    EXPECT_EQ(globs("/etc/ssl/private", Kind::credentials, reads), Globs{});
}

TEST(SharedDirectory, OfServicesOfPeopleAndOfTheMachine) {
    for (const char* path : {"/",          "/bin",         "/boot",
                             "/dev",       "/dev/shm",     "/etc",
                             "/home",      "/lib",         "/mnt",
                             "/media",     "/opt",         "/proc",
                             "/root",      "/run",         "/run/lock",
                             "/sbin",      "/srv",         "/sys",
                             "/tmp",       "/usr",         "/var",
                             "/var/lib",   "/var/log",     "/var/tmp",
                             "/var/cache", "/var/run",     "/var/spool",
                             "%t",         "/run/",        "%S",
                             "/home/ann",  "/run/systemd", "/var/lib/private"})
        EXPECT_TRUE(is_shared_directory(path)) << path;
    for (const char* path : {"/var/lib/app", "/run/app", "%t/app", "/srv/app", "/home/ann/app",
                             "/var/log/app", "/tmp/app", "/var/lib/private/app"})
        EXPECT_FALSE(is_shared_directory(path)) << path;
}

}  // namespace
}  // namespace ringfence::places
