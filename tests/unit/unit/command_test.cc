// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/command.h"

#include <gtest/gtest.h>

#include "unit/file.h"

namespace ringfence::unit {
namespace {

using Effect = CommandError::Effect;

CommandList parse(const std::string& text, const std::string& unit = "u@x.service") {
    const ServiceName name = *parse_service_name(unit);
    SourceText source;
    source.append(text, 7, 11);
    return parse_commands(source, "u", name);
}

// Nothing if the whole command is valid.
std::optional<Effect> effect(const std::string& text, const std::string& unit = "u@x.service") {
    const CommandList list = parse(text, unit);
    return list.error ? std::optional(list.error->effect) : std::nullopt;
}

TEST(Command, PrefixesInAnyOrder) {
    const Command command = parse("!-!:@/x y z").commands.at(0);
    EXPECT_TRUE(command.ignore_failure);
    EXPECT_TRUE(command.no_expansion);
    EXPECT_TRUE(command.argument_zero);
    EXPECT_EQ(command.privileges, Privileges::ambient);
    EXPECT_EQ(command.path, "/x");
    EXPECT_EQ(parse("+/x").commands.at(0).privileges, Privileges::full);
    EXPECT_EQ(parse("!/x").commands.at(0).privileges, Privileges::no_setuid);
    // The check comes after unquoting, so an escaped or quoted one counts, too.
    EXPECT_TRUE(parse("\"-/x\"").commands.at(0).ignore_failure);
    EXPECT_TRUE(parse("\\x2d/x").commands.at(0).ignore_failure);
}

TEST(Command, RepeatedPrefixesAreErrors) {
    for (const char* bad : {"@@/x y", "::/x", "+!/x", "!+/x", "!!!/x", "++/x"})
        EXPECT_EQ(effect(bad), Effect::ends_file) << bad;
    EXPECT_EQ(effect("--/x"), Effect::ends_value);
}

TEST(Command, Programs) {
    for (const char* bad : {"/x/", "-", "@", "x/y", ".", "..", "\"/a\\\"b\"", "/%z", "/x\\x07",
                            "@/x", "%i/x", "%u/x"})
        EXPECT_NE(effect(bad), std::nullopt) << bad;
    for (const char* good : {"/x", "x", "\"/a b\"", "/$x", "%h/x", "%t", "/a/../b", "/%i"})
        EXPECT_EQ(effect(good), std::nullopt) << good;
    for (const char* open : {"|/x", "-|/x", "|x", "/x/.", "/x %D"})
        EXPECT_EQ(effect(open), Effect::uncertain) << open;
    EXPECT_EQ(effect("/" + std::string(256, 'a')), Effect::ends_file);
    EXPECT_EQ(effect("/" + std::string(255, 'a')), std::nullopt);
}

TEST(Command, TheUnitsNameDecides) {
    // The specifier is empty in a unit without an instance, so the path would end in a slash.
    EXPECT_EQ(effect("-/o/%i", "u.service"), Effect::ends_value);
    EXPECT_EQ(effect("/o/%i", "u.service"), Effect::ends_file);
    EXPECT_EQ(effect("/o/%i", "u@.service"), std::nullopt);
    EXPECT_EQ(effect("-/o/%i", "u@.service"), Effect::uncertain);
    EXPECT_EQ(effect("/o/%i", "u@a\\x2db.service"), Effect::ends_file);
    EXPECT_EQ(effect("%I", "u@.service"), Effect::uncertain);
    EXPECT_FALSE(parse("%p", "u.service").commands.at(0).is_absolute);
    EXPECT_TRUE(parse("%f", "u.service").commands.at(0).is_absolute);
    EXPECT_EQ(effect("/x %f", "-u.service"), Effect::ends_file);
}

TEST(Command, ShellPrefix) {
    for (const char* line :
         {"|/x", "|", "-|/x", "@|/x y", "|@-/x", "\"|\"/x", "\\x7c/x", "+|:/x"}) {
        const CommandList list = parse(line);
        ASSERT_TRUE(list.error) << line;
        EXPECT_EQ(list.error->effect, Effect::uncertain) << line;
        EXPECT_NE(list.error->problem.hint.find("/bin/sh -c"), std::string::npos);
    }
}

// systemd 262 keeps \ud800 as it is. Older versions make three bytes of it.
TEST(Command, SurrogateEscape) {
    EXPECT_EQ(effect("/x a\\ud800"), Effect::uncertain);
    EXPECT_EQ(effect("/x\\udfff"), Effect::uncertain);
    EXPECT_EQ(effect("/x \\ud7ff \\ue000 \\uffff"), std::nullopt);
    EXPECT_EQ(effect("/x \\U0000d800"), std::nullopt);  // no version knows it
}

TEST(Command, Semicolons) {
    const CommandList list = parse("; /a b ; ; /c \\; \";\" ;d e; ; -@/f g");
    ASSERT_EQ(list.commands.size(), 3u);
    EXPECT_EQ(list.commands[0].arguments.size(), 1u);
    ASSERT_EQ(list.commands[1].arguments.size(), 4u);
    EXPECT_EQ(list.commands[1].arguments[0].raw, "\\;");
    EXPECT_EQ(list.commands[1].arguments[0].value, ";");
    EXPECT_EQ(list.commands[1].arguments[1].raw, "\";\"");
    EXPECT_EQ(list.commands[1].arguments[3].raw, "e;");
    EXPECT_EQ(list.commands[2].path, "/f");
    EXPECT_EQ(parse("\";\" /x").commands.size(), 1u);  // quoted, and still a separator
}

TEST(Command, Errors) {
    // If the first word is bad, systemd drops the rest without an error.
    EXPECT_EQ(effect("/a ; 'b"), Effect::ends_value);
    EXPECT_EQ(parse("/a ; 'b").commands.size(), 1u);
    EXPECT_EQ(effect("'a"), Effect::ends_value);
    EXPECT_EQ(effect("/a 'b"), Effect::ends_file);
    EXPECT_EQ(effect("-/a 'b"), Effect::ends_value);
    EXPECT_EQ(effect("/a %z"), Effect::ends_file);
    EXPECT_EQ(parse("/a ; -/b 'c ; /d").commands.size(), 1u);
    EXPECT_EQ(parse("/a  'b").error->problem.where, (Location{"u", 7, 15}));
}

TEST(File, SectionsAndAssignments) {
    const UnitFile file = parse_unit_file(
        "a=0\n[Service]\n b = c=d \n=x\nnothing\n[X-Mine]\nb=2\n[Other]\nb=3\n[Service]\nb=\n", "f",
        *parse_service_name("u.service"));
    ASSERT_EQ(file.assignments.size(), 2u);
    EXPECT_EQ(file.assignments[0].key, "b");
    EXPECT_EQ(file.assignments[0].text(), "c=d");
    EXPECT_EQ(file.assignments[0].where, (Location{"f", 3, 2}));
    EXPECT_EQ(file.assignments[0].at(0), (Location{"f", 3, 6}));
    EXPECT_EQ(file.assignments[1].text(), "");
    EXPECT_FALSE(file.fatal);
}

TEST(File, CommandsOfTheServiceSection) {
    const UnitFile file = parse_unit_file(
        "[Service]\nExecStart=\nExecStart=/a b ; c\nExecStop=/x/ y\nType=x\n[Unit]\nExecStart=/d\n",
        "f", *parse_service_name("u.service"));
    ASSERT_EQ(file.assignments.size(), 3u);
    EXPECT_FALSE(file.assignments[0].commands);  // a reset
    ASSERT_TRUE(file.assignments[1].commands);
    EXPECT_EQ(file.assignments[1].commands->commands.size(), 2u);
    EXPECT_FALSE(file.assignments[1].commands->error);
    ASSERT_TRUE(file.assignments[2].commands);
    EXPECT_EQ(file.assignments[2].commands->error->effect, CommandError::Effect::ends_file);
    ASSERT_EQ(file.lost.size(), 2u);
    EXPECT_FALSE(file.lost[1].commands);
    EXPECT_FALSE(parse_unit_file("[Unit]\nExecStart=/d\n", "f", *parse_service_name("u.service"))
                     .assignments.at(0)
                     .commands);
}

TEST(File, FatalLines) {
    for (const char* bad : {"ExecStart=/x/", "b=\xff", "[Service", "[Ser\"vice]"}) {
        const UnitFile file = parse_unit_file(std::string("[Service]\na=1\n") + bad + "\nc=2\n",
                                              "f", *parse_service_name("u.service"));
        ASSERT_TRUE(file.fatal) << bad;
        EXPECT_EQ(file.fatal->where.line, 3u);
        ASSERT_EQ(file.lost.size(), 1u);
        EXPECT_EQ(file.lost[0].key, "c");
    }
    // systemd does not read sections of others. There, only the UTF-8 is checked.
    EXPECT_FALSE(
        parse_unit_file("[X-A]\nExecStart=/x/\n", "f", *parse_service_name("u.service")).fatal);
    EXPECT_TRUE(parse_unit_file("[X-A]\nb=\xff\n", "f", *parse_service_name("u.service")).fatal);
}

TEST(File, SettingsThatMayEndTheFile) {
    EXPECT_FALSE(parse_unit_file("[Service]\nUser=app-%i\nWorkingDirectory=%h\n", "f",
                                 *parse_service_name("u.service"))
                     .uncertain);
    EXPECT_TRUE(
        parse_unit_file("[Service]\nUser=a:b\n", "f", *parse_service_name("u.service")).uncertain);
    EXPECT_TRUE(
        parse_unit_file("[Service]\nWorkingDirectory=x\n", "f", *parse_service_name("u.service"))
            .uncertain);
    EXPECT_FALSE(
        parse_unit_file("[Service]\nWorkingDirectory=-x\n", "f", *parse_service_name("u.service"))
            .uncertain);
    EXPECT_TRUE(parse_unit_file("[Service]\nUser=a:b\nc=d\n", "f", *parse_service_name("u.service"))
                    .uncertain->followed);
    EXPECT_FALSE(parse_unit_file("[Service]\nUser=a:b\n", "f", *parse_service_name("u.service"))
                     .uncertain->followed);
}

}  // namespace
}  // namespace ringfence::unit
