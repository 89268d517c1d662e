// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/command_line.h"

#include <regex>

#include <gtest/gtest.h>

namespace ringfence::dropin {
namespace {

Result<std::string> wrap(const std::string& text, std::vector<std::string> options = {}) {
    unit::SourceText source;
    source.append(text, 1, 1);
    const unit::CommandList list =
        unit::parse_commands(source, "u", *unit::parse_service_name("u@x.service"));
    return wrap_command(list.commands.at(0), {"/w", std::move(options), "/bin:/sbin", {}});
}

// The wrapped command in one line.
std::string flat(const std::string& text, std::vector<std::string> options = {}) {
    const auto line = wrap(text, std::move(options));
    if (!line) return "error: " + line.error().front().message;
    return std::regex_replace(*line, std::regex(" \\\\\n    "), " ");
}

TEST(CommandLine, WordsStayAsTheyAreWritten) {
    EXPECT_EQ(flat("/x 'a  b' $C \"%i\" \\x41 ';' \\;"), "/w -- /x 'a  b' $C \"%i\" \\x41 ';' \\;");
    EXPECT_EQ(wrap("/x", {"--abi=7"}).value(), "/w \\\n    --abi=7 \\\n    -- /x");
}

TEST(CommandLine, Prefixes) {
    EXPECT_EQ(flat("+-/x"), "-+/w -- /x");
    EXPECT_EQ(flat("!:!/x"), ":!!/w -- /x");
}

TEST(CommandLine, TheProgramBecomesAnArgument) {
    EXPECT_EQ(flat("/a$b"), "/w --argv0=/a$b -- /a$$b");
    EXPECT_EQ(flat(":/a$b"), ":/w -- /a$b");
    EXPECT_EQ(flat("\"/a b\""), "/w -- \"/a b\"");
    EXPECT_EQ(flat("/a//b/./c x"), "/w --argv0=/a//b/./c -- /a/b/c x");
    EXPECT_EQ(flat("/opt/%i x"), "/w -- /opt/%i x");
    EXPECT_EQ(flat("x y"), "/w --search-path=/bin:/sbin -- x y");
    EXPECT_EQ(flat("%h/x"), "/w -- %h/x");
}

TEST(CommandLine, ArgumentZero) {
    EXPECT_EQ(flat("@/x \"a b\" c"), "/w --argv0=\"a b\" -- /x c");
    EXPECT_EQ(flat("@/x ${A}b"), "/w --argv0=${A}b -- /x");
    EXPECT_EQ(flat("@/x $$A"), "/w --argv0=$$A -- /x");
    EXPECT_EQ(flat("@/x %p-$A"), "/w --argv0=%p-$A -- /x");
    EXPECT_EQ(flat("@:/x $A"), ":/w --argv0=$A -- /x");
    EXPECT_EQ(flat("@/x \\;"), "/w --argv0=; -- /x");
    EXPECT_EQ(flat("@/x \"\""), "/w --argv0=\"\" -- /x");
    for (const char* open : {"@/x $A", "@/x $", "@/x \\x24A", "$x y", "@/x %i$A", "@/x %I"})
        EXPECT_EQ(flat(open).substr(0, 6), "error:") << open;
}

TEST(CommandLine, OpenBackslashes) {
    EXPECT_EQ(flat("/x a\\"), "/w -- /x \"a\\\\\"");
    EXPECT_EQ(flat("/x a\\\\"), "/w -- /x a\\\\");
    EXPECT_EQ(flat("@/x a\\"), "/w \"--argv0=a\\\\\" -- /x");
}

TEST(CommandLine, VariablesNeedExpansion) {
    EXPECT_EQ(flat("/x", {"--read=/a b/$$/${C}"}), "/w \"--read=/a b/$$/${C}\" -- /x");
    EXPECT_EQ(flat(":/x", {"--read=/a/$$b"}), ":/w --read=/a/$b -- /x");
    EXPECT_EQ(flat(":/x", {"--read=/${C}"}).substr(0, 6), "error:");
}

}  // namespace
}  // namespace ringfence::dropin
