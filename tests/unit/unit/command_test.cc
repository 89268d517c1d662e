// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/command.h"

#include <gtest/gtest.h>

#include "unit/file.h"

namespace ringfence::unit {
namespace {

using Outcome = CommandList::Outcome;

CommandList parse(const std::string& text, const std::string& unit = "u@x.service") {
    const ServiceName name = *parse_service_name(unit);
    SourceText source;
    source.append(text, 7, 11);
    return parse_commands(source, "u", name);
}

Outcome outcome(const std::string& text) {
    return parse(text).outcome;
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
    // After unquoting, so an escaped or quoted one counts too.
    EXPECT_TRUE(parse("\"-/x\"").commands.at(0).ignore_failure);
    EXPECT_TRUE(parse("\\x2d/x").commands.at(0).ignore_failure);
}

TEST(Command, RepeatedPrefixesAreErrors) {
    for (const char* bad : {"@@/x y", "::/x", "+!/x", "!+/x", "!!!/x", "++/x"})
        EXPECT_EQ(outcome(bad), Outcome::fatal) << bad;
    EXPECT_EQ(outcome("--/x"), Outcome::truncated);
}

TEST(Command, Programs) {
    for (const char* bad : {"/x/", "-", "@", "x/y", ".", "..", "\"/a\\\"b\"", "/%z", "/x\\x07",
                            "@/x", "%i/x", "%u/x"})
        EXPECT_NE(outcome(bad), Outcome::complete) << bad;
    for (const char* good : {"/x", "x", "\"/a b\"", "/$x", "%h/x", "%t", "/a/../b", "/%i"})
        EXPECT_EQ(outcome(good), Outcome::complete) << good;
    for (const char* open : {"|/x", "-|/x", "|x", "/x/.", "/x %D"})
        EXPECT_EQ(outcome(open), Outcome::uncertain) << open;
    EXPECT_EQ(outcome("/" + std::string(256, 'a')), Outcome::fatal);
    EXPECT_EQ(outcome("/" + std::string(255, 'a')), Outcome::complete);
}

TEST(Command, TheUnitsNameDecides) {
    // Empty in a unit without an instance, so the path would end in a slash.
    EXPECT_EQ(parse("-/o/%i", "u.service").outcome, Outcome::truncated);
    EXPECT_EQ(parse("/o/%i", "u.service").outcome, Outcome::fatal);
    EXPECT_EQ(parse("/o/%i", "u@.service").outcome, Outcome::complete);
    EXPECT_EQ(parse("-/o/%i", "u@.service").outcome, Outcome::uncertain);
    EXPECT_EQ(parse("/o/%i", "u@a\\x2db.service").outcome, Outcome::fatal);
    EXPECT_EQ(parse("%I", "u@.service").outcome, Outcome::uncertain);
    EXPECT_FALSE(parse("%p", "u.service").commands.at(0).is_absolute);
    EXPECT_TRUE(parse("%f", "u.service").commands.at(0).is_absolute);
    EXPECT_EQ(parse("/x %f", "-u.service").outcome, Outcome::fatal);
}

TEST(Command, ShellPrefix) {
    for (const char* line :
         {"|/x", "|", "-|/x", "@|/x y", "|@-/x", "\"|\"/x", "\\x7c/x", "+|:/x"}) {
        const CommandList list = parse(line);
        EXPECT_EQ(list.outcome, Outcome::uncertain) << line;
        EXPECT_NE(list.problem.hint.find("/bin/sh -c"), std::string::npos);
    }
}

// systemd 262 keeps \ud800 as it is, older ones make three bytes of it.
TEST(Command, SurrogateEscape) {
    EXPECT_EQ(outcome("/x a\\ud800"), Outcome::uncertain);
    EXPECT_EQ(outcome("/x\\udfff"), Outcome::uncertain);
    EXPECT_EQ(outcome("/x \\ud7ff \\ue000 \\uffff"), Outcome::complete);
    EXPECT_EQ(outcome("/x \\U0000d800"), Outcome::complete);  // unknown to all of them
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
    // A bad first word drops the rest without being an error.
    EXPECT_EQ(outcome("/a ; 'b"), Outcome::truncated);
    EXPECT_EQ(parse("/a ; 'b").commands.size(), 1u);
    EXPECT_EQ(outcome("'a"), Outcome::truncated);
    EXPECT_EQ(outcome("/a 'b"), Outcome::fatal);
    EXPECT_EQ(outcome("-/a 'b"), Outcome::truncated);
    EXPECT_EQ(outcome("/a %z"), Outcome::fatal);
    EXPECT_EQ(parse("/a ; -/b 'c ; /d").commands.size(), 1u);
    EXPECT_EQ(parse("/a  'b").problem.where, (Location{"u", 7, 15}));
}

TEST(Command, SimplifiedPaths) {
    EXPECT_EQ(simplify_path("//a///b/./c/"), "/a/b/c");
    EXPECT_EQ(simplify_path("/"), "/");
    EXPECT_EQ(simplify_path("a"), "a");
    EXPECT_EQ(simplify_path("/a/../b"), "/a/../b");
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

TEST(File, FatalLines) {
    for (const char* bad : {"ExecStart=/x/", "b=\xff", "[Service", "[Ser\"vice]"}) {
        const UnitFile file = parse_unit_file(std::string("[Service]\na=1\n") + bad + "\nc=2\n",
                                              "f", *parse_service_name("u.service"));
        ASSERT_TRUE(file.fatal) << bad;
        EXPECT_EQ(file.fatal->where.line, 3u);
        ASSERT_EQ(file.lost.size(), 1u);
        EXPECT_EQ(file.lost[0].key, "c");
    }
    // Not read at all in a section of somebody else, where only UTF-8 counts.
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
                    .uncertain_followed);
    EXPECT_FALSE(parse_unit_file("[Service]\nUser=a:b\n", "f", *parse_service_name("u.service"))
                     .uncertain_followed);
}

}  // namespace
}  // namespace ringfence::unit
