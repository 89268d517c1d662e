// SPDX-License-Identifier: LGPL-2.1-or-later
// Sources that are made from text: the export format and auditd's logs. They must lead to the same
// review as the recorded journal that sd-journal reads.
#include <fstream>
#include <functional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/audit_line.h"
#include "journal/line_reader.h"
#include "journal/review.h"
#include "journal/sd_source.h"
#include "journal/spool.h"
#include "recorded.h"
#include "vector_source.h"

namespace ringfence::journal {
namespace {

using ::testing::HasSubstr;

// A stream that reads a string.
class Text {
  public:
    explicit Text(std::string text)
        : text_(std::move(text)), file_(::fmemopen(text_.data(), text_.size(), "r"), std::fclose) {}
    Input input(const std::string& name = "text") const { return {name, file_.get(), {}}; }

  private:
    std::string text_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

std::unique_ptr<Spool> exported(const std::string& text) {
    auto spool = *Spool::make(true);
    const Text file(text);
    EXPECT_TRUE(read_text(file.input(), {}, *spool).has_value());
    return spool;
}

std::unique_ptr<Spool> logged(const std::vector<std::string>& texts) {
    auto spool = *Spool::make(false);
    std::vector<Text> files;
    files.reserve(texts.size());
    std::vector<Input> inputs;
    for (const std::string& text : texts)
        inputs.push_back(files.emplace_back(text).input());
    EXPECT_TRUE(read_audit_logs(inputs, *spool).has_value());
    return spool;
}

Review reviewed(Source& source, const ReviewOptions& options = {}) {
    auto review = ringfence::journal::review(source, options);
    EXPECT_TRUE(review.has_value());
    return review ? *std::move(review) : Review{};
}

std::string recorded_export() {
    std::ifstream file(std::string(RINGFENCE_TEST_DATA) + "/abi7-systemd252.export");
    return {std::istreambuf_iterator<char>(file), {}};
}

// Everything in a review, except for facts about its source.
std::map<std::string, std::uint64_t> outline(const Review& review) {
    std::map<std::string, std::uint64_t> rows;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list) {
            std::string row = text_of(denial.attribution.reason).name;
            row += " " + denial.attribution.unit.name + " " + denial.attribution.policy;
            for (const std::string& right : denial.what.blockers.names())
                row += " " + right;
            row += " " + denial.what.path + " " + denial.what.comm + " " + denial.what.address +
                   " " + std::to_string(denial.what.port.value_or(0)) + " " + denial.program() +
                   " " + denial.tally.command_line;
            rows[row] += denial.tally.count;
        }
    return rows;
}

TEST(TextSource, ExportTextReadsAsTheJournalThatIsMadeOfIt) {
    RecordedJournal journal("abi7-systemd252");
    RINGFENCE_RECORDED(journal);
    auto file = open_journal_files({journal.file()});
    ASSERT_TRUE(file.has_value());
    const auto text = exported(recorded_export());
    const Review of_text = reviewed(*text), of_file = reviewed(**file);
    EXPECT_EQ(outline(of_text), outline(of_file));
    EXPECT_EQ(of_text.records, 39u);
    EXPECT_EQ(of_text.unreadable, 0u);
    EXPECT_EQ(of_text.unattributed.front().attribution.claimed,
              of_file.unattributed.front().attribution.claimed);
}

// The recording as auditd would have written it.
std::string audit_log_of(const std::string& text, bool raw) {
    std::map<std::string, std::string> fields;
    std::string log;
    std::istringstream lines(text + "\n");
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find('=');
        if (!line.empty() && equals != std::string::npos)
            fields[line.substr(0, equals)] = line.substr(equals + 1);
        if (!line.empty()) continue;
        if (fields["_TRANSPORT"] == "audit") {
            const std::string& message = fields["MESSAGE"];
            const std::string usec = fields["_SOURCE_REALTIME_TIMESTAMP"];
            std::string type = message.substr(0, message.find(' '));
            if (type == "AUDIT1423") type = raw ? "UNKNOWN[1423]" : "LANDLOCK_ACCESS";
            if (type == "AUDIT1424") type = raw ? "UNKNOWN[1424]" : "LANDLOCK_DOMAIN";
            log += (raw ? "" : "node=vm ") + std::string("type=") + type + " msg=audit(" +
                   usec.substr(0, usec.size() - 6) + "." + usec.substr(usec.size() - 6, 3) + ":" +
                   fields["_AUDIT_ID"] + "): " + message.substr(message.find(' ') + 1) +
                   (raw ? ""
                        : "\x1d"
                          "ARCH=x86_64 SYSCALL=openat domain=ffff UID=\"root\"") +
                   "\n";
        }
        fields.clear();
    }
    return log;
}

TEST(AuditLog, WithItsJournalItReadsAsTheJournalAlone) {
    const auto text = exported(recorded_export());
    const auto expected = outline(reviewed(*text));
    for (const bool raw : {true, false}) {
        auto log = logged({audit_log_of(recorded_export(), raw)});
        EXPECT_EQ(log->unreadable(), 0u);
        const auto both = join_sources(std::move(log), exported(recorded_export()));
        EXPECT_EQ(outline(reviewed(*both)), expected) << raw;
    }
}

TEST(AuditLog, AloneItKnowsNoUnit) {
    const auto log = logged({audit_log_of(recorded_export(), true)});
    const Review review = reviewed(*log);
    EXPECT_TRUE(review.denials.empty());
    EXPECT_EQ(review.records, 39u);
    std::uint64_t no_report = 0, all = 0;
    for (const Denial& denial : review.unattributed) {
        all += denial.tally.count;
        if (denial.attribution.reason == Reason::no_report) no_report += denial.tally.count;
        EXPECT_FALSE(denial.program().empty());
        EXPECT_FALSE(denial.attribution.tag.empty());  // the tag is certain
    }
    EXPECT_EQ(all, 39u);
    EXPECT_EQ(no_report, 37u);  // the others are a forged name, and a program that restricts itself
}

TEST(AuditLog, RotatedFilesInAnyOrderAreOneLog) {
    const std::string log = audit_log_of(recorded_export(), true);
    const std::size_t cut = log.find('\n', log.size() / 2) + 1;
    const auto whole = logged({log});
    const auto rotated = logged({log.substr(cut), log.substr(0, cut)});
    EXPECT_EQ(outline(reviewed(*rotated)), outline(reviewed(*whole)));
}

TEST(AuditLog, ALineTakenApart) {
    const auto line = parse_audit_line(
        "node=web1 type=UNKNOWN[1423] msg=audit(1795249635.328:12269): domain=1 blockers=x");
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(line->node, "web1");
    EXPECT_EQ(line->type, "UNKNOWN[1423]");
    EXPECT_EQ(line->serial, 12269u);
    EXPECT_EQ(line->time, Time{std::chrono::milliseconds{1795249635328}});
    EXPECT_EQ(line->text, "domain=1 blockers=x");
    for (const char* wrong :
         {"", "type=SYSCALL", "type=SYSCALL msg=audit(1:2): x", "type= msg=audit(1.2:3): x",
          "type=A B msg=audit(1.002:3): x", "type=A msg=audit(x.002:3): x", "node=x",
          "type=A msg=audit(99999999999999999999.1:3): x", "type=A msg=audit(1.002:3 x"})
        EXPECT_FALSE(parse_audit_line(wrong).has_value()) << wrong;
}

std::string access_line(std::uint64_t seconds, int serial, const char* node = "",
                        const char* path = "/x") {
    return std::string(node) + "type=LANDLOCK_ACCESS msg=audit(" + std::to_string(seconds) +
           ".000:" + std::to_string(serial) + "): domain=a1 blockers=fs.read_file path=\"" + path +
           "\" dev=\"vda\" ino=1\n";
}

std::string program_line(std::uint64_t seconds, int serial, const char* exe,
                         const char* node = "") {
    return std::string(node) + "type=SYSCALL msg=audit(" + std::to_string(seconds) +
           ".000:" + std::to_string(serial) + "): arch=c000003e pid=5 comm=\"x\" exe=\"" + exe +
           "\"\n";
}

std::map<std::string, std::uint64_t> programs(Source& source) {
    std::map<std::string, std::uint64_t> counts;
    for (const Denial& denial : reviewed(source).unattributed)
        counts[denial.what.exe] += denial.tally.count;
    return counts;
}

TEST(AuditLog, SerialsBeginAnewWithEachBootAndAreEachMachinesOwn) {
    // Boot 1 lost the SYSCALL record of event 500; boot 2 has an event 500, too.
    const auto boots =
        logged({access_line(1000, 500) + access_line(2000, 3) + program_line(2000, 3, "/second") +
                program_line(2001, 500, "/not-of-it")});
    EXPECT_EQ(programs(*boots), (std::map<std::string, std::uint64_t>{{"", 1}, {"/second", 1}}));
    const auto nodes =
        logged({access_line(1000, 7, "node=a ") + program_line(1000, 7, "/b", "node=b ") +
                program_line(1000, 7, "/a", "node=a ")});
    EXPECT_EQ(programs(*nodes), (std::map<std::string, std::uint64_t>{{"/a", 1}}));
}

TEST(AuditLog, LinesOfOverlappingEventsAreOneBoot) {
    const auto log = logged({access_line(1000, 8) + access_line(1000, 7) +
                             program_line(1000, 8, "/eight") + program_line(1000, 7, "/seven")});
    EXPECT_EQ(programs(*log), (std::map<std::string, std::uint64_t>{{"/eight", 1}, {"/seven", 1}}));
}

TEST(AuditLog, WhatIsNoLogIsRefusedAndStrayLinesAreCounted) {
    auto spool = *Spool::make(false);
    const Text text("hello\nworld\n");
    const auto refused = read_audit_logs({text.input("messages")}, *spool);
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(to_string(refused.error()[0]), HasSubstr("messages: holds no audit record"));
    const auto stray = logged({"garbage\n" + access_line(1000, 1)});
    EXPECT_EQ(reviewed(*stray).unreadable, 1u);
    EXPECT_EQ(reviewed(*stray).records, 1u);
}

TEST(ExportText, BinaryFieldsDamageAndSizes) {
    const std::string time = "__REALTIME_TIMESTAMP=1000000\n";
    std::string text = time + "_TRANSPORT=audit\n_AUDIT_TYPE=1423\n_AUDIT_ID=1\n";
    const std::string message = "AUDIT1423 domain=a1 blockers=fs.read_file path=\"/a\nb\"";
    text += "MESSAGE\n";
    for (std::size_t i = 0; i < 8; ++i)
        text.push_back(static_cast<char>(i == 0 ? message.size() : 0));
    text += message + "\n\n";
    EXPECT_EQ(reviewed(*exported(text)).records, 1u);
    // Cut at every length. There must be no invented record and no crash.
    for (std::size_t size = time.size(); size < text.size(); ++size)
        EXPECT_LE(reviewed(*exported(text.substr(0, size))).records, 1u);
    std::string hostile = "MESSAGE\n" + std::string(8, '\xff') + "x\n\n" + text;
    EXPECT_LE(reviewed(*exported(hostile)).records, 1u);
}

TEST(ExportText, WithoutAnyEntryIsAnError) {
    for (const char* text : {"A=1\n", "A=1\nB=2\n\nC=3\n"}) {
        auto spool = *Spool::make(true);
        const Text file(text);
        const auto refused = read_text(file.input("settings"), {}, *spool);
        ASSERT_FALSE(refused.has_value()) << text;
        EXPECT_THAT(to_string(refused.error()[0]), HasSubstr("settings: holds no journal entry"));
    }
    auto spool = *Spool::make(true);
    const Text file("{\"A\": \"1\"}\n");
    EXPECT_FALSE(read_text(
                     file.input(), [](auto, Entry&) { return true; }, *spool)
                     .has_value());
    EXPECT_EQ(reviewed(*exported("A=1\n\n__REALTIME_TIMESTAMP=1\nB=2\n")).records, 0u);
}

std::string exported_access(std::int64_t seconds, const char* boot, int serial) {
    return "__REALTIME_TIMESTAMP=" + std::to_string(seconds * 1000000) +
           "\n_BOOT_ID=" + std::string(31, '0') + boot +
           "\n_TRANSPORT=audit\n_AUDIT_TYPE=1423\n_AUDIT_ID=" + std::to_string(serial) +
           "\nMESSAGE=AUDIT1423 domain=a1 blockers=fs.read_file path=\"/" +
           std::to_string(seconds) + "\"\n\n";
}

TEST(ExportText, ClockJumpsAndBoots) {
    // The clock was set back by an hour, and after a reboot by a day.
    const auto text = exported(exported_access(90000, "1", 5) + exported_access(86400, "1", 6) +
                               exported_access(3600, "2", 5) + exported_access(90001, "2", 6));
    EXPECT_EQ(reviewed(*text).records, 4u);
    ReviewOptions options;
    options.since = at(86400);
    EXPECT_EQ(reviewed(*text, options).records, 3u);
    options.until = at(90000);
    EXPECT_EQ(reviewed(*text, options).records, 2u);
    options.boot = parse_id(std::string(31, '0') + "2");
    EXPECT_EQ(reviewed(*text, options).records, 0u);
}

TEST(LineReader, AHostileLineTakesNoMemory) {
    const Text text(std::string(3u << 20, 'x') + "\nshort\n");
    LineReader lines(text.input().file);
    std::string line;
    ASSERT_TRUE(lines.next(line));
    EXPECT_EQ(line.size(), LineReader::longest);
    ASSERT_TRUE(lines.next(line));
    EXPECT_EQ(line, "short");
    EXPECT_FALSE(lines.next(line));
}

TEST(Format, IsToldByTheFirstBytes) {
    EXPECT_EQ(format_of("LPKSHHRH\0"), Format::journal);
    EXPECT_EQ(format_of("__CURSOR=s=1"), Format::export_text);
    EXPECT_EQ(format_of("MESSAGE\n"), Format::export_text);
    EXPECT_EQ(format_of("{ \"MESSAGE\""), Format::json);
    EXPECT_EQ(format_of("\x1e{"), Format::json);
    EXPECT_EQ(format_of("type=SYSCALL msg="), Format::log);
    EXPECT_EQ(format_of("node=x type="), Format::log);
    EXPECT_EQ(format_of("\x7f"
                        "ELF"),
              Format::log);
    EXPECT_EQ(format_of("Nov 30 1"), Format::log);
    EXPECT_EQ(format_of("[  620.4"), Format::log);
    EXPECT_EQ(format_of("2026-11-"), Format::log);
    EXPECT_EQ(format_of("5,368,63"), Format::log);
    EXPECT_EQ(format_of(""), Format::empty);
}

TestEntry lost(const std::string& message, const std::string& id = "") {
    TestEntry entry{
        {{"_TRANSPORT", "kernel"}, {"PRIORITY", "4"}, {"MESSAGE", message}}, at(1000), boot_id()};
    if (!id.empty()) entry.fields["MESSAGE_ID"] = id;
    if (!id.empty()) entry.fields["_TRANSPORT"] = "driver";
    return entry;
}

TEST(Losses, AreCountedOnceABoot) {
    LossCounter counter;
    counter.add(boot_id(1), at(1), "", "audit: audit_lost=3 audit_rate_limit=0");
    counter.add(boot_id(1), at(2), "", "audit: audit_lost=9 audit_rate_limit=0");
    counter.add(boot_id(2), at(3), "", "audit: audit_lost=1 audit_rate_limit=0");
    counter.add(boot_id(2), at(4), message_suppressed, "Suppressed 12 messages from x.service");
    counter.add(boot_id(2), at(5), message_missed, "Missed 4 kernel messages");
    counter.add(boot_id(2), at(6), "", "audit: something else 77");
    EXPECT_EQ(counter.losses().audit, 10u);
    EXPECT_EQ(counter.losses().suppressed, 12u);
    EXPECT_EQ(counter.losses().missed, 4u);
    EXPECT_EQ(counter.losses().last, at(5));
}

TEST(Losses, AreNoNumberThatNobodyCountsTo) {
    LossCounter counter;
    counter.add(boot_id(1), at(1), "", "kauditd_printk_skb: 17 callbacks suppressed");
    counter.add(boot_id(1), at(1), "",
                "kauditd_printk_skb: 18446744073709551599 callbacks suppressed");
    counter.add(boot_id(1), at(1), "", "audit: audit_lost=18446744073709551615 audit_rate_limit=0");
    counter.add(boot_id(2), at(1), "", "audit: audit_lost=4294967295 audit_rate_limit=0");
    EXPECT_EQ(counter.losses().unprinted, 17u);
    EXPECT_EQ(counter.losses().audit, 4294967295u);
}

TEST(Losses, AreInTheReview) {
    VectorSource source({lost("audit: audit_lost=3 audit_rate_limit=0"),
                         lost("Missed 4 kernel messages", message_missed)});
    EXPECT_EQ(reviewed(source).losses.audit, 3u);
    EXPECT_EQ(reviewed(source).losses.missed, 4u);
}

// Anybody can send a message ID, and root can write to /dev/kmsg.
TEST(Losses, OfServicesDoNotCount) {
    TestEntry sent = lost("Suppressed 99 messages", message_suppressed);
    sent.fields["_TRANSPORT"] = "journal";
    TestEntry written = lost("audit: audit_lost=99 audit_rate_limit=0");
    written.fields["SYSLOG_FACILITY"] = "1";
    VectorSource source({sent, written});
    EXPECT_EQ(reviewed(source).losses.suppressed, 0u);
    EXPECT_EQ(reviewed(source).losses.audit, 0u);
}

}  // namespace
}  // namespace ringfence::journal
