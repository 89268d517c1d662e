// SPDX-License-Identifier: LGPL-2.1-or-later
// tests/system/test_hidden_paths.py compares with systemd.
#include "dropin/unit_mounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "build_unit.h"
#include "unit/directories.h"

namespace ringfence::dropin {
namespace {

// What hides a path, or "-"; then what makes it read-only, or "-".
std::string effects(const std::string& lines, const std::string& path) {
    const unit::Unit unit = build_unit("a.service", "[Service]\n" + lines);
    const std::vector<policy::Directive> none;
    const policy::WrittenPaths tree(unit::specifier_values(unit::Scope::system, &unit.name));
    const UnitMounts mounts(Settings(unit, none), tree);
    const auto text = [](const std::optional<UnitMounts::Effect>& effect) {
        return effect ? effect->setting() : "-";
    };
    return text(mounts.hides(path)) + " " + text(mounts.makes_read_only(path));
}

TEST(UnitMounts, NothingIsHiddenWithoutASetting) {
    for (const char* path : {"/", "/home/x", "/tmp/x", "/dev/kmsg", "%S/a"})
        EXPECT_EQ(effects("User=a\nProtectHome=no\nPrivateTmp=false\n", path), "- -");
}

TEST(UnitMounts, Homes) {
    EXPECT_EQ(effects("ProtectHome=yes\n", "/home/db/data").substr(0, 15), "ProtectHome=yes");
    EXPECT_EQ(effects("ProtectHome=1\n", "/home").substr(0, 13), "ProtectHome=1");
    EXPECT_EQ(effects("ProtectHome=tmpfs\n", "/root/x").substr(0, 17), "ProtectHome=tmpfs");
    EXPECT_EQ(effects("ProtectHome=tmpfs\n", "/home").substr(0, 1), "-");
    EXPECT_EQ(effects("ProtectHome=read-only\n", "/home/x"), "- ProtectHome=read-only");
    EXPECT_EQ(effects("ProtectHome=yes\n", "/homes/x"), "- -");
    // Nothing brings back what is beneath an inaccessible path; an empty file system leaves room.
    EXPECT_EQ(effects("ProtectHome=yes\nBindPaths=/home/x\n", "/home/x").substr(0, 15),
              "ProtectHome=yes");
    EXPECT_EQ(effects("ProtectHome=tmpfs\nBindPaths=/home/x\n", "/home/x/y"), "- -");
    EXPECT_EQ(effects("ProtectHome=tmpfs\nBindPaths=/home/x/y\n", "/home/x").substr(0, 1), "-");
    EXPECT_EQ(effects("ProtectHome=tmpfs\nBindReadOnlyPaths=/srv:/home/x\n", "/home/x"),
              "- BindReadOnlyPaths=/srv:/home/x");
}

TEST(UnitMounts, TheLastValueCounts) {
    EXPECT_EQ(effects("ProtectHome=yes\nProtectHome=no\n", "/home/x"), "- -");
    EXPECT_EQ(effects("InaccessiblePaths=/srv\nInaccessiblePaths=\n", "/srv"), "- -");
}

TEST(UnitMounts, ReadOnlySystems) {
    EXPECT_EQ(effects("ProtectSystem=yes\n", "/usr/share"), "- ProtectSystem=yes");
    EXPECT_EQ(effects("ProtectSystem=yes\n", "/etc/x"), "- -");
    EXPECT_EQ(effects("ProtectSystem=full\n", "/etc/x"), "- ProtectSystem=full");
    EXPECT_EQ(effects("ProtectSystem=strict\n", "/srv/x"), "- ProtectSystem=strict");
    for (const char* path : {"/home/x", "/dev/x", "/proc/x", "/run/user/1"})
        EXPECT_EQ(effects("ProtectSystem=strict\n", path), "- -") << path;
    EXPECT_EQ(effects("ProtectSystem=strict\nReadWritePaths=-/srv\n", "/srv/x"), "- -");
    EXPECT_EQ(effects("ProtectSystem=strict\nReadWritePaths=/srv/x\n", "/srv"), "- -");
    EXPECT_EQ(effects("ProtectSystem=strict\nStateDirectory=app\n", "%S/app"), "- -");
    EXPECT_EQ(effects("ProtectSystem=strict\nStateDirectory=app\n", "/var/lib/app/x"), "- -");
    EXPECT_EQ(effects("ProtectSystem=strict\nStateDirectory=app\n", "/var/lib/other"),
              "- ProtectSystem=strict");
    EXPECT_EQ(effects("ProtectSystem=strict\nPrivateTmp=yes\n", "/tmp"), "- -");
    EXPECT_EQ(effects("ReadWritePaths=/srv\nReadOnlyDirectories=/srv/x\n", "/srv/x/y"),
              "- ReadOnlyPaths=/srv/x");
    EXPECT_EQ(effects("ReadWritePaths=/srv\nReadOnlyPaths=/srv\n", "/srv"), "- ReadOnlyPaths=/srv");
}

TEST(UnitMounts, WhatIsPrivate) {
    EXPECT_EQ(effects("PrivateTmp=yes\n", "/tmp"), "- -");
    EXPECT_EQ(effects("PrivateTmp=yes\n", "/var/tmp/x").substr(0, 14), "PrivateTmp=yes");
    EXPECT_EQ(effects("PrivateTmp=disconnected\n", "/tmp/x").substr(0, 23),
              "PrivateTmp=disconnected");
    EXPECT_EQ(effects("PrivateTmp=yes\nBindPaths=/tmp/.X11-unix\n", "/tmp/.X11-unix"), "- -");
    EXPECT_EQ(effects("PrivateDevices=yes\n", "/dev/kvm").substr(0, 18), "PrivateDevices=yes");
    for (const char* path : {"/dev/null", "/dev/shm/x", "/dev/pts/0"})
        EXPECT_EQ(effects("PrivateDevices=yes\n", path), "- -") << path;
}

TEST(UnitMounts, Lists) {
    EXPECT_EQ(effects("InaccessiblePaths=-/srv/a /srv/b\n", "/srv/b/c").substr(0, 24),
              "InaccessiblePaths=/srv/b");
    EXPECT_EQ(effects("InaccessiblePaths=/srv/a\n", "/srv"), "- -");
    EXPECT_EQ(effects("InaccessibleDirectories=%E/a\n", "/etc/a").substr(0, 22),
              "InaccessiblePaths=%E/a");
    EXPECT_EQ(effects("TemporaryFileSystem=/srv:ro\n", "/srv/x").substr(0, 27),
              "TemporaryFileSystem=/srv:ro");
    EXPECT_EQ(effects("TemporaryFileSystem=/srv\n", "/srv"), "- -");
    EXPECT_EQ(effects("TemporaryFileSystem=/srv:ro\n", "/srv"), "- TemporaryFileSystem=/srv:ro");
    EXPECT_EQ(effects("TemporaryFileSystem=/srv\nBindPaths=/srv\n", "/srv/x"), "- -");
    EXPECT_EQ(effects("TemporaryFileSystem=/var\nStateDirectory=app\n", "/var/lib/app/x"), "- -");
}

TEST(UnitMounts, InARootOfItsOwn) {
    const std::string root = "RootDirectory=/srv/root\n";
    EXPECT_EQ(effects(root + "InaccessiblePaths=/a\n", "/a"), "- -");
    EXPECT_EQ(effects(root + "InaccessiblePaths=-+/a\n", "/a").substr(0, 22),
              "InaccessiblePaths=-+/a");
    EXPECT_EQ(effects(root + "ProtectHome=yes\n", "/home/x").substr(0, 15), "ProtectHome=yes");
}

TEST(UnitMounts, ADynamicUserTurnsSomeOn) {
    const std::string dynamic = "DynamicUser=yes\n";
    EXPECT_EQ(effects(dynamic, "/srv"), "- DynamicUser=yes");
    EXPECT_EQ(effects(dynamic, "/home/x"), "- DynamicUser=yes");
    EXPECT_EQ(effects(dynamic, "/tmp/x").substr(0, 15), "DynamicUser=yes");
    EXPECT_EQ(effects(dynamic + "ProtectHome=tmpfs\n", "/home/x").substr(0, 17),
              "ProtectHome=tmpfs");
    EXPECT_EQ(effects(dynamic + "ProtectSystem=full\n", "/srv"), "- DynamicUser=yes");
    EXPECT_EQ(effects(dynamic + "StateDirectory=a\n", "/var/lib/private/a"), "- -");
}

}  // namespace
}  // namespace ringfence::dropin
