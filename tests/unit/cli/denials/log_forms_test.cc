// SPDX-License-Identifier: LGPL-2.1-or-later
// Logs in the forms in which people have them, made by the real programs: journalctl(1), dmesg(1),
// gzip(1) and others. All of them hold the same records of a kernel.
#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "journal/recorded.h"

namespace ringfence::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string dmesg_file = std::string(RINGFENCE_TEST_DATA) + "/dmesg-linux6.18.txt";
const std::string review_of_input = " | % denials --file=- --json 2>/dev/null";

class LogForms : public ProgramTest {
  protected:
    json review_of(const std::string& words) const {
        const ProgramOutput ran = run(words);
        EXPECT_EQ(ran.status, 0) << words;
        return json::parse(ran.out, nullptr, false);
    }
    static std::uint64_t denials_in(const json& review) {
        std::uint64_t count = 0;
        for (const json& denial : review.at("unattributed"))
            count += denial.at("count").get<std::uint64_t>();
        return count;
    }
};

TEST_F(LogForms, OfJournalctl) {
    journal::RecordedJournal recorded("kmsg-linux6.18");
    RINGFENCE_RECORDED(recorded);
    for (const std::string form :
         {"short", "short-precise", "short-iso", "short-iso-precise", "short-full",
          "short-monotonic", "short-unix", "with-unit", "cat", "short --no-hostname"}) {
        const json review = review_of("journalctl --file=" + recorded.file() + " -o " + form +
                                      " 2>/dev/null" + review_of_input);
        // With the line of logger(1), which is like one of the kernel here.
        EXPECT_EQ(denials_in(review), 9u) << form;
        EXPECT_EQ(review.at("lost_records").at("kernel_log"), 132) << form;
        for (const json& denial : review.at("unattributed"))
            EXPECT_EQ(denial.at("proved"), false) << form;
    }
    for (const std::string form : {"export", "json"}) {
        const json review = review_of("journalctl --file=" + recorded.file() + " -o " + form +
                                      " 2>/dev/null" + review_of_input);
        EXPECT_EQ(denials_in(review), 8u) << form;
        EXPECT_EQ(review.at("unread_records"), 1) << form;
        for (const json& denial : review.at("unattributed"))
            EXPECT_EQ(denial.at("proved"), true) << form;
    }
}

// Their records are told, though they are not read.
TEST_F(LogForms, OfJournalctlThatAreNotRead) {
    journal::RecordedJournal recorded("kmsg-linux6.18");
    RINGFENCE_RECORDED(recorded);
    for (const std::string form : {"verbose", "json-pretty", "json-sse"}) {
        const std::string words = "journalctl --file=" + recorded.file() + " -o " + form +
                                  " 2>/dev/null | % denials --file=- 2>&1";
        const std::string out = run(words).out;
        EXPECT_THAT(out, HasSubstr("there may be some")) << form;
        EXPECT_THAT(out, HasSubstr("look like records of denials and were not read")) << form;
        EXPECT_THAT(out, Not(HasSubstr("No denials found"))) << form;
    }
}

TEST_F(LogForms, OfDmesg) {
    if (run("dmesg --version >/dev/null 2>&1").status != 0) GTEST_SKIP() << "no dmesg";
    for (const std::string form :
         {"", "--ctime", "--decode", "--raw", "--notime", "--show-delta", "--reltime",
          "--time-format=iso", "--time-format=delta", "--ctime --decode"}) {
        const json review = review_of("dmesg --file=" + dmesg_file + " " + form + review_of_input);
        EXPECT_EQ(denials_in(review), 9u) << form;  // with the forged one
        EXPECT_EQ(review.at("lost_records").at("kernel_log"), 3) << form;
        EXPECT_EQ(review.at("cut_records"), 1) << form;
    }
}

TEST_F(LogForms, Compressed) {
    for (const std::string program : {"gzip", "xz", "zstd", "bzip2"}) {
        if (run("command -v " + program + " >/dev/null").status != 0) {
            std::printf("%s is not installed and not tested\n", program.c_str());
            continue;
        }
        ASSERT_EQ(run(program + " -c <" + dmesg_file + " >log.compressed").status, 0);
        for (const std::string option : {"--file", "--audit-log"})
            EXPECT_EQ(
                denials_in(review_of("% denials --json 2>/dev/null " + option + "=log.compressed")),
                9u)
                << program;
        // What is cut or damaged is not a log with fewer denials.
        run("head -c 600 log.compressed >cut");
        const ProgramOutput cut = run("% denials --file=cut 2>&1");
        EXPECT_EQ(cut.status, 1) << program;
        EXPECT_THAT(cut.out, HasSubstr(program + " cannot decompress it")) << program;
        const ProgramOutput piped = run("cat log.compressed | % denials --file=- 2>&1");
        EXPECT_EQ(piped.status, 1) << program;
        EXPECT_THAT(piped.out, HasSubstr("is compressed, and cannot be read from a pipe"));
        const ProgramOutput missing = run("PATH=/none % denials --file=log.compressed 2>&1");
        EXPECT_EQ(missing.status, 1) << program;
        EXPECT_THAT(missing.out, HasSubstr("install " + program));
    }
}

// gzip(1) warns then, and the data is whole.
TEST_F(LogForms, BytesAfterTheEndOfACompressedLog) {
    if (run("command -v gzip >/dev/null").status != 0) GTEST_SKIP() << "no gzip";
    run("{ gzip -c <" + dmesg_file + "; echo garbage; } >log.gz");
    for (const std::string option : {"--file", "--audit-log"}) {
        EXPECT_EQ(denials_in(review_of("% denials --json 2>/dev/null " + option + "=log.gz")), 9u);
        EXPECT_THAT(run("% denials " + option + "=log.gz 2>&1").out, HasSubstr("gzip warns"));
    }
}

TEST_F(LogForms, SettingsAreNoJournal) {
    run("echo A=1 >settings");
    const ProgramOutput refused = run("% denials --file=settings 2>&1");
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr("settings: holds no journal entry"));
}

TEST_F(LogForms, ACompressedExportIsAJournal) {
    if (run("command -v gzip >/dev/null").status != 0) GTEST_SKIP() << "no gzip";
    const std::string name = std::string(RINGFENCE_TEST_DATA) + "/kmsg-linux6.18.export";
    run("gzip -c <" + name + " >journal.gz");
    const json review = review_of("% denials --json --file=journal.gz 2>/dev/null");
    EXPECT_EQ(denials_in(review), 8u);
    run("printf LPKSHHRH | gzip >journal.gz");
    EXPECT_THAT(run("% denials --file=journal.gz 2>&1").out,
                HasSubstr("is a compressed journal file"));
}

TEST_F(LogForms, WhatIsNotProvedIsMarked) {
    const std::string out = run("% denials --file=" + dmesg_file + " 2>&1").out;
    EXPECT_THAT(out, HasSubstr("/etc/shadow (not proved)"));
    EXPECT_THAT(out, HasSubstr("users or other programs can write such lines"));
    const std::string details = run("% denials -v --file=" + dmesg_file + " 2>&1").out;
    EXPECT_THAT(details, HasSubstr("proof  none"));
    const std::string report = run("% report --since=@0 --file=" + dmesg_file + " 2>&1").out;
    EXPECT_THAT(report, HasSubstr("are not proved"));
}

}  // namespace
}  // namespace ringfence::cli
