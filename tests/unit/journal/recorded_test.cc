// SPDX-License-Identifier: LGPL-2.1-or-later
// Real records of a real kernel, read by the real reader from a real journal file.
#include "recorded.h"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/review.h"
#include "journal/sd_source.h"
#include "journal/suggest.h"

namespace ringfence::journal {
namespace {

using ::testing::ElementsAre;

constexpr char recording[] = "abi7-systemd252";

Review read(const std::string& file, const ReviewOptions& options = {}) {
    auto source = open_journal_files({file});
    EXPECT_TRUE(source.has_value());
    if (!source) return {};
    auto review = ringfence::journal::review(**source, options);
    EXPECT_TRUE(review.has_value());
    return review ? *std::move(review) : Review{};
}

std::map<std::string, std::uint64_t> count_by_unit(const Review& review) {
    std::map<std::string, std::uint64_t> counts;
    for (const Denial& denial : review.denials)
        counts[denial.attribution.unit.name] += denial.tally.count;
    return counts;
}

TEST(Recorded, UnitsAndCounts) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    const Review review = read(journal.file());
    EXPECT_EQ(review.malformed, 0u);
    EXPECT_EQ(count_by_unit(review), (std::map<std::string, std::uint64_t>{
                                         {"web.service", 28},
                                         {"layers.service", 1},
                                         {"twice.service", 2},
                                     }));
    for (const Denial& denial : review.denials) {
        EXPECT_EQ(denial.attribution.policy + ".service", denial.attribution.unit.name);
        EXPECT_EQ(denial.attribution.confidence, Confidence::tag);  // a container: other PIDs
        EXPECT_FALSE(denial.program().empty());
        EXPECT_FALSE(denial.machine.empty());
    }
}

TEST(Recorded, ForgersAndTheLostAreNobodys) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    std::map<std::string, std::uint64_t> reasons;
    for (const Denial& denial : read(journal.file()).unattributed)
        reasons[text_of(denial.attribution.reason).name] += denial.tally.count;
    EXPECT_EQ(reasons, (std::map<std::string, std::uint64_t>{
                           {"other-landlock-user", 1},  // sandboxed
                           {"forged-tag", 1},           // forged-name
                           {"other-process", 1},        // forged-user
                           {"conflicting-units", 2},    // disputed and forged-report
                           {"surplus-domains", 2},      // victim and forged-surplus
                           {"no-report", 1},            // silent
                       }));
}

TEST(Recorded, ALostReportIsLookedUpByInvocation) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    for (const Denial& denial : read(journal.file()).unattributed) {
        if (denial.attribution.reason != Reason::no_report) continue;
        EXPECT_THAT(denial.attribution.claimed, ElementsAre(Unit{"silent.service", ""}));
        EXPECT_EQ(denial.attribution.confidence, Confidence::invocation);
        return;
    }
    FAIL() << "no denial of silent.service";
}

TEST(Recorded, ObjectsOfEveryKind) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    const Review review = read(journal.file());
    const auto find = [&](const std::string& right, const std::string& path) -> const Denial* {
        for (const Denial& denial : review.denials)
            if (denial.what.rights[0] == right && denial.what.path == path) return &denial;
        return nullptr;
    };
    const Denial* shadow = find("fs.read_file", "/etc/shadow");
    ASSERT_NE(shadow, nullptr);
    EXPECT_EQ(shadow->tally.count, 3u);
    EXPECT_EQ(shadow->tally.object.device, "overlay");
    EXPECT_EQ(shadow->program(), "/usr/bin/python3.11");
    EXPECT_EQ(shadow->tally.command_line,
              std::string("/usr/bin/python3\0/usr/local/bin/attack.py", 41));
    EXPECT_NE(find("fs.read_file", "/srv/site/a b\x1b[31m.html"), nullptr);
    EXPECT_NE(find("scope.abstract_unix_socket", "rf test"), nullptr);
    const Denial* renamed = find("fs.remove_file", "/srv/site");
    ASSERT_NE(renamed, nullptr);
    EXPECT_THAT(renamed->what.rights, ElementsAre("fs.remove_file", "fs.refer"));
    const Denial* signal = find("scope.signal", "");
    ASSERT_NE(signal, nullptr);
    EXPECT_EQ(signal->what.comm, "systemd");
    std::set<std::pair<std::string, int>> ports;
    for (const Denial& denial : review.denials)
        if (denial.what.type == ObjectType::port)
            ports.emplace(denial.what.rights[0] + " " + denial.what.address,
                          denial.what.port.value_or(0));
    EXPECT_THAT(ports, ElementsAre(std::pair("net.bind_tcp ", 0), std::pair("net.bind_tcp ", 81),
                                   std::pair("net.connect_tcp 127.0.0.1", 6379),
                                   std::pair("net.connect_tcp ::1", 443)));
}

TEST(Recorded, SinceUntilAndBoot) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    const Review all = read(journal.file());
    Time first = Time::max(), last = Time::min();
    for (const Denial& denial : all.denials) {
        first = std::min(first, denial.tally.first);
        last = std::max(last, denial.tally.last);
    }
    ASSERT_LT(first, last);
    ReviewOptions options;
    options.since = first + std::chrono::microseconds(1);
    const Review later = read(journal.file(), options);
    EXPECT_EQ(later.records + 1, all.records);
    EXPECT_EQ(count_by_unit(later)["web.service"], 27u);  // still attributed
    options = {};
    options.until = first;
    EXPECT_EQ(read(journal.file(), options).records, 1u);
    options = {};
    options.boot = Id{1, 2, 3};
    EXPECT_EQ(read(journal.file(), options).records, 0u);
}

TEST(Recorded, ADirectoryReadsAsItsFile) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    auto source = open_journal_directory(journal.directory());
    ASSERT_TRUE(source.has_value());
    const auto review = ringfence::journal::review(**source, {});
    ASSERT_TRUE(review.has_value());
    EXPECT_EQ(count_by_unit(*review), count_by_unit(read(journal.file())));
}

TEST(Recorded, SuggestionForWeb) {
    RecordedJournal journal(recording);
    RINGFENCE_RECORDED(journal);
    for (const Suggestion& suggestion : suggest(read(journal.file()).denials)) {
        if (suggestion.policy != "web") continue;
        const std::string toml = to_toml(suggestion);
        EXPECT_THAT(toml, ::testing::HasSubstr("\"/srv/site/index.html\",\n"));
        EXPECT_THAT(toml, ::testing::HasSubstr("# - fs.read_file on /etc/shadow (denied 3 times"));
        EXPECT_EQ(suggestion.ports.size(), 4u);
        return;
    }
    FAIL() << "no suggestion for web";
}

TEST(SdSource, WhatCannotBeOpenedIsAnError) {
    for (const auto& source :
         {open_journal_files({"/nonexistent/x.journal"}), open_journal_directory("/nonexistent")}) {
        ASSERT_FALSE(source.has_value());
        EXPECT_THAT(to_string(source.error()[0]), ::testing::HasSubstr("cannot open the journal"));
    }
}

}  // namespace
}  // namespace ringfence::journal
