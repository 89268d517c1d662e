// SPDX-License-Identifier: LGPL-2.1-or-later
// With every verb, the same mistake leads to the same exit status and the same kind of message. No
// name that somebody else chose may act on the terminal. If a verb is missing here, the test fails.
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/terminal/exit_status.h"
#include "cli/verbs.h"
#include "program.h"

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// The operands with which mistakes of a verb are tried. Empty if the verb does not take such an
/// operand.
struct VerbCase {
    const char* operands;        ///< words that are valid in the scratch tree
    const char* missing_policy;  ///< words with a policy name that does not exist
    const char* missing_file;    ///< words with a policy file that does not exist
    const char* broken_file;     ///< words with a file that is not a policy
    const char* missing_unit;    ///< words with a unit that does not exist
};

const std::map<std::string, VerbCase> cases = {
    {"enable", {"app", "--policy=none bare", "", "--policy=broken bare", "none.service"}},
    {"disable", {"app", "", "", "", "none.service"}},
    {"status", {"app", "", "", "", "none.service"}},
    {"show", {"app", "none", "./none.toml", "./broken.toml", "none.service"}},
    {"check", {"app", "none", "./none.toml", "./broken.toml", "none.service"}},
    {"diff",
     {"app app", "none ./app.toml", "./none.toml ./app.toml", "./app.toml ./broken.toml", ""}},
    // `denials` accepts every unit, because the unit may not exist any more and the operand may be
    // a pattern.
    {"denials", {"app", "--undo --policy=none", "", "", ""}},
    {"import", {"app", "", "./none.toml", "./broken.toml", "none.service"}},
    {"export", {"app", "none", "./none.toml", "./broken.toml", ""}},
    {"report", {"", "", "", "", ""}},
    {"doctor", {"", "", "", "", ""}},
};

class Mistakes : public ProgramTest {
  protected:
    void SetUp() override {
        const char* policy = "version = 1\nabi = 7\ndescription = \"x\"\n";
        for (const char* place : {"app.toml", "r/etc/ringfence/policies/app.toml"})
            write(place, policy);
        for (const char* place : {"broken.toml", "r/etc/ringfence/policies/broken.toml"})
            write(place, "version = \n");
        write("r/usr/lib/systemd/system/app.service",
              "[Service]\nX-LandlockPolicy=app\nExecStart=/usr/bin/app\n");
        write("r/usr/lib/systemd/system/bare.service", "[Service]\nExecStart=/usr/bin/app\n");
    }

    static bool has_option(const Verb& verb, const std::string& name) {
        for (const Option& option : verb.syntax.options)
            if (option.name == name) return true;
        return false;
    }

    /// Runs `ringfence VERB WORDS`, with --root= if the verb has that option.
    ProgramOutput run_verb(const Verb& verb, const std::string& words) const {
        const std::string root = has_option(verb, "root") ? " --root=r " : " ";
        return run(std::string("% ") + verb.name + root + words + " 2>&1 </dev/null");
    }

    /// Expects this status, and a message that contains `text`.
    void expect(const Verb& verb, const std::string& words, int status, const std::string& text) {
        if (words.empty()) return;
        const ProgramOutput ran = run_verb(verb, words);
        EXPECT_EQ(ran.status, status) << verb.name << " " << words << "\n" << ran.out;
        EXPECT_THAT(ran.out, HasSubstr(text)) << verb.name << " " << words;
    }
};

TEST_F(Mistakes, EveryVerbIsHere) {
    std::set<std::string> names, known;
    for (const Verb* verb : verbs())
        names.insert(verb->name);
    for (const auto& [name, row] : cases)
        known.insert(name);
    EXPECT_EQ(names, known);
}

TEST_F(Mistakes, AnUnknownOption) {
    for (const Verb* verb : verbs())
        expect(*verb, "--no-such-option", exit_usage,
               "ringfence: option --no-such-option is unknown");
}

