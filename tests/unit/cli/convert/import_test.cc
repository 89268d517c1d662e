// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs `ringfence import` and `ringfence export`: input, output, exit statuses.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../program.h"

namespace ringfence::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Import : public ProgramTest {
  protected:
    /// "STATUS\n" and the output of the program. `arguments` are words of a shell.
    std::string run(const std::string& arguments) {
        const ProgramOutput ran = ProgramTest::run("% " + arguments + " 2>&1");
        return std::to_string(ran.status) + "\n" + ran.out;
    }
};

constexpr char configuration[] =
    "[[path_beneath]]\nallowed_access = [\"read_file\"]\nparent = [\"/a\"]\n";

TEST_F(Import, TheContentsDecideWhatAFileIs) {
    write("c.toml", configuration);
    EXPECT_THAT(run("import c.toml"), StartsWith("0\n#:schema /"));
    EXPECT_THAT(run("import c.toml"), HasSubstr("# Made by `ringfence import` from c.toml.\n"));
    write("c.json", R"({"ruleset": [{"scoped": ["signal"]}]})");
    EXPECT_THAT(run("import c.json"), HasSubstr("signal = true\n"));
    write("l.toml", "version = 1\n[net]\nhandled_access_net = [\"bind_tcp\"]\n");
    EXPECT_THAT(run("import l.toml"), HasSubstr("landlockd policy l.toml"));
    write("ours.toml", "version = 1\nabi = 7\n");
    EXPECT_THAT(run("import ours.toml"), StartsWith("1\nringfence: ours.toml: neither a"));
    EXPECT_THAT(run("import --from=landlockd c.toml"), HasSubstr("of a landlockd file"));
}

TEST_F(Import, SeveralFilesNeedTheNameOfTheRule) {
    write("d/a.toml", "[[ruleset]]\nhandled_access_fs = [\"read_file\", \"execute\"]\n");
    write("d/b.json", R"({"ruleset": [{"handledAccessFs": ["execute"]}]})");
    write("d/.hidden.toml", "no toml");
    EXPECT_THAT(run("import d/a.toml d/b.json"), StartsWith("2\nringfence: several files"));
    EXPECT_THAT(run("import d"), StartsWith("2\nringfence: several files"));
    const std::string composed = run("import --compose d");
    EXPECT_THAT(composed, HasSubstr("\"fs.read_file\""));  // unrestricted now
    EXPECT_THAT(composed, HasSubstr("only what all of them restrict is restricted"));
    EXPECT_EQ(composed, run("import --compose d/a.toml d/b.json | sed 's/x/x/'"));
    std::filesystem::create_directory(directory_ / "empty");
    EXPECT_THAT(run("import --compose empty"), HasSubstr("there is no .json and no .toml"));
}

TEST_F(Import, UnitsByNameAndByFile) {
    write("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/a\nStateDirectory=a\n");
    write("etc/systemd/system/a.service.d/x.conf", "[Service]\nReadWritePaths=/srv\n");
    const std::string by_name = run("import --root . a");
    EXPECT_THAT(by_name, HasSubstr("StateDirectory= (a.service:3)"));
    EXPECT_THAT(by_name, HasSubstr("ReadWritePaths= (x.conf:2)"));
    const std::string by_file = run("import usr/lib/systemd/system/a.service");
    EXPECT_THAT(by_file, HasSubstr("StateDirectory="));
    EXPECT_THAT(by_file, Not(HasSubstr("/srv")));
    EXPECT_THAT(run("import --root . ab.service"), HasSubstr("there is no unit"));
    EXPECT_THAT(run("import --root . aa.service"), HasSubstr("there is no unit"));
}

TEST_F(Import, UsageAndOutput) {
    EXPECT_THAT(run("import"), StartsWith("2\nringfence: an operand is missing"));
    EXPECT_THAT(run("import --from=x y"), StartsWith("2\n"));
    EXPECT_THAT(run("import --fron=x y"), HasSubstr("did you mean --from?"));
    EXPECT_THAT(run("import --compose --from=unit y"), StartsWith("2\n"));
    EXPECT_THAT(run("import ./nowhere.toml"),
                StartsWith("1\nringfence: ./nowhere.toml: cannot be"));
    write("c.toml", configuration);
    EXPECT_EQ(run("import c.toml -o out.toml"), "0\n");
    EXPECT_THAT(scratch_.read("out.toml"), HasSubstr("path = \"-/a\""));
    EXPECT_THAT(run("import c.toml -o nowhere/out.toml"),
                StartsWith("1\nringfence: nowhere/out.toml"));
}

TEST_F(Import, ExportSaysWhatIsMissing) {
    write("p.toml", "version = 1\nabi = 7\ninherit = false\n[filesystem]\nread = [\"-/a\"]\n");
    const std::string clean = run("export --strict p.toml");
    EXPECT_THAT(clean, StartsWith("0\n# landlockconfig, made by"));
    write("q.toml", "version = 1\nabi = 10\n[filesystem]\nread = [\"/a\"]\n");
    EXPECT_THAT(run("export ./q.toml --format=json"), StartsWith("0\n"));
    const std::string strict = run("export --strict --format=json q.toml -o q.json");
    EXPECT_THAT(strict, StartsWith("1\nringfence: not in the export: fs.resolve_unix"));
    EXPECT_THAT(scratch_.read("q.json"), HasSubstr("\"pathBeneath\""));
    EXPECT_THAT(run("import q.json"), HasSubstr("read = [\"-/a\"]"));
    EXPECT_THAT(run("export"), StartsWith("2\n"));
    EXPECT_THAT(run("export --format=yaml p.toml"), StartsWith("2\n"));
    EXPECT_THAT(run("export ./none.toml"),
                StartsWith("1\nringfence: ./none.toml: cannot be opened"));
}

}  // namespace
}  // namespace ringfence::cli
