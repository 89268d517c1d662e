// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/options.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "exec/text.h"

namespace ringfence::exec {
namespace {

std::string refusal(const std::string& argument) {
    Option option;
    Failure failure;
    EXPECT_FALSE(parse_option(argument.c_str(), &option, &failure)) << argument;
    EXPECT_EQ(failure.status, report::exit_refused);
    return std::string(failure.text.view());
}

Option parsed(const std::string& argument) {
    Option option = {};
    Failure failure;
    EXPECT_TRUE(parse_option(argument.c_str(), &option, &failure)) << failure.text.view();
    return option;
}

TEST(Options, EveryRowParses) {
    for (const OptionRow& row : option_rows) {
        const bool takes_value = row.value[0] != '\0';
        const std::string argument = std::string("--") + row.name + (takes_value ? "=x" : "");
        const Option option = parsed(argument);
        EXPECT_EQ(option.kind, row.kind) << row.name;
        EXPECT_EQ(option.value, takes_value ? "x" : "") << row.name;
        EXPECT_NE(row.help[0], '\0') << row.name;
        const std::string wrong = std::string("--") + row.name + (takes_value ? "" : "=x");
        EXPECT_NE(refusal(wrong).find(row.name), std::string::npos);
    }
}

TEST(Options, UnknownOnesAreNamed) {
    for (const char* argument :
         {"--reed=/x", "--rea=/x", "--reads=/x", "-r", "x", "", "--", "--=x", "--READ=/x"})
        EXPECT_NE(refusal(argument).find(std::string("option ") + argument), std::string::npos)
            << argument;
}

TEST(PathRule, TakesOptionalAndExact) {
    PathRule rule = {};
    Failure failure;
    const std::string exact = "--allow=fs.read_file,fs.ioctl_dev:-/dev/tty:1";
    ASSERT_TRUE(parse_path_rule(parsed(exact), &rule, &failure));
    EXPECT_STREQ(rule.path, "/dev/tty:1");
    EXPECT_TRUE(rule.optional);
    EXPECT_EQ(rule.access,
              landlock::access_of("fs.read_file") | landlock::access_of("fs.ioctl_dev"));
}

TEST(PathRule, RefusesWhatItCannotMean) {
    for (const char* argument : {"--read=", "--read=etc", "--read=-", "--read=--/x", "--read=./x",
                                 "--allow=:/x", "--allow=fs.read_file", "--allow=fs.read_fil:/x",
                                 "--allow=fs.read_file,,fs.execute:/x", "--allow=net.bind_tcp:/x",
                                 "--allow=scope.signal:/x", "--allow=fs.execute:x", "--quiet=x"}) {
        PathRule rule = {};
        Failure failure;
        const std::string text = argument;
        EXPECT_FALSE(parse_path_rule(parsed(text), &rule, &failure)) << argument;
        EXPECT_NE(failure.text.view().find(text), std::string_view::npos) << failure.text.view();
    }
}

// systemd has expanded variables and instance names before.
TEST(PathRule, DoesNotClimb) {
    for (const char* path :
         {"/..", "/../", "/srv/..", "/srv/../etc", "//..//", "/./..", "/a/b/../.."})
        for (const char* option : {"--read=", "--write=-", "--quiet=", "--allow=fs.read_file:"}) {
            PathRule rule = {};
            Failure failure;
            const std::string text = std::string(option) + path;
            EXPECT_FALSE(parse_path_rule(parsed(text), &rule, &failure)) << text;
            EXPECT_EQ(failure.text.view(), "option " + text + ": the path must not contain \"..\"");
        }
    for (const char* path : {"/...", "/..a", "/a..", "/a../b", "/", "/a/.b", "/.a"}) {
        PathRule rule = {};
        Failure failure;
        const std::string text = std::string("--read=") + path;
        EXPECT_TRUE(parse_path_rule(parsed(text), &rule, &failure)) << text;
        EXPECT_STREQ(rule.path, path);
    }
}

// A variable may be empty or ".", and the rule would be for the directory above.
TEST(PathRule, HasNoEmptyNames) {
    for (const char* path : {"//", "/.", "/srv/", "/srv/.", "/srv//", "/srv/./", "/srv//x", "//srv",
                             "/./srv", "/srv/./x"})
        for (const char* option : {"--read=", "--write=-", "--quiet=", "--allow=fs.read_file:"}) {
            PathRule rule = {};
            Failure failure;
            const std::string text = std::string(option) + path;
            EXPECT_FALSE(parse_path_rule(parsed(text), &rule, &failure)) << text;
            EXPECT_EQ(failure.text.view(), "option " + text +
                                               ": the path has an empty name or \".\" in it; has a "
                                               "variable no value?");
        }
}

TEST(PortRule, PortsAndRanges) {
    PortRule rule = {};
    Failure failure;
    ASSERT_TRUE(parse_port_rule(parsed("--bind-tcp=0-65535"), &rule, &failure));
    EXPECT_EQ(rule.first, 0);
    EXPECT_EQ(rule.last, 65535);
    for (const char* argument : {"--bind-tcp=", "--bind-tcp=-", "--bind-tcp=80-", "--bind-tcp=-80",
                                 "--bind-tcp=81-80", "--bind-tcp=65536", "--bind-tcp=70000",
                                 "--bind-tcp=http", "--bind-tcp=80-90-91", "--bind-tcp=080"})
        EXPECT_FALSE(parse_port_rule(parsed(argument), &rule, &failure)) << argument;
}

TEST(Words, ListsOnly) {
    std::uint8_t mask = 0;
    Failure failure;
    ASSERT_TRUE(parse_words(parsed("--log=new-exec,subdomains"), log_words, std::size(log_words),
                            &mask, &failure));
    EXPECT_EQ(mask, log_new_exec | log_subdomains);
    ASSERT_TRUE(
        parse_words(parsed("--log=none"), log_words, std::size(log_words), &mask, &failure));
    EXPECT_EQ(mask, 0);
    EXPECT_FALSE(parse_words(parsed("--log="), log_words, std::size(log_words), &mask, &failure));
    EXPECT_FALSE(
        parse_words(parsed("--log=none,all"), log_words, std::size(log_words), &mask, &failure));
}

// Random rules of every kind are equal after rendering and parsing.
TEST(Property, RoundTrip) {
    std::mt19937 random(20261121);
    for (int i = 0; i < 20000; ++i) {
        landlock::Access access;
        std::string names;
        for (const landlock::Right& right : landlock::rights) {
            if (right.family != landlock::Family::fs || random() % 3 != 0) continue;
            access |= right.access();
            names += (names.empty() ? "" : ",") + std::string(right.name);
        }
        if (names.empty()) continue;
        std::string path = "/";
        for (unsigned n = random() % 40; n > 0; --n)
            path += static_cast<char>(1 + random() % 255);
        if (climbs(path.c_str()) || lacks_a_name(path.c_str())) continue;
        const bool optional = random() % 2 == 0;
        const std::string argument = "--allow=" + names + ":" + (optional ? "-" : "") + path;
        PathRule rule = {};
        Failure failure;
        ASSERT_TRUE(parse_path_rule(parsed(argument), &rule, &failure)) << argument;
        EXPECT_EQ(rule.path, path);
        EXPECT_EQ(rule.optional, optional);
        EXPECT_EQ(rule.access, access);

        const auto first = static_cast<std::uint16_t>(random());
        const auto last = static_cast<std::uint16_t>(first + random() % (65536u - first));
        const auto& group = landlock::port_groups[random() % std::size(landlock::port_groups)];
        PortRule ports = {};
        const std::string text = std::string("--") + group.option + "=" + std::to_string(first) +
                                 (first == last ? "" : "-" + std::to_string(last));
        ASSERT_TRUE(parse_port_rule(parsed(text), &ports, &failure)) << text;
        EXPECT_EQ(ports.first, first);
        EXPECT_EQ(ports.last, last);
        EXPECT_EQ(ports.access, group.access);
    }
}

}  // namespace
}  // namespace ringfence::exec