TEST_F(Mistakes, AValueThatAnOptionCannotHave) {
    for (const Verb* verb : verbs())
        for (const Option& option : verb->syntax.options)
            if (!option.choices.empty())
                expect(*verb,
                       std::string(cases.at(verb->name).operands) + " --" + option.name + "=x",
                       exit_usage,
                       std::string("ringfence: --") + option.name + ": \"x\" is not known");
}

TEST_F(Mistakes, OptionsThatExcludeEachOther) {
    for (const Verb* verb : verbs())
        for (const auto& [one, other] : verb->syntax.exclusions) {
            std::string words = cases.at(verb->name).operands;
            for (const Option& option : verb->syntax.options)
                if (option.name == std::string(one) || option.name == std::string(other))
                    words += std::string(" --") + option.name + (option.argument ? "=x" : "");
            expect(*verb, words, exit_usage, " exclude each other");
        }
}

TEST_F(Mistakes, AMissingOperandAndOneTooMany) {
    for (const Verb* verb : verbs()) {
        if (verb->syntax.count.least > 0)
            expect(*verb, " ", exit_usage, "ringfence: an operand is missing: ");
        if (verb->syntax.count.most < 3)
            expect(*verb, "a b c", exit_usage, "ringfence: there is one operand too many: \"");
    }
}

TEST_F(Mistakes, AMissingRoot) {
    for (const Verb* verb : verbs())
        if (has_option(*verb, "root"))
            expect(*verb, std::string("--root=/nonexistent ") + cases.at(verb->name).operands,
                   exit_failure, "ringfence: /nonexistent: cannot open the root directory: ");
}

TEST_F(Mistakes, APolicyThatDoesNotExist) {
    for (const Verb* verb : verbs())
        expect(*verb, cases.at(verb->name).missing_policy, exit_failure, "there is n");
}

TEST_F(Mistakes, APolicyFileThatCannotBeRead) {
    for (const Verb* verb : verbs())
        expect(*verb, cases.at(verb->name).missing_file, exit_failure,
               "ringfence: ./none.toml: cannot be opened: ");
}

TEST_F(Mistakes, APolicyThatIsNotValid) {
    for (const Verb* verb : verbs())
        expect(*verb, cases.at(verb->name).broken_file, exit_failure, "broken.toml:1:");
}

TEST_F(Mistakes, AUnitThatDoesNotExist) {
    for (const Verb* verb : verbs())
        expect(*verb, cases.at(verb->name).missing_unit, exit_failure,
               "ringfence: there is no unit none.service");
}

// Names that others choose ----------------------------------------------------------------------

// Clears the screen (in ASCII and with a C1 character), changes the reading direction, ends the
// line.
const std::string hostile =
    "x\x1b[2J\xc2\x9b\x32J\xe2\x80\xae"
    "y\nz";

void expect_harmless(const std::string& text, const std::string& what) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b"))) << what;
    EXPECT_THAT(text, Not(HasSubstr("\xc2\x9b"))) << what;
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae"))) << what;
    EXPECT_THAT(text, Not(HasSubstr("y\nz"))) << what;
}

std::string quoted(const std::string& word) {
    return "'" + word + "'";
}

TEST_F(Mistakes, NoOperandActsOnTheTerminal) {
    expect_harmless(run("% " + quoted(hostile) + " 2>&1").out, "the verb");
    for (const Verb* verb : verbs())
        for (const std::string& operand :
             {hostile, hostile + ".service", "./" + hostile, hostile + ".toml", hostile + "+app"}) {
            const std::string two = verb->syntax.count.least == 2 ? quoted("app") : "";
            const ProgramOutput ran = run_verb(*verb, two + " " + quoted(operand));
            EXPECT_NE(ran.out, "") << verb->name;
            expect_harmless(ran.out, verb->name);
        }
}

