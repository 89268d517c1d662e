// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/unit.h"

#include <gtest/gtest.h>

#include "scratch.h"

namespace ringfence::unit {
namespace {

using Strings = std::vector<std::string>;

class UnitTest : public ScratchTest {
  protected:
    void file(const std::string& path, const std::string& text = "[Service]\n") {
        write(path, text);
    }

    Sources read(const std::string& name) {
        const Root root = this->root();
        const LoadPath path{Scope::system, {"/etc", "/run", "/usr"}};
        const NameMap map = NameMap::build(root, path);
        return SourceLoader(root, map).read(*parse_service_name(name)).value();
    }
    // Why systemd may load the unit from other files. Empty if it does not.
    std::string uncertainty(const std::string& name) {
        const Root root = this->root();
        const NameMap map = NameMap::build(root, {Scope::system, {"/etc", "/run", "/usr"}});
        const auto why = SourceLoader(root, map).uncertainty(*parse_service_name(name));
        return why ? to_string(*why) : "";
    }
    Strings dropins(const std::string& name) {
        Strings paths;
        for (const Dropin& dropin : read(name).dropins)
            paths.push_back(dropin.path);
        return paths;
    }
};

TEST_F(UnitTest, HigherDirectoriesShadow) {
    file("usr/a.service", "[Service]\n#usr");
    file("etc/a.service", "[Service]\n#etc");
    EXPECT_EQ(read("a.service").fragment, "/etc/a.service");
    EXPECT_EQ(read("b.service").state, Sources::State::missing);
}

TEST_F(UnitTest, Masks) {
    file("usr/a.service");
    link("etc/a.service", "/dev/null");
    file("usr/b.service");
    file("etc/b.service", "");
    EXPECT_EQ(read("b.service").state, Sources::State::masked);
    // The device does not exist here, so the link is dangling.
    EXPECT_EQ(read("a.service").state, Sources::State::masked);
}

TEST_F(UnitTest, AliasesBothWays) {
    file("usr/real.service");
    link("etc/alias.service", "/usr/real.service");
    file("etc/alias.service.d/a.conf");
    file("etc/real.service.d/b.conf");
    for (const char* name : {"real.service", "alias.service"}) {
        EXPECT_EQ(read(name).names, (Strings{"real.service", "alias.service"}));
        EXPECT_EQ(read(name).fragment, "/usr/real.service");
        EXPECT_EQ(dropins(name),
                  (Strings{"/etc/alias.service.d/a.conf", "/etc/real.service.d/b.conf"}));
    }
}

TEST_F(UnitTest, LinkedUnitsKeepTheirName) {
    file("opt/other.service");
    link("etc/linked.service", "/opt/other.service");
    EXPECT_EQ(read("linked.service").names, Strings{"linked.service"});
    EXPECT_EQ(read("linked.service").fragment, "/etc/linked.service");
    EXPECT_EQ(read("linked.service").state, Sources::State::present);
}

TEST_F(UnitTest, LinksThatAreNoAliases) {
    file("usr/a@.service");
    link("etc/b.service", "/usr/a@.service");
    EXPECT_EQ(read("b.service").state, Sources::State::missing);
    link("etc/c@x.service", "/usr/a@.service");
    EXPECT_EQ(read("c@x.service").names, (Strings{"a@x.service", "c@x.service"}));
}

TEST_F(UnitTest, TemplatesAndInstances) {
    file("usr/t@.service", "[Service]\n#t");
    file("etc/t@own.service", "[Service]\n#own");
    EXPECT_EQ(read("t@x.service").fragment, "/usr/t@.service");
    EXPECT_EQ(read("t@own.service").fragment, "/etc/t@own.service");
    file("etc/t@x.service.d/2.conf");
    file("usr/t@.service.d/1.conf");
    EXPECT_EQ(dropins("t@x.service"),
              (Strings{"/usr/t@.service.d/1.conf", "/etc/t@x.service.d/2.conf"}));
    EXPECT_EQ(dropins("t@.service"), (Strings{"/usr/t@.service.d/1.conf"}));
}

TEST_F(UnitTest, ATemplateHasThePrefixDirectoriesOfItsInstances) {
    file("usr/a-b@.service");
    file("etc/a-@.service.d/1.conf");
    file("etc/a-.service.d/2.conf");
    EXPECT_EQ(dropins("a-b@.service"),
              (Strings{"/etc/a-@.service.d/1.conf", "/etc/a-.service.d/2.conf"}));
}

TEST_F(UnitTest, ShadowingAndApplicationAreTwoOrders) {
    file("usr/p-q.service");
    file("etc/p-.service.d/50.conf");  // a higher directory wins over the more specific name
    file("usr/p-q.service.d/50.conf");
    file("etc/service.d/60.conf");  // everything wins over the drop-ins of the type
    file("usr/p-q.service.d/60.conf");
    file("etc/p-q.service.d/10.conf");
    file("usr/service.d/90.conf");
    EXPECT_EQ(dropins("p-q.service"),
              (Strings{"/etc/p-q.service.d/10.conf", "/etc/p-.service.d/50.conf",
                       "/usr/p-q.service.d/60.conf", "/usr/service.d/90.conf"}));
}

TEST_F(UnitTest, WhatIsNoDropin) {
    file("usr/a.service");
    for (const char* name : {"x", ".h.conf", "x.conf~", "x.conf.bak", "~y.conf"})
        file("etc/a.service.d/" + std::string(name));
    link("etc/a.service.d/dangling.conf", "/nowhere");
    EXPECT_EQ(dropins("a.service"),
              (Strings{"/etc/a.service.d/dangling.conf", "/etc/a.service.d/~y.conf"}));
}

TEST_F(UnitTest, ListsResetAndAppendOverFiles) {
    file("usr/a.service", "[Service]\nExecStart=/a\nExecStart=/b\nType=notify\n");
    file("etc/a.service.d/1.conf", "[Service]\nExecStart=\nExecStart=/c\nType=\n");
    file("etc/a.service.d/2.conf", "[Service]\nExecStart=/d\n[Unit]\nExecStart=/no\n");
    const Unit unit = parse(read("a.service"));
    Strings commands;
    for (const Assignment* line : list_setting(unit, {"ExecStart"}))
        commands.push_back(line->text());
    EXPECT_EQ(commands, (Strings{"/c", "/d"}));
    EXPECT_EQ(last_setting(unit, "Type"), nullptr);
}

TEST_F(UnitTest, LinesThatAreNoSettingsAreKeptApart) {
    file("usr/a.service",
         "A=1\n[Service]\nB=2\nC 3\n# D=4\n[Socket]\nE=5\n[Unit]\nF=6\n=7\n[Service]\nG: 8\n");
    const Unit unit = parse(read("a.service"));
    Strings ignored;
    for (const Assignment& line : unit.files.front().ignored)
        ignored.push_back(line.section + " " + line.key + " " + line.text() + " " +
                          std::to_string(line.where.line));
    EXPECT_EQ(ignored, (Strings{" A 1 1", "Service C  4", "Socket E 5 7", "Service G  12"}));
    EXPECT_EQ(unit.files.front().assignments.size(), 2u);
}

TEST_F(UnitTest, CommandsOfSeveralSettings) {
    file("usr/a.service",
         "[Service]\nExecStop=/stop\nExecStart=/a ; /b\nExecStart=/c\nExecStartPre=/p\n");
    const Unit unit = parse(read("a.service"));
    Strings all;
    for (const UnitCommand& row : commands_of(unit))
        all.push_back(row.line.key + row.command.path);
    EXPECT_EQ(all, (Strings{"ExecStartPre/p", "ExecStart/a", "ExecStart/b", "ExecStart/c",
                            "ExecStop/stop"}));
    EXPECT_EQ(commands_of(unit, {"ExecStop"}).size(), 1u);
}

TEST_F(UnitTest, AliasesAloneAreCertain) {
    file("usr/a.service");
    for (const char* alias : {"etc/b.service", "etc/c.service"})
        link(alias, "/usr/a.service");
    file("etc/b.service.d/1.conf");
    file("etc/c.service.d/2.conf");
    file("usr/t@.service");
    link("etc/u@.service", "/usr/t@.service");
    file("etc/u@x.service.d/1.conf");
    for (const char* name : {"a.service", "b.service", "t@.service", "t@x.service", "u@x.service"})
        EXPECT_EQ(uncertainty(name), "") << name;
}

TEST_F(UnitTest, TwoAliasesMayHaveTheSameDropin) {
    file("usr/a.service");
    for (const char* alias : {"etc/b.service", "etc/c.service"})
        link(alias, "/usr/a.service");
    file("etc/b.service.d/1.conf");
    file("usr/c.service.d/1.conf");
    const std::string why =
        "/etc/b.service.d/1.conf: this file and /usr/c.service.d/1.conf have the same name and are "
        "for two aliases of a.service: systemd reads one of the two, and nobody can tell which; "
        "rename one of them";
    for (const char* name : {"a.service", "b.service", "c.service"})
        EXPECT_EQ(uncertainty(name), why);
    file("run/a.service.d/1.conf");  // the principal name comes first
    EXPECT_EQ(uncertainty("a.service"), "");
}

// Like getty@.service and its alias, with a file for one terminal. By both names, the files are
// certain.
TEST_F(UnitTest, AnAliasOfTheTemplateLeadsPastTheInstancesOwnFile) {
    file("usr/t@.service");
    file("etc/t@x.service");
    link("etc/u@.service", "/usr/t@.service");
    EXPECT_EQ(read("t@x.service").fragment, "/etc/t@x.service");
    EXPECT_EQ(read("t@x.service").names, Strings{"t@x.service"});
    EXPECT_EQ(read("u@x.service").fragment, "/usr/t@.service");
    EXPECT_EQ(read("u@x.service").names, (Strings{"u@x.service", "t@x.service"}));
    EXPECT_EQ(read("u@y.service").names, (Strings{"t@y.service", "u@y.service"}));
    EXPECT_EQ(uncertainty("t@x.service"), "");
    EXPECT_EQ(uncertainty("u@x.service"), "");
}

TEST_F(UnitTest, AnAliasOfAnInstanceLeadsPastItsOwnFile) {
    file("usr/t@.service");
    file("etc/t@x.service");
    link("etc/u@x.service", "/usr/t@.service");
    EXPECT_EQ(read("t@x.service").names, (Strings{"t@x.service", "u@x.service"}));
    EXPECT_EQ(read("u@x.service").names, (Strings{"u@x.service", "t@x.service"}));
}

TEST_F(UnitTest, AnAliasOfTheTemplateLeadsPastAMask) {
    file("usr/t@.service");
    file("etc/t@x.service", "");
    link("etc/u@.service", "/usr/t@.service");
    EXPECT_EQ(read("t@x.service").state, Sources::State::masked);
    EXPECT_EQ(read("u@x.service").fragment, "/usr/t@.service");
    EXPECT_EQ(read("u@x.service").name.full, "u@x.service");
}

// An instance's alias has the drop-ins of the other alias only if systemd loads the instance first.
TEST_F(UnitTest, TwoAliasesOfOneInstance) {
    file("usr/t@.service");
    for (const char* alias : {"etc/u@x.service", "etc/v@x.service"})
        link(alias, "/usr/t@.service");
    EXPECT_EQ(read("t@x.service").names, (Strings{"t@x.service", "u@x.service", "v@x.service"}));
    EXPECT_EQ(read("u@x.service").names, (Strings{"t@x.service", "u@x.service"}));
    EXPECT_EQ(uncertainty("t@x.service"), "");
    file("etc/t@x.service.d/2.conf");
    EXPECT_EQ(uncertainty("u@x.service"), "");
    file("etc/v@x.service.d/1.conf");
    EXPECT_EQ(uncertainty("u@x.service"),
              "/etc/v@x.service.d/1.conf: t@x.service has this drop-in only if systemd loads it as "
              "t@x.service first, so it is not certain which commands the unit runs; move the "
              "drop-in to t@x.service.d");
    EXPECT_EQ(
        uncertainty("t@x.service"),
        "/etc/v@x.service.d/1.conf: t@x.service has this drop-in only if systemd does not load "
        "it as u@x.service first, so it is not certain which commands the unit runs; move the "
        "drop-in to "
        "t@x.service.d");
}

TEST(LoadPath, EnvironmentReplacesOrPrecedes) {
    const auto with = [](const std::string& value) {
        return load_path(Scope::system, [&](const std::string& name) {
            return name == "SYSTEMD_UNIT_PATH" ? std::optional<std::string>(value) : std::nullopt;
        });
    };
    EXPECT_EQ(with("/a:/b//c/").directories, (Strings{"/a", "/b/c"}));
    EXPECT_EQ(with("/a:").directories.front(), "/a");
    EXPECT_GT(with("/a:").directories.size(), 5u);
    EXPECT_EQ(with("/run/systemd/generator:/x").directories, Strings{"/x"});
}

TEST(LoadPath, UserScope) {
    const auto path = load_path(Scope::user, [](const std::string& name) {
        return name == "HOME" ? std::optional<std::string>("/home/u") : std::nullopt;
    });
    EXPECT_EQ(path.directories.front(), "/home/u/.config/systemd/user.control");
    EXPECT_EQ(path.directories[1], "/home/u/.config/systemd/user");
}

}  // namespace
}  // namespace ringfence::unit
