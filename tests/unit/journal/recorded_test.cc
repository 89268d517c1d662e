// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the records of a real kernel from a real journal file.
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
        EXPECT_EQ(denial.attribution.confidence, Confidence::tag);  // in a container, PIDs differ
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
                           // victim and forged-surplus, disputed and forged-report: in a container
                           // no PID tells which domain is the reporter's
                           {"surplus-domains", 4},
                           {"no-report", 1},  // silent
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
            if (denial.what.blockers.names()[0] == right && denial.what.path == path)
                return &denial;
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
    EXPECT_THAT(renamed->what.blockers.names(), ElementsAre("fs.remove_file", "fs.refer"));
    const Denial* signal = find("scope.signal", "");
    ASSERT_NE(signal, nullptr);
    EXPECT_EQ(signal->what.comm, "systemd");
    std::set<std::pair<std::string, int>> ports;
    for (const Denial& denial : review.denials)
        if (denial.what.type == ObjectType::port)
            ports.emplace(denial.what.blockers.names()[0] + " " + denial.what.address,
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

// Other kernels; recording/README.md says how they were made.
struct Kernel {
    int abi;
    const char* recording;
};
constexpr Kernel kernels[] = {
    {7, "abi7-linux6.18"}, {9, "abi9-linux7.1"}, {10, "abi10-linux7.2"}, {11, "abi11-linux7.3"}};

class OfKernel : public ::testing::TestWithParam<Kernel> {};

INSTANTIATE_TEST_SUITE_P(Recorded, OfKernel, ::testing::ValuesIn(kernels), [](const auto& kernel) {
    return "Abi" + std::to_string(kernel.param.abi);
});

// All rights in the denials of one unit: "fs.read_file,fs.write_file".
std::map<std::string, std::uint64_t> rights_of(const Review& review, const std::string& unit) {
    std::map<std::string, std::uint64_t> counts;
    for (const Denial& denial : review.denials) {
        if (denial.attribution.unit.name != unit) continue;
        std::string rights;
        for (const std::string& right : denial.what.blockers.names())
            rights += (rights.empty() ? "" : ",") + right;
        counts[rights] += denial.tally.count;
    }
    return counts;
}

TEST_P(OfKernel, EveryDenialLeadsToItsUnit) {
    RecordedJournal journal(GetParam().recording);
    RINGFENCE_RECORDED(journal);
    ReviewOptions options;
    options.pids_comparable = true;  // not in a container
    const Review review = read(journal.file(), options);
    EXPECT_EQ(review.malformed, 0u);
    EXPECT_TRUE(review.unattributed.empty());
    ASSERT_EQ(review.units.size(), 2u);
    for (const UnitCount& unit : review.units)
        EXPECT_EQ(unit.missing(), 0u) << unit.unit.name << unit.counted << " " << unit.read;
    for (const Denial& denial : review.denials) {
        EXPECT_EQ(denial.attribution.policy + ".service", denial.attribution.unit.name);
        EXPECT_EQ(denial.attribution.confidence, Confidence::process);
        EXPECT_EQ(denial.what.exe, denial.attribution.unit.name == "kinds.service"
                                       ? "/usr/bin/python3.13"
                                       : "/usr/bin/cat");
        EXPECT_FALSE(denial.tally.command_line.empty());
        EXPECT_EQ(denial.host, "vm");
    }
}

TEST_P(OfKernel, RightsOfItsAbi) {
    RecordedJournal journal(GetParam().recording);
    RINGFENCE_RECORDED(journal);
    const auto rights = rights_of(read(journal.file()), "kinds.service");
    for (const char* each : {"fs.execute,fs.read_file",
                             "fs.write_file",
                             "fs.read_dir",
                             "fs.remove_dir",
                             "fs.remove_file",
                             "fs.make_char",
                             "fs.make_dir",
                             "fs.make_reg",
                             "fs.make_sock",
                             "fs.make_fifo",
                             "fs.make_block",
                             "fs.make_sym",
                             "fs.remove_file,fs.refer",
                             "fs.make_reg,fs.refer",
                             "fs.truncate",
                             "fs.ioctl_dev",
                             "fs.change_topology",
                             "ptrace",
                             "scope.signal",
                             "scope.abstract_unix_socket"})
        EXPECT_GT(rights.contains(each) ? rights.at(each) : 0, 0u) << each;
    const auto count = [&](const char* name) {
        return rights.contains(name) ? rights.at(name) : 0;
    };
    EXPECT_EQ(count("net.bind_tcp"), 3u);
    EXPECT_EQ(count("net.connect_tcp"), 2u);
    EXPECT_EQ(count("fs.resolve_unix"), GetParam().abi >= 9 ? 2u : 0u);
    EXPECT_EQ(count("net.bind_udp"), GetParam().abi >= 10 ? 1u : 0u);
    EXPECT_EQ(count("net.connect_send_udp"), GetParam().abi >= 10 ? 2u : 0u);
}

TEST_P(OfKernel, ObjectsOfNewerRights) {
    RecordedJournal journal(GetParam().recording);
    RINGFENCE_RECORDED(journal);
    std::set<std::string> sockets, ports;
    for (const Denial& denial : read(journal.file()).denials) {
        if (denial.what.blockers.names()[0] == "fs.resolve_unix") {
            EXPECT_EQ(denial.what.type, ObjectType::path);
            sockets.insert(denial.what.path);
        }
        if (denial.what.blockers.names()[0].find("udp") != std::string::npos)
            ports.insert(denial.what.blockers.names()[0] + (denial.what.remote ? " to " : " at ") +
                         denial.what.address + " " + std::to_string(denial.what.port.value_or(0)));
    }
    if (GetParam().abi >= 9)
        EXPECT_THAT(sockets, ElementsAre("/run/victim.datagram", "/run/victim.stream"));
    else
        EXPECT_TRUE(sockets.empty());
    if (GetParam().abi >= 10)
        EXPECT_THAT(ports, ElementsAre("net.bind_udp at 127.0.0.1 5300",
                                       "net.connect_send_udp to 127.0.0.1 53",
                                       "net.connect_send_udp to 127.0.0.1 54"));
    else
        EXPECT_TRUE(ports.empty());
}

}  // namespace
}  // namespace ringfence::journal