TEST_F(Mistakes, NoValueOfAnOptionActsOnTheTerminal) {
    for (const Verb* verb : verbs())
        for (const Option& option : verb->syntax.options) {
            if (option.argument == nullptr) continue;
            const ProgramOutput ran =
                run_verb(*verb, std::string(cases.at(verb->name).operands) + " " +
                                    quoted(std::string("--") + option.name + "=" + hostile));
            expect_harmless(ran.out, std::string(verb->name) + " --" + option.name);
        }
}

/// A tree in which all names and texts are hostile, if they can be.
class HostileTree : public Mistakes {
  protected:
    void SetUp() override {
        Mistakes::SetUp();
        const std::string policies = "r/etc/ringfence/policies/";
        const std::string toml = R"(x\u001b[2J\u009b2J\u202ey\nz)";
        write(policies + hostile + ".toml", "version = 1\nabi = 7\n");
        write(policies + "app.toml.d/" + hostile + ".toml",
              "version = 1\n[filesystem]\nread = ['/usr']\n");
        write(policies + "app.toml",
              "version = 1\nabi = 7\ndescription = \"" + toml + "\"\ndocumentation = [\"" + toml +
                  "\"]\n[filesystem]\nread = [\"/etc\", \"-/" + toml +
                  "\"]\n[[filesystem.rule]]\npath = \"-/srv/" + toml +
                  "\"\nallow = [\"fs.read_file\"]\nreason = \"" + toml +
                  "\"\n[[check.allow]]\nid = \"broad-read\"\nreason = \"" + toml + "\"\n");
        write(policies + "bad.toml",
              "version = 1\nabi = 7\n# " + hostile + "\n\"" + toml + "\" = 1\n");
        write("r/usr/lib/systemd/system/bad.service",
              "[Service]\nX-LandlockPolicy=bad x\x1b[2J\xe2\x80\xae\nExecStart=/usr/bin/app\n");
        write("r/usr/lib/systemd/system/app.service.d/" + hostile + ".conf",
              "[Service]\nExecStart=\nExecStart=/usr/bin/app \xe2\x80\xae\n");
        write("r/etc/systemd/system/request.service", "[Service]\nExecStart=/usr/bin/app\n");
    }
};

TEST_F(HostileTree, NothingInItActsOnTheTerminal) {
    const std::vector<std::string> calls = {
        "status",
        "status --json",
        "status app bad",
        "show app",
        "show --json app app.service bad.service",
        "show app.service",
        "show bad.service",
        "show bad",
        "check",
        "check --json",
        "check --justified app bad",
        "diff ./r/etc/ringfence/policies ./r/etc/ringfence/policies",
        "diff ./app.toml ./r/etc/ringfence/policies/app.toml",
        "diff --json ./app.toml ./r/etc/ringfence/policies/app.toml",
        "diff --markdown ./app.toml ./r/etc/ringfence/policies/app.toml",
        "export app",
        "export --format=json app",
        "import app",
        "enable app",
        "enable --policy=app request",
        "disable app",
    };
    for (const std::string& call : calls) {
        const bool rooted = call.find("diff") == std::string::npos;
        const ProgramOutput ran =
            run("% " + call + (rooted ? " --root=r" : "") + " 2>&1 </dev/null");
        EXPECT_NE(ran.out, "") << call;
        expect_harmless(ran.out, call);
    }
}

TEST_F(HostileTree, OutputForProgramsIsExactUnlessItIsATerminal) {
    const std::string show = "% show --root=r --drop-in app.service";
    EXPECT_THAT(run(show).out, HasSubstr("\xe2\x80\xae"));
    // With script(1), the program has a terminal.
    if (run("command -v script").status != 0) GTEST_SKIP() << "script(1) is not installed";
    const std::string output = run("script -qec '" + show + "' /dev/null </dev/null").out;
    EXPECT_THAT(output, HasSubstr("ExecStart="));
    expect_harmless(output, show);
}

}  // namespace
}  // namespace ringfence::cli
