// SPDX-License-Identifier: LGPL-2.1-or-later
// Each test is one thing that an attacker or an accident can do to the join.
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

TEST(Attribution, ReportFromASecondUnit) {
    const Review review = reviewed({reported(tag, "web.service"), reported(tag, "evil.service"),
                                    allocated("a1", tag), shadow()});
    expect_unattributed(review, Reason::conflicting_units);
    EXPECT_THAT(review.unattributed[0].attribution.claimed,
                ::testing::ElementsAre(Unit{"evil.service", ""}, Unit{"web.service", ""}));
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
    // journald saw the program that the wrapper had already become: no evidence against it.
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
    // ExecStartPre= and ExecStart=: two reports with one tag.
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
    // The victim has no denial of its own: counting domains would not find this.
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
    EXPECT_EQ(reviewed(entries).denials.size(), 1u);  // a container: they differ anyway
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
    // A process inside the unit cannot move the unit's denials to another policy's review.
    const Review review =
        reviewed({reported(tag, "web.service", 7), reported(tag, "web.service", 8, 1, "mail"),
                  allocated("a1", tag), shadow()});
    ASSERT_EQ(review.denials.size(), 1u);
    EXPECT_EQ(review.denials[0].attribution.policy, "");
    // Unless the PID says whose report it is.
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
    constexpr int flood = 20000;  // quadratic: minutes under the sanitizers
    std::vector<TestEntry> entries = {reported(tag, "web.service")};
    for (int i = 1; i <= flood; ++i) {
        entries.push_back(allocated(std::to_string(i), tag, i));
        entries.push_back(shadow(std::to_string(i), i));
    }
    std::uint64_t count = 0;
    for (const Denial& denial : reviewed(entries).unattributed)
        count += denial.tally.count;
    EXPECT_GE(count, flood - 1u);  // PID 7 is the reporter's
}

TEST(Attribution, OutsideOfUnits) {
    expect_unattributed(reviewed({reported(tag, ""), allocated("a1", tag), shadow()}),
                        Reason::no_unit);
}

// A second report of the tag that journald could not place neither helps nor hurts the first.
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

// Memory is bounded, and what is beyond the bound is nobody's rather than somebody's.
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
    // A forger's domain with that tag that is not kept: the tag had two, and announced one.
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
    later.since = at(1500);  // the fence began before: its count says nothing about this time
    EXPECT_TRUE(reviewed(entries, later).units.empty());
}

}  // namespace
}  // namespace ringfence::journal
