// SPDX-License-Identifier: LGPL-2.1-or-later
// A message, its line, and the mark below the place.
#include "cli/terminal/diagnostic_text.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string rendered(const std::string& text, unsigned line, unsigned column,
                     const Terminal& terminal = {}, const std::string& hint = "") {
    DiagnosticText renderer([&](const std::string& file) { return std::optional(file + text); },
                            terminal);
    return renderer.render({{"", line, column}, "wrong", hint});
}

std::string render_line(const std::string& text, unsigned column, std::size_t width = 80) {
    Terminal terminal;
    terminal.columns = width;
    DiagnosticText renderer([&](const std::string&) { return std::optional("first\n" + text); },
                            terminal);
    const std::string all = renderer.render({{"f", 2, column}, "wrong", ""});
    return all.substr(all.find('\n') + 1);
}

TEST(DiagnosticText, MessageLineMarkAndHelp) {
    DiagnosticText renderer(
        [](const std::string& file) -> std::optional<std::string> {
            EXPECT_EQ(file, "/etc/p.toml");
            return "version = 1\n[filesystem]\nraed = [\"/etc\"]\n";
        },
        {});
    EXPECT_EQ(
        renderer.render({{"/etc/p.toml", 3, 1}, "unknown key \"raed\"", "did you mean `read`?"}),
        "/etc/p.toml:3:1: error: unknown key \"raed\"\n"
        "    3 | raed = [\"/etc\"]\n"
        "      | ^~~~\n"
        "      = help: did you mean `read`?\n");
    EXPECT_EQ(renderer.render({{"/etc/p.toml", 3, 9}, "no", ""}, Severity::warning, "some-id"),
              "/etc/p.toml:3:9: warning[some-id]: no\n"
              "    3 | raed = [\"/etc\"]\n"
              "      |         ^~~~~~\n");
}

TEST(DiagnosticText, WithoutALine) {
    EXPECT_EQ(rendered("", 0, 0, {}, "do so"), "error: wrong\n  help: do so\n");
    DiagnosticText renderer([](const std::string&) { return std::nullopt; }, {});
    EXPECT_EQ(renderer.render({{"/gone", 3, 1}, "wrong", ""}), "/gone:3:1: error: wrong\n");
    // The file does not have the line, or the column is 0.
    DiagnosticText other([](const std::string&) { return std::optional<std::string>("x\n"); }, {});
    EXPECT_EQ(other.render({{"/f", 9, 1}, "wrong", ""}), "/f:9:1: error: wrong\n");
    EXPECT_EQ(other.render({{"/f", 1, 0}, "wrong", ""}), "/f:1: error: wrong\n    1 | x\n");
}

TEST(DiagnosticText, MarkStandsBelowItsPlace) {
    EXPECT_EQ(render_line("a = 1", 5), "    2 | a = 1\n      |     ^\n");
    EXPECT_EQ(render_line("\ta = 1", 2), "    2 |     a = 1\n      |     ^\n");  // tabs
    EXPECT_EQ(render_line("ä = 1", 6), "    2 | ä = 1\n      |     ^\n");        // bytes, columns
    EXPECT_EQ(render_line("a\x1b[31m = 1", 10), "    2 | a\\x1b[31m = 1\n      |             ^\n");
    EXPECT_EQ(render_line("\xff = 1", 5), "    2 | \\xff = 1\n      |        ^\n");  // no UTF-8
    EXPECT_EQ(render_line("a = \"x", 99), "    2 | a = \"x\n      |       ^\n");  // behind the end
    EXPECT_EQ(render_line("a = 1\r", 5), "    2 | a = 1\n      |     ^\n");
    EXPECT_EQ(render_line("a = \"b\\\"c\" # x", 5),
              "    2 | a = \"b\\\"c\" # x\n      |     ^~~~~~\n");
}

TEST(DiagnosticText, LongLinesAreCutAroundTheMark) {
    const std::string line = std::string(500, 'a') + " X " + std::string(500, 'b');
    const std::string text = render_line(line, 502, 80);
    const std::size_t end = text.find('\n');
    const std::string first = text.substr(0, end), second = text.substr(end + 1);
    EXPECT_THAT(first, HasSubstr("a X b"));
    EXPECT_THAT(first, HasSubstr("…"));
    EXPECT_LE(columns_of(first), 80u);
    // The mark is below the X.
    EXPECT_EQ(columns_of(first.substr(0, first.find('X'))), second.find('^'));
    // A line that fits is not cut.
    EXPECT_THAT(render_line(std::string(60, 'a'), 60, 80), Not(HasSubstr("…")));
    EXPECT_THAT(render_line(std::string(60, 'a'), 1, 80), Not(HasSubstr("…")));
    EXPECT_THAT(render_line(std::string(90, 'a'), 90, 80), HasSubstr("| …a"));
    EXPECT_THAT(render_line(std::string(90, 'a'), 1, 80), HasSubstr("a…\n"));
}

TEST(DiagnosticText, TakesNoTimeForHugeLines) {
    const std::string line = "a = \"" + std::string(1u << 20, '\x01') + "\"";
    const auto begin = std::chrono::steady_clock::now();
    for (const unsigned column : {1u, 5u, 500000u, 2000000u})
        EXPECT_LT(render_line(line, column).size(), 1000u);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(DiagnosticText, NothingHiddenReachesTheTerminal) {
    DiagnosticText renderer([](const std::string&) { return std::optional<std::string>("\x9b\n"); },
                            {});
    const std::string text = renderer.render({{"/a\nb\x1b", 1, 1}, "m\x07", "h\u202e"});
    EXPECT_EQ(text,
              "/a\\x0ab\\x1b:1:1: error: m\\x07\n    1 | \\x9b\n      | ^~~~\n"
              "      = help: h\\u{202e}\n");
}

TEST(DiagnosticText, ColourOnlyWhereWanted) {
    Terminal colourful;
    colourful.colour = true;
    EXPECT_THAT(rendered("", 0, 0, colourful), HasSubstr("\x1b[31merror\x1b[0m"));
    EXPECT_THAT(rendered("", 0, 0), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace ringfence::cli
