// SPDX-License-Identifier: LGPL-2.1-or-later
// Records that the kernel wrote to its log, from the journal and from texts. The journals and the
// output of dmesg(1) are recorded (recording/README.md). What a syslog daemon puts before a line is
// written here as the templates of rsyslog have it.
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/audit_line.h"
#include "journal/review.h"
#include "journal/sd_source.h"
#include "journal/spool.h"
#include "journal/suggest.h"
#include "recorded.h"
#include "vector_source.h"

namespace ringfence::journal {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

const std::string kernel_line =
    "audit: type=1423 audit(1796067554.697:5): domain=1f2ef83fe blockers=fs.read_file "
    "path=\"/srv/x\" dev=\"vda\" ino=7";
const std::string auditd_line =
    "type=LANDLOCK_ACCESS msg=audit(1796067554.697:5): domain=1f2ef83fe blockers=fs.read_file "
    "path=\"/srv/x\" dev=\"vda\" ino=7";
const std::string syslog_prefix = "Nov 30 19:39:14 vm kernel: [  620.415660] ";

std::string data(const std::string& name) {
    std::ifstream file(std::string(RINGFENCE_TEST_DATA) + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

class Stream {
  public:
    explicit Stream(std::string text)
        : text_(std::move(text)), file_(::fmemopen(text_.data(), text_.size(), "r"), std::fclose) {}
    Input input() const { return {"text", file_.get(), {}}; }

  private:
    std::string text_;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

std::unique_ptr<Spool> spooled_logs(const std::vector<std::string>& texts) {
    auto spool = *Spool::make(false);
    std::vector<Stream> files;
    files.reserve(texts.size());
    std::vector<Input> inputs;
    for (const std::string& text : texts)
        inputs.push_back(files.emplace_back(text).input());
    EXPECT_TRUE(read_audit_logs(inputs, *spool).has_value());
    return spool;
}

Review review_of_source(Source& source, const ReviewOptions& options = {}) {
    auto made = review(source, options);
    EXPECT_TRUE(made.has_value());
    return made ? *std::move(made) : Review{};
}

Review review_of_logs(const std::vector<std::string>& texts) {
    return review_of_source(*spooled_logs(texts));
}

Review review_of_export(const std::string& name) {
    auto spool = *Spool::make(true);
    const Stream file(data(name + ".export"));
    EXPECT_TRUE(read_text(file.input(), {}, *spool).has_value());
    return review_of_source(*spool);
}

std::map<std::string, std::uint64_t> paths_of(const Review& review) {
    std::map<std::string, std::uint64_t> paths;
    for (const auto* list : {&review.denials, &review.unattributed})
        for (const Denial& denial : *list)
            paths[denial.what.path.substr(0, 20)] += denial.tally.count;
    return paths;
}

// What the recordings hold, without the record that the kernel's log cut.
const std::map<std::string, std::uint64_t> recorded_paths = {{"", 1},
                                                             {"/etc/locale.alias", 3},
                                                             {"/etc/shadow", 2},
                                                             {"/srv/kmsg/a b", 1},
                                                             {"/srv/kmsg/w\\x", 1}};

// The journal

TEST(KernelLog, OfAHostWithoutAnAuditReaderIsRead) {
    const Review text = review_of_export("kmsg-linux6.18");
    EXPECT_EQ(paths_of(text), recorded_paths);
    EXPECT_EQ(text.records, 8u);
    EXPECT_TRUE(text.proved);
    EXPECT_EQ(text.cut, 1u);
    EXPECT_EQ(text.losses.unprinted, 132u);
    std::uint64_t with_program = 0;
    for (const Denial& denial : text.unattributed) {
        EXPECT_EQ(denial.attribution.reason, Reason::no_report);  // so the domain is known
        if (!denial.what.exe.empty()) with_program += denial.tally.count;
    }
    EXPECT_EQ(with_program, 7u);  // the rate limit took the eighth
    RecordedJournal journal("kmsg-linux6.18");
    RINGFENCE_RECORDED(journal);
    auto file = open_journal_files({journal.file()});
    ASSERT_TRUE(file.has_value());
    const Review of_file = review_of_source(**file);
    EXPECT_EQ(paths_of(of_file), recorded_paths);
    EXPECT_EQ(of_file.cut, 1u);
    EXPECT_EQ(of_file.losses.unprinted, 132u);
    EXPECT_EQ(of_file.unread, 1u);
}

// The kernel sends each record to journald and prints it, too. The long path is complete in one.
TEST(KernelLog, WithAnAuditReaderEachRecordCountsOnce) {
    auto expected = recorded_paths;
    expected.erase("");
    expected["/srv/kmsg/dddddddddd"] = 1;
    const Review text = review_of_export("kmsg-and-audit-linux6.18");
    EXPECT_EQ(paths_of(text), expected);
    EXPECT_EQ(text.cut, 0u);
    EXPECT_EQ(text.losses.unprinted, 0u);  // journald has them
    for (const Denial& denial : text.unattributed)
        EXPECT_FALSE(denial.what.exe.empty());
    RecordedJournal journal("kmsg-and-audit-linux6.18");
    RINGFENCE_RECORDED(journal);
    auto file = open_journal_files({journal.file()});
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(paths_of(review_of_source(**file)), expected);
}

// The recording has a line of logger(1) and one that root wrote to /dev/kmsg.
TEST(KernelLog, LinesOfProgramsAreNoDenialsAndAreTold) {
    const Review text = review_of_export("kmsg-linux6.18");
    for (const auto& [path, count] : paths_of(text))
        EXPECT_FALSE(path.starts_with("/forged")) << path;
    EXPECT_EQ(text.unread, 1u);
    EXPECT_TRUE(text.may_have_more());
}

TestEntry printed(const std::string& message, const char* facility = "0") {
    return {{{"_TRANSPORT", "kernel"},
             {"SYSLOG_FACILITY", facility},
             {"PRIORITY", "5"},
             {"MESSAGE", message}},
            at(1000),
            boot_id()};
}

TEST(KernelLog, OnlyTheKernelHasItsFacility) {
    VectorSource kernel({printed(kernel_line)}), program({printed(kernel_line, "1")});
    EXPECT_EQ(review_of_source(kernel).records, 1u);
    EXPECT_EQ(review_of_source(program).records, 0u);
    TestEntry sent = printed(kernel_line);
    sent.fields["_TRANSPORT"] = "journal";
    TestEntry no_facility = printed(kernel_line);
    no_facility.fields.erase("SYSLOG_FACILITY");
    VectorSource others({sent, no_facility});
    EXPECT_EQ(review_of_source(others).records, 0u);
}

TEST(KernelLog, ACopyThatCameFirstDoesNotCountTwice) {
    const TestEntry audited = audit("1423",
                                    "UNKNOWN[1423] domain=1f2ef83fe blockers=fs.read_file "
                                    "path=\"/srv/x\" dev=\"vda\" ino=7",
                                    5);
    for (const bool kernel_first : {true, false}) {
        VectorSource both(kernel_first ? std::vector{printed(kernel_line), audited}
                                       : std::vector{audited, printed(kernel_line)});
        EXPECT_EQ(review_of_source(both).records, 1u);
    }
    // sendmmsg(2) and io_uring are denied the same several times in one event.
    VectorSource twice({audited, audited, printed(kernel_line)});
    EXPECT_EQ(review_of_source(twice).records, 2u);
}

// The program lets the cut record end in a path that it may choose.
TEST(KernelLog, ACutPathIsNoPath) {
    const std::string message =
        "audit: type=1423 audit(1796067554.697:5): domain=1 blockers=fs.read_file path=\"/srv/";
    for (
        const std::string& cut :
        {message + std::string(1100, 'x') + "\" dev=\"vda\" ino=7", message + "x",
         "audit: type=1423 audit(1796067554.697:5): domain=1 blockers=fs.read_file path=2F737276"s}) {
        VectorSource source({printed(cut)});
        const Review review = review_of_source(source);
        EXPECT_EQ(review.records, 1u) << cut;
        EXPECT_EQ(review.cut, 1u) << cut;
        EXPECT_EQ(review.unattributed.at(0).what.path, "") << cut;
    }
}

// Lines

TEST(LogLine, PrefixesOfLogs) {
    struct Row {
        const char* prefix;
        const char* host;
    };
    constexpr Row rows[] = {
        {"", ""},
        {"<5>", ""},
        {"[  620.412382] ", ""},
        {"[  620.412382][    T1] ", ""},
        {"[Mon Nov 30 19:39:14 2026] ", ""},
        {"2026-11-30T19:39:14,415660+00:00 ", ""},
        {"<5>[  620.415660] ", ""},
        {"<5>[Mon Nov 30 19:39:14 2026] ", ""},
        {"kern  :notice: [  620.415660] ", ""},
        {"5,368,638469690,-;", ""},
        {"5,368,638469690,-,caller=T1;", ""},
        {"Nov 30 19:39:14 vm kernel: [  620.415660] ", "vm"},
        {"Nov  3 19:39:14 vm kernel: ", "vm"},
        {"Nov 30 19:39:14 kernel: ", ""},
        {"2026-11-30T19:39:14.415660+00:00 vm kernel: [  620.415660] ", "vm"},
        {"2026-11-30T19:39:14+0000 10.0.0.7 kernel: ", "10.0.0.7"},
        {"Mon 2026-11-30 19:39:14 UTC vm kernel: ", "vm"},
        {"[  620.415660] vm kernel: ", "vm"},
        {"1796067554.415660 vm kernel: ", "vm"},
        {"<5>1 2026-11-30T19:39:14.415660+00:00 vm kernel - - - ", "vm"},
    };
    for (const Row& row : rows) {
        std::string buffer;
        const std::string line = row.prefix + kernel_line + "\r";
        const LogLine parsed = parse_log_line(line, buffer);
        EXPECT_EQ(parsed.kind, LogLineKind::record) << row.prefix;
        EXPECT_TRUE(parsed.of_kernel) << row.prefix;
        EXPECT_EQ(parsed.record.node, row.host) << row.prefix;
        EXPECT_EQ(parsed.record.serial, 5u) << row.prefix;
        EXPECT_FALSE(parsed.record.cut) << row.prefix;
    }
}

TEST(LogLine, AuditdsPluginForSyslog) {
    std::string buffer;
    const std::string line = "Nov 30 19:39:14 web1 audisp-syslog[77]: " + auditd_line;
    const LogLine parsed = parse_log_line(line, buffer);
    EXPECT_EQ(parsed.kind, LogLineKind::record);
    EXPECT_FALSE(parsed.of_kernel);
    EXPECT_EQ(parsed.record.node, "web1");
    EXPECT_EQ(parsed.record.type, "LANDLOCK_ACCESS");
}

TEST(LogLine, WhatLooksLikeADenialIsNeverPassedOver) {
    for (const std::string& line :
         {"hello " + kernel_line, "Nov 30 19:39:14 vm app: I read " + kernel_line,
          "user  :notice: [  620.4] " + kernel_line, "<13>[  620.4] " + kernel_line,
          "8,368,638469690,-;" + kernel_line,
          "Nov 30 19:39:14 vm audit[12]: AUDIT1423 domain=1 blockers=fs.read_file"s,
          "type=LANDLOCK_ACCESS msg=audit(11/30/2026 19:39:14.697:5) : domain=1 blockers=x"s,
          "\"msg\": \"" + kernel_line, "audit: type=1423 audit(1:2): domain=1 blockers=x"s}) {
        std::string buffer;
        EXPECT_EQ(parse_log_line(line, buffer).kind, LogLineKind::unread) << line;
    }
    const Review review = review_of_logs({"hello " + kernel_line + "\n" + syslog_prefix + "x\n"});
    EXPECT_EQ(review.unread, 1u);
    EXPECT_TRUE(review.may_have_more());
}

TEST(LogLine, OtherLines) {
    for (const char* line :
         {"Nov 30 19:39:14 vm sshd[1]: hello", "[  620.4] EXT4-fs: mounted", "5,1,2,-;hello",
          "2026-11-30T19:39:14+00:00 vm app: type=foo bar", "kern  :info  : [    0.1] hello"}) {
        std::string buffer;
        EXPECT_EQ(parse_log_line(line, buffer).kind, LogLineKind::other) << line;
    }
    for (const char* line : {"----", "-- Boot 1234 --", "time->Mon Nov 30 19:39:14 2026"}) {
        std::string buffer;
        EXPECT_EQ(parse_log_line(line, buffer).kind, LogLineKind::separator) << line;
    }
    for (const char* line : {"hello", "hello world", ""}) {
        std::string buffer;
        EXPECT_EQ(parse_log_line(line, buffer).kind, LogLineKind::unknown) << line;
    }
}

TEST(LogLine, NodesWithBlanks) {
    for (const char* name : {"web 1", "", "a=b", "fe80::1"}) {
        const std::string line = "node=" + std::string(name) + " " + auditd_line;
        const auto parsed = parse_audit_line(line);
        ASSERT_TRUE(parsed.has_value()) << name;
        EXPECT_EQ(parsed->node, name);
        EXPECT_EQ(parsed->type, "LANDLOCK_ACCESS");
    }
}

// Logs

TEST(KernelLog, OutputOfDmesg) {
    auto expected = recorded_paths;
    expected["/forged"] = 1;  // dmesg -r does not tell who wrote a message
    const Review review = review_of_logs({data("dmesg-linux6.18.txt")});
    EXPECT_EQ(paths_of(review), expected);
    EXPECT_FALSE(review.proved);
    EXPECT_EQ(review.losses.unprinted, 3u);
    EXPECT_EQ(review.unreadable, 0u);
}

TEST(KernelLog, ALogWithoutDenialsIsNoError) {
    const Review review = review_of_logs({"Nov 30 19:39:14 vm sshd[1]: hello\n"});
    EXPECT_EQ(review.records, 0u);
    EXPECT_FALSE(review.may_have_more());
}

// rsyslog of Debian writes the kernel's messages to syslog and to kern.log.
TEST(KernelLog, ARecordInSeveralFilesCountsOnce) {
    const std::string dmesg = data("dmesg-linux6.18.txt");
    std::string syslog;
    std::istringstream lines(dmesg);
    for (std::string line; std::getline(lines, line);)
        syslog += "Nov 30 19:39:14 vm kernel: " + line.substr(line.find('[')) + "\n";
    const auto once = paths_of(review_of_logs({dmesg}));
    EXPECT_EQ(paths_of(review_of_logs({dmesg, syslog, syslog})), once);
    EXPECT_EQ(paths_of(review_of_logs({syslog, dmesg})), once);
    EXPECT_EQ(paths_of(review_of_logs({auditd_line + "\n", syslog_prefix + kernel_line + "\n"})),
              (std::map<std::string, std::uint64_t>{{"/srv/x", 1}}));
    const std::string other =
        "Nov 30 19:39:14 other kernel: audit: type=1423 audit(1796067554.697:5): "
        "domain=77 blockers=fs.read_file path=\"/srv/x\" dev=\"vda\" ino=7\n";
    EXPECT_EQ(review_of_logs({syslog_prefix + kernel_line + "\n", other}).records, 2u);
}

// Whoever can write to a log knows what the records of others say.
TEST(KernelLog, AForgedCopyDoesNotChangeTheRealRecord) {
    using Paths = std::map<std::string, std::uint64_t>;
    const std::string real = auditd_line + "\n";
    const std::string stamp = " audit(1796067554.697:5): ";
    const std::string text = kernel_line.substr(kernel_line.find("domain="));
    struct Row {
        const char* what;
        std::string forged;
        Paths paths;
    };
    const Row rows[] = {
        {"equal", kernel_line, {{"/srv/x", 1}}},
        {"cut", "audit: type=1423" + stamp + text.substr(0, text.find("/x")), {{"/srv/x", 1}}},
        {"of another type", "audit: type=1300" + stamp + text, {{"/srv/x", 1}}},
        {"with another end", kernel_line + "8", {{"/srv/x", 2}}},
        {"of another time", "audit: type=1423 audit(1796067553.697:5): " + text, {{"/srv/x", 2}}},
    };
    for (const Row& row : rows) {
        const std::string forged = "[  620.415660] " + row.forged + "\n";
        for (const auto& logs : {std::vector{real, forged}, std::vector{forged, real}}) {
            const Review review = review_of_logs(logs);
            EXPECT_EQ(paths_of(review), row.paths) << row.what;
            EXPECT_EQ(review.cut, 0u) << row.what;
        }
    }
}

TEST(KernelLog, EqualRecordsOfTwoHostsAreTwo) {
    const std::string of_a = "Nov 30 19:39:14 a kernel: " + kernel_line + "\n";
    const std::string of_b = "Nov 30 19:39:14 b kernel: " + kernel_line + "\n";
    EXPECT_EQ(review_of_logs({of_a, of_b}).records, 2u);
    EXPECT_EQ(review_of_logs({of_a, of_a}).records, 1u);
}

// One line with a number that is far too high would begin a boot without domains.
TEST(KernelLog, AForgedSerialNumberHidesNoDomain) {
    const std::string domain =
        " audit(1000.000:4): domain=a1 status=allocated mode=enforcing pid=7 uid=0 "
        "exe=\"/usr/libexec/ringfence-exec\" comm=\"rf0123456789abc\"\n";
    const std::string denied_later =
        " audit(2000.000:6): domain=a1 blockers=fs.read_file path=\"/srv/x\" dev=\"vda\" ino=7\n";
    const auto printed_line = [](const char* type, const std::string& rest) {
        return std::string("[  620.415660] audit: type=") + type + rest;
    };
    const auto logged_line = [](const char* type, const std::string& rest) {
        return std::string("type=") + type + " msg=" + rest.substr(1);
    };
    const std::string of_auditd =
        logged_line("LANDLOCK_DOMAIN", domain) + logged_line("LANDLOCK_ACCESS", denied_later);
    for (const char* number : {"999999999", "1"}) {
        const std::string forged =
            printed_line("1300", " audit(1500.000:" + std::string(number) + "): x=1\n");
        const std::string of_kernel =
            printed_line("1424", domain) + forged + printed_line("1423", denied_later);
        for (const auto& logs : {std::vector{of_auditd, forged}, std::vector{forged, of_auditd},
                                 std::vector{of_kernel},
                                 std::vector{logged_line("LANDLOCK_ACCESS", denied_later),
                                             printed_line("1424", domain) + forged}}) {
            const Review review = review_of_logs(logs);
            ASSERT_EQ(review.unattributed.size(), 1u);
            EXPECT_EQ(review.unattributed[0].attribution.reason, Reason::no_report);
        }
    }
}

TEST(KernelLog, NoMachineStartsWithinSeconds) {
    const std::string domain =
        "type=LANDLOCK_DOMAIN msg=audit(1000.000:500000): domain=a1 status=allocated "
        "mode=enforcing pid=7 uid=0 exe=\"/usr/libexec/ringfence-exec\" comm=\"rf0123456789abc\"\n";
    const auto denied_at = [](const char* seconds) {
        return "type=LANDLOCK_ACCESS msg=audit(" + std::string(seconds) +
               ".000:6): domain=a1 blockers=fs.read_file path=\"/srv/x\" dev=\"vda\" ino=7\n";
    };
    const Review soon = review_of_logs({domain + denied_at("1005")});
    EXPECT_EQ(soon.unattributed.at(0).attribution.reason, Reason::no_report);
    const Review later = review_of_logs({domain + denied_at("1060")});
    EXPECT_EQ(later.unattributed.at(0).attribution.reason, Reason::no_domain_record);
}

TEST(KernelLog, OneFileThatOthersWriteTakesTheProofOfAll) {
    EXPECT_TRUE(review_of_logs({auditd_line + "\n"}).proved);
    EXPECT_TRUE(review_of_logs({"----\ntime->x\n" + auditd_line + "\n"}).proved);
    EXPECT_FALSE(review_of_logs({auditd_line + "\n", syslog_prefix + kernel_line + "\n"}).proved);
    // A daemon that does not escape newlines lets anybody write a whole line.
    EXPECT_FALSE(review_of_logs({auditd_line + "\nNov 30 19:39:14 vm sshd[1]: hello\n"}).proved);
    const Review review = review_of_logs({syslog_prefix + kernel_line + "\n"});
    EXPECT_FALSE(review.unattributed.at(0).proved);
}

TEST(KernelLog, ARateLimitCountsOnlyWhereNothingElseReceivesTheRecords) {
    TestEntry limit = printed("kauditd_printk_skb: 12 callbacks suppressed");
    limit.fields["PRIORITY"] = "4";
    VectorSource source({limit});
    EXPECT_EQ(review_of_source(source).losses.unprinted, 12u);
    source.audit_reader = true;
    EXPECT_EQ(review_of_source(source).losses.unprinted, 0u);
}

TEST(KernelLog, LossesInALog) {
    const std::string lost = syslog_prefix + "audit: audit_lost=4 audit_rate_limit=0\n";
    const std::string limit = syslog_prefix + "kauditd_printk_skb: 12 callbacks suppressed\n";
    const std::string record = syslog_prefix + kernel_line + "\n";
    const std::string forged =
        "Nov 30 19:39:14 vm app: I saw audit: audit_lost=4 audit_rate_limit=0\n";
    const Losses losses = review_of_logs({record + lost + limit + forged}).losses;
    EXPECT_EQ(losses.audit, 4u);
    EXPECT_EQ(losses.unprinted, 12u);
    EXPECT_EQ(review_of_logs({record + forged}).losses.audit, 0u);
    // The journal of the same machine reports the same loss.
    TestEntry reported = printed("audit: audit_lost=4 audit_rate_limit=0");
    reported.fields["PRIORITY"] = "4";
    const auto joined = join_sources(spooled_logs({record + lost}),
                                     std::make_unique<VectorSource>(std::vector{reported}));
    EXPECT_EQ(review_of_source(*joined).losses.audit, 4u);
    const auto silent =
        join_sources(spooled_logs({record}), std::make_unique<VectorSource>(std::vector{reported}));
    EXPECT_EQ(review_of_source(*silent).losses.audit, 4u);
}

// A line of auditd's form would say that the audit system has what the kernel did not print.
TEST(KernelLog, AForgedRecordDoesNotHideALoss) {
    const std::string limit = syslog_prefix + "kauditd_printk_skb: 12 callbacks suppressed\n";
    const std::string forged = syslog_prefix + auditd_line + "\n";
    EXPECT_EQ(review_of_logs({limit + forged}).losses.unprinted, 12u);
}

TEST(KernelLog, WhatIsNotProvedIsNotSuggested) {
    Denial denial;
    denial.attribution.reason = Reason::attributed;
    denial.attribution.policy = "web";
    denial.what.type = ObjectType::path;
    denial.what.path = "/srv/x/y";
    denial.what.blockers.add("fs.read_file");
    denial.tally.count = 1;
    EXPECT_FALSE(suggest({denial}).at(0).empty());
    denial.proved = false;
    const Suggestion refused = suggest({denial}).at(0);
    EXPECT_TRUE(refused.empty());
    EXPECT_THAT(refused.refused.at(0).reason, HasSubstr("any user can write such a line"));
    SuggestOptions forced;
    forced.forced = {"/srv/x"};
    EXPECT_THAT(to_toml(suggest({denial}, forced).at(0)),
                HasSubstr("FORCED, though it is not proved"));
}

}  // namespace
}  // namespace ringfence::journal
