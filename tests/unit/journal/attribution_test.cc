// SPDX-License-Identifier: LGPL-2.1-or-later
// Each test is an attack or an accident that could lead a denial to the wrong unit.
#include "journal/attribution.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/review.h"
#include "vector_source.h"

namespace ringfence::journal {
namespace {

const char tag[] = "rf0123456789abc";
const char other_tag[] = "rffedcba9876543";

Review reviewed(std::vector<TestEntry> entries, const ReviewOptions& options = {},
                const std::map<std::string, Unit>& invocations = {}) {
    VectorSource source(std::move(entries));
    source.invocations = invocations;
    auto review = ringfence::journal::review(source, options);
    EXPECT_TRUE(review.has_value());
    return review ? *std::move(review) : Review{};
}

TestEntry shadow(const std::string& domain = "a1", int event = 1) {
    return denied(domain, "blockers=fs.read_file path=\"/etc/shadow\" dev=\"vda\" ino=3", event);
}

void expect_unattributed(const Review& review, Reason reason) {
    EXPECT_TRUE(review.denials.empty());
    ASSERT_FALSE(review.unattributed.empty());
    for (const Denial& denial : review.unattributed) {
        EXPECT_STREQ(text_of(denial.attribution.reason).name, text_of(reason).name);
        EXPECT_TRUE(denial.attribution.unit.empty());
        EXPECT_TRUE(denial.attribution.policy.empty());
        EXPECT_STREQ(name_of(denial.attribution.confidence), "none");
    }
}

TEST(Attribution, LeadsToTheUnit) {
    const Review review = reviewed({reported(tag, "web.service"), shadow(), allocated("a1", tag)});
    ASSERT_EQ(review.denials.size(), 1u);
    const Attribution& whose = review.denials[0].attribution;
    EXPECT_EQ(whose.unit.name, "web.service");
    EXPECT_EQ(whose.policy, "web");
    EXPECT_EQ(whose.digest, "0011223344556677");
    EXPECT_EQ(whose.confidence, Confidence::tag);
    EXPECT_EQ(review.denials[0].program(), "/usr/sbin/web");
    EXPECT_TRUE(review.unattributed.empty());
}

TEST(Attribution, InAnyOrder) {
    std::vector<TestEntry> entries = {reported(tag, "web.service"), shadow(), allocated("a1", tag)};
    std::vector<int> order = {0, 1, 2};
    do {
        const Review review = reviewed({entries[static_cast<std::size_t>(order[0])],
                                        entries[static_cast<std::size_t>(order[1])],
                                        entries[static_cast<std::size_t>(order[2])]});
        ASSERT_EQ(review.denials.size(), 1u);
        EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
        EXPECT_EQ(review.denials[0].tally.count, 1u);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Attribution, SamePidIsTheStrongestEvidence) {
    const Review review =
        reviewed({reported(tag, "web.service", 100), allocated("a1", tag, 100), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.confidence, Confidence::process);
}

TEST(Attribution, UserUnits) {
    TestEntry report = reported(tag, "user@1000.service");
    report.fields["_SYSTEMD_USER_UNIT"] = "app.service";
    const Review review = reviewed({report, allocated("a1", tag), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.shown(), "app.service");
    EXPECT_EQ(review.denials[0].attribution.unit.name, "user@1000.service");
}

TEST(Attribution, DomainRecordLost) {
    expect_unattributed(reviewed({reported(tag, "web.service"), shadow()}),
                        Reason::no_domain_record);
}

TEST(Attribution, AnotherBootIsAnotherDomain) {
    TestEntry later = allocated("a1", tag);
    later.boot = boot_id(2);
    expect_unattributed(reviewed({reported(tag, "web.service"), shadow(), later}),
                        Reason::no_domain_record);
}

// Everything became "conflicting", and nothing was attributed or suggested.
TEST(Attribution, AReportFromASecondUnitIsIgnored) {
    const Review review =
        reviewed({reported(tag, "web.service"), reported(tag, "evil.service", 8, 5, "mail"),
                  allocated("a1", tag), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
    EXPECT_EQ(review.denials[0].attribution.policy, "web");
}

TEST(Attribution, ReportsOfOtherProcessesAndUsersAreIgnored) {
    TestEntry nobody = reported(tag, "nobody.service", 9, 5, "mail");
    nobody.fields["_UID"] = "65534";
    ReviewOptions host;
    host.pids_comparable = true;
    const Review review =
        reviewed({nobody, reported(tag, "evil.service", 8, 5, "mail"),
                  reported(tag, "web.service", 100), allocated("a1", tag, 100), shadow()},
                 host);
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
    EXPECT_EQ(review.denials[0].attribution.policy, "web");
    EXPECT_EQ(review.denials[0].attribution.confidence, Confidence::process);
}

// A domain of one's own, with another's tag and a report, leads to oneself.
TEST(Attribution, AForgerFindsItself) {
    const Review review = reviewed({reported(tag, "web.service", 100),
                                    reported(tag, "evil.service", 8), allocated("a1", tag, 100),
                                    shadow("a1"), allocated("a2", tag, 8), shadow("a2", 2)});
    ASSERT_EQ(review.denials.size(), 2u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "evil.service");
    EXPECT_EQ(review.denials[0].tally.count, 1u);
    EXPECT_EQ(review.denials[1].attribution.unit.name, "web.service");
}

// The wrapper could not reach the journal's socket.
TestEntry line_of(const std::string& its_tag, const std::string& unit) {
    return {{{"_TRANSPORT", "stdout"},
             {"PRIORITY", "5"},
             {"_SYSTEMD_UNIT", unit},
             {"_PID", "100"},
             {"_UID", "0"},
             {"MESSAGE", "ringfence: web enforced, ABI 7, 3 rules; tag=" + its_tag +
                             " layers=1 policy=web digest=0011223344556677"}},
            at(900),
            boot_id()};
}

TEST(Attribution, ALineOfTheStreamLeadsToTheUnit) {
    const Review review =
        reviewed({line_of(tag, "web.service"), allocated("a1", tag, 100), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
    EXPECT_EQ(review.denials[0].attribution.policy, "web");
    EXPECT_EQ(review.denials[0].attribution.digest, "0011223344556677");
    EXPECT_EQ(review.denials[0].attribution.confidence, Confidence::process);
}

TEST(Attribution, OnlyLinesOfStreamsCount) {
    TestEntry other = line_of(tag, "web.service");
    other.fields["_TRANSPORT"] = "syslog";
    expect_unattributed(reviewed({other, allocated("a1", tag, 100), shadow()}), Reason::no_report);
    for (const char* message : {"tag=rf0123456789abc layers=1", "ringfence: ; tag=rf layers=1",
                                "ringfence: ; tag=rf0123456789abcx layers=1"}) {
        other = line_of(tag, "web.service");
        other.fields["MESSAGE"] = message;
        expect_unattributed(reviewed({other, allocated("a1", tag, 100), shadow()}),
                            Reason::no_report);
    }
}

TEST(Attribution, ALineOfAnotherUnitIsIgnored) {
    TestEntry evil = line_of(tag, "evil.service");
    evil.fields["_PID"] = "8";
    const Review review =
        reviewed({evil, line_of(tag, "web.service"), allocated("a1", tag, 100), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
}

// Earlier versions took the digits of the invocation ID, which others know before the start.
TEST(Attribution, AnOldTagBelongsToTheStartThatItNames) {
    TestEntry report = reported(tag, "web.service");
    report.fields["_SYSTEMD_INVOCATION_ID"] = "0123456789abc0000000000000000000";
    TestEntry evil = reported(tag, "evil.service");
    evil.fields["_SYSTEMD_INVOCATION_ID"] = "fedcba98765430000000000000000000";
    const Review review = reviewed({evil, report, allocated("a1", tag), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
}

TEST(Attribution, TagUsedByAnotherProgram) {
    const Review review =
        reviewed({reported(tag, "web.service"), allocated("a1", tag, 1, 0, "/tmp/evil"), shadow()});
    expect_unattributed(review, Reason::forged_tag);
    EXPECT_EQ(review.unattributed[0].attribution.exe, "/tmp/evil");
}

TEST(Attribution, TagUsedByAnotherWrapper) {
    TestEntry report = reported(tag, "web.service");
    report.fields["_EXE"] = "/usr/libexec/ringfence-exec";
    expect_unattributed(
        reviewed({report, allocated("a1", tag, 1, 0, "/srv/eve/ringfence-exec"), shadow()}),
        Reason::forged_tag);
    // When journald looked, the program had already replaced the wrapper. That is no evidence of a
    // forgery.
    report.fields["_EXE"] = "/usr/sbin/web";
    EXPECT_EQ(reviewed({report, allocated("a1", tag), shadow()}).denials.size(), 1u);
}

TEST(Attribution, OtherUsersOfLandlock) {
    const Review review = reviewed(
        {reported(tag, "web.service"), allocated("a1", "mybox", 1, 0, "/usr/bin/mybox"), shadow()});
    expect_unattributed(review, Reason::other_landlock_user);
    EXPECT_EQ(review.unattributed[0].attribution.tag, "mybox");
}

TEST(Attribution, ATagIsThirteenLowerCaseHexDigits) {
    EXPECT_TRUE(is_tag(tag));
    for (const char* comm : {"", "rf", "rf0123456789ab", "rf0123456789abcd", "rf0123456789abC",
                             "xf0123456789abc", "rf0123456789ab "})
        EXPECT_FALSE(is_tag(comm)) << comm;
}

TEST(Attribution, MoreDomainsThanAnnounced) {
    expect_unattributed(reviewed({reported(tag, "web.service"), allocated("a1", tag), shadow("a1"),
                                  allocated("a2", tag), shadow("a2", 2)}),
                        Reason::surplus_domains);
}

TEST(Attribution, AsManyDomainsAsAnnounced) {
    EXPECT_EQ(reviewed({reported(tag, "web.service", 7, 2), allocated("a1", tag), shadow("a1"),
                        allocated("a2", tag), shadow("a2", 2)})
                  .denials[0]
                  .tally.count,
              2u);
    // ExecStartPre= and ExecStart= make two reports with one tag.
    EXPECT_EQ(reviewed({reported(tag, "web.service", 7), reported(tag, "web.service", 8),
                        allocated("a1", tag), shadow("a1"), allocated("a2", tag), shadow("a2", 2)})
                  .denials[0]
                  .tally.count,
              2u);
}

TEST(Attribution, ACopyOfADomainRecordIsNoSecondDomain) {
    EXPECT_EQ(reviewed({reported(tag, "web.service"), allocated("a1", tag), allocated("a1", tag),
                        shadow("a1")})
                  .denials.size(),
              1u);
}

TEST(Attribution, ARefusedStartAnnouncesNoDomain) {
    TestEntry report = reported(tag, "web.service");
    report.fields["LANDLOCK_STATUS"] = "refused";
    expect_unattributed(reviewed({report, allocated("a1", tag), shadow()}),
                        Reason::surplus_domains);
}

TEST(Attribution, ClaimedLayersAreLimited) {
    std::vector<TestEntry> entries = {reported(tag, "web.service", 7, 1000000)};
    for (int i = 1; i <= 2; ++i) {
        entries.push_back(allocated(std::to_string(i), tag));
        entries.push_back(shadow(std::to_string(i), i));
    }
    expect_unattributed(reviewed(entries), Reason::surplus_domains);
}

TEST(Attribution, DomainOfAnotherUser) {
    // The victim has no denial of its own, so the number of domains does not reveal the forgery.
    expect_unattributed(
        reviewed({reported(tag, "web.service"), allocated("a1", tag, 100, 33), shadow()}),
        Reason::other_process);
}

TEST(Attribution, DomainOfAnotherProcessWherePidsCompare) {
    const std::vector<TestEntry> entries = {reported(tag, "web.service", 7),
                                            allocated("a1", tag, 100), shadow()};
    ReviewOptions host;
    host.pids_comparable = true;
    expect_unattributed(reviewed(entries, host), Reason::other_process);
    EXPECT_EQ(reviewed(entries).denials.size(), 1u);  // in a container, they always differ
}

TEST(Attribution, AMatchingPidMakesTheOthersSuspicious) {
    const Review review = reviewed({reported(tag, "web.service", 100), allocated("a1", tag, 100),
                                    shadow("a1"), allocated("a2", tag, 200), shadow("a2", 2)});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].tally.count, 1u);
    ASSERT_EQ(review.unattributed.size(), 1u);
    EXPECT_EQ(review.unattributed[0].attribution.reason, Reason::other_process);
}

TEST(Attribution, ForgersByNameDoNotDiscreditTheVictim) {
    const Review review =
        reviewed({reported(tag, "web.service"), allocated("a1", tag), shadow("a1"),
                  allocated("a2", tag, 1, 0, "/tmp/evil"), shadow("a2", 2)});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
    ASSERT_EQ(review.unattributed.size(), 1u);
    EXPECT_EQ(review.unattributed[0].attribution.reason, Reason::forged_tag);
}

TEST(Attribution, ReportsThatDisagreeNameNoPolicy) {
    // A process of the unit must not be able to move the unit's denials to the review of another
    // policy.
    const Review review =
        reviewed({reported(tag, "web.service", 7), reported(tag, "web.service", 8, 1, "mail"),
                  allocated("a1", tag), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.policy, "");
    // If the PID shows which report is the wrapper's, its policy is known.
    const Review known =
        reviewed({reported(tag, "web.service", 100), reported(tag, "web.service", 8, 1, "mail"),
                  allocated("a1", tag, 100), shadow()});
    ASSERT_EQ(known.denials.size(), 1u);
    EXPECT_EQ(known.denials[0].attribution.policy, "web");
}

TEST(Attribution, LostReport) {
    const std::map<std::string, Unit> invocations = {
        {"0123456789abc0000000000000000000", {"web.service", ""}}};
    const Review review = reviewed({allocated("a1", tag), shadow()}, {}, invocations);
    ASSERT_EQ(review.unattributed.size(), 1u);
    const Attribution& whose = review.unattributed[0].attribution;
    EXPECT_EQ(whose.reason, Reason::no_report);
    EXPECT_EQ(whose.confidence, Confidence::invocation);
    EXPECT_THAT(whose.claimed, ::testing::ElementsAre(Unit{"web.service", ""}));
    expect_unattributed(reviewed({allocated("a1", other_tag), shadow()}, {}, invocations),
                        Reason::no_report);
}

TEST(Attribution, AFloodOfForgedDomainsTakesNoQuadraticTime) {
    constexpr int flood = 20000;  // a quadratic algorithm would take minutes
    std::vector<TestEntry> entries = {reported(tag, "web.service")};
    for (int i = 1; i <= flood; ++i) {
        entries.push_back(allocated(std::to_string(i), tag, i));
        entries.push_back(shadow(std::to_string(i), i));
    }
    std::uint64_t count = 0;
    for (const Denial& denial : reviewed(entries).unattributed)
        count += denial.tally.count;
    EXPECT_GE(count, flood - 1u);  // PID 7 is the one in the report
}

TEST(Attribution, OutsideOfUnits) {
    expect_unattributed(reviewed({reported(tag, ""), allocated("a1", tag), shadow()}),
                        Reason::no_unit);
}

// A second report of the tag, for which journald found no unit, changes nothing.
TEST(Attribution, AReportOfAProcessThatHadExited) {
    const Review review =
        reviewed({reported(tag, "web.service"), reported(tag, ""), shadow(), allocated("a1", tag)});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.unit.name, "web.service");
    expect_unattributed(reviewed({reported(tag, "web.service"), reported(tag, ""), shadow(),
                                  shadow("a2"), allocated("a1", tag), allocated("a2", tag)}),
                        Reason::surplus_domains);
}

TEST(Attribution, AMessageThatOnlyLooksLikeARecord) {
    TestEntry forged = shadow();
    forged.fields["_TRANSPORT"] = "journal";
    TestEntry domain = allocated("a1", tag);
    domain.fields.erase("_AUDIT_TYPE");
    const Review review = reviewed({reported(tag, "web.service"), forged, domain});
    EXPECT_TRUE(review.denials.empty());
    EXPECT_TRUE(review.unattributed.empty());
    EXPECT_EQ(review.records, 0u);
}

// Memory is limited. Denials beyond the limit get no unit rather than a wrong one.
class Bounds : public ::testing::Test {
  protected:
    static DomainRecord domain(std::uint64_t number, const std::string& comm) {
        DomainRecord record;
        record.domain = number;
        record.allocated = true;
        record.pid = static_cast<std::int64_t>(number);
        record.uid = 0;
        record.exe = "/usr/libexec/ringfence-exec";
        record.comm = comm;
        return record;
    }
    static WrapperReport report(const std::string& of_tag, const std::string& unit) {
        WrapperReport made;
        made.boot = boot_id();
        made.unit.name = unit;
        made.tag = of_tag;
        made.uid = 0;
        made.layers = 1;
        made.exe = "/usr/libexec/ringfence-exec";
        return made;
    }
    static Reason reason(Identities& identities, std::uint64_t number) {
        const auto none = [](std::string_view) { return Result<std::vector<Unit>>(); };
        return identities.attribute(boot_id(), number, none)->reason;
    }
};

TEST_F(Bounds, ATagWithDomainsBeyondTheLimitLeadsNowhere) {
    IdentityOptions options;
    options.max_domains = 3;
    Identities identities(options);
    identities.add(boot_id(), domain(1, tag));
    identities.add(boot_id(), domain(2, other_tag));
    identities.add(boot_id(), domain(3, "chrome"));
    identities.add(report(tag, "web.service"));
    identities.add(report(other_tag, "other.service"));
    EXPECT_EQ(reason(identities, 1), Reason::attributed);
    // There is no room for a further domain with that tag. The tag then has two domains, and its
    // report announced one.
    identities.add(boot_id(), domain(4, tag));
    EXPECT_EQ(identities.left_out(), 1u);
    EXPECT_EQ(reason(identities, 1), Reason::surplus_domains);
    EXPECT_EQ(reason(identities, 2), Reason::attributed);
    EXPECT_EQ(reason(identities, 4), Reason::no_domain_record);
}

TEST_F(Bounds, AFloodOfReportsLeadsNowhere) {
    IdentityOptions options;
    options.max_reports = 10;
    Identities identities(options);
    identities.add(boot_id(), domain(1, tag));
    for (int i = 0; i < 100; ++i)
        identities.add(report(tag, "web.service"));
    EXPECT_EQ(reason(identities, 1), Reason::surplus_domains);
}

// 900 reports with names of 4 KB exhausted the memory for all units of the machine.
TEST_F(Bounds, OneUnitCannotTakeTheRoomOfOthers) {
    Identities identities;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
        std::string its_tag = "rf" + std::to_string(1'000'000'000'000 + i);
        DomainRecord its_domain = domain(i, its_tag);
        its_domain.exe = "/" + std::string(3000, 'x') + std::to_string(i) + "/ringfence-exec";
        identities.add(boot_id(), its_domain);
        WrapperReport its_report = report(its_tag, "evil.service");
        its_report.program = "/" + std::string(4000, 'x') + std::to_string(i);
        identities.add(its_report);
    }
    identities.add(boot_id(), domain(9999, tag));
    identities.add(report(tag, "web.service"));
    EXPECT_EQ(reason(identities, 9999), Reason::attributed);
    EXPECT_EQ(identities.left_out(), 0u);
    ASSERT_EQ(identities.dropped().size(), 1u);
    EXPECT_GT(identities.dropped().at("evil.service"), 2000u);
}

// A service restricts itself 100,000 times, or runs programs that do, with tags and without.
TEST_F(Bounds, OneUsersDomainsCannotTakeTheRoomOfOthers) {
    Identities identities;
    std::uint64_t id = 1;
    const auto flood = [&](std::uint32_t user, const std::string& exe) {
        for (std::uint64_t i = 0; i < 60'000; ++i) {
            DomainRecord one = domain(id, "rf" + std::to_string(1'000'000'000'000 + id));
            ++id;
            one.uid = user;
            one.exe = exe;
            identities.add(boot_id(), one);
        }
    };
    flood(33, "/srv/app/ringfence-exec");
    flood(33, "/srv/app/run");
    flood(0, "/srv/app/run");
    const std::uint64_t victim = id;
    identities.add(boot_id(), domain(victim, tag));
    identities.add(report(tag, "web.service"));
    EXPECT_EQ(reason(identities, victim), Reason::attributed);
    EXPECT_EQ(identities.left_out_users().size(), 2u);
    EXPECT_GT(identities.left_out_users().at(33), 100'000u);
    EXPECT_GT(identities.left_out_users().at(0), 50'000u);
    EXPECT_EQ(identities.left_out(),
              identities.left_out_users().at(0) + identities.left_out_users().at(33));
}

TEST_F(Bounds, TextIsBounded) {
    IdentityOptions options;
    options.max_text_bytes = 1000;
    Identities identities(options);
    for (std::uint64_t i = 0; i < 100; ++i) {
        DomainRecord record = domain(i, "x" + std::to_string(i));
        record.exe = "/" + std::string(9000, 'x') + std::to_string(i);
        identities.add(boot_id(), record);
    }
    EXPECT_GT(identities.left_out(), 90u);
}

TEST_F(Bounds, ReportsOfOtherTagsTakeNoRoomWhenDomainsComeFirst) {
    IdentityOptions options;
    options.max_reports = 1;
    options.domains_first = true;
    Identities identities(options);
    identities.add(boot_id(), domain(1, tag));
    for (int i = 0; i < 100; ++i)
        identities.add(report(other_tag, "other.service"));
    identities.add(report(tag, "web.service"));
    EXPECT_EQ(reason(identities, 1), Reason::attributed);
}

TEST_F(Bounds, TheKernelsCountIsComparedForFencesThatEnded) {
    std::vector<TestEntry> entries = {reported(tag, "web.service"), allocated("a1", tag), shadow()};
    EXPECT_EQ(reviewed(entries).units.at(0).ended, 0u);
    entries.push_back(audit("1424", "AUDIT1424 domain=a1 status=deallocated denials=3", 9, 2000));
    const UnitCount unit = reviewed(entries).units.at(0);
    EXPECT_EQ(unit.unit.name, "web.service");
    EXPECT_EQ(unit.logged, 1u);
    EXPECT_EQ(unit.counted, 3u);
    EXPECT_EQ(unit.missing(), 2u);
    ReviewOptions later;
    later.since = at(1500);  // the fence began before, so its count is not about this period
    EXPECT_TRUE(reviewed(entries, later).units.empty());
}

}  // namespace
}  // namespace ringfence::journal
