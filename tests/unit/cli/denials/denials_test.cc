// SPDX-License-Identifier: LGPL-2.1-or-later
// A review as text and as JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/denials/json.h"
#include "cli/denials/text.h"
#include "cli/denials/words.h"
#include "cli/terminal/time_text.h"
#include "landlock/rights.h"

namespace ringfence::cli {
namespace {

using journal::Denial;
using journal::ObjectType;
using journal::Reason;
using journal::Review;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Time noon{std::chrono::seconds{1795262400}};  // 2026-11-21 12:00:00 UTC

Denial denial_of(const std::string& unit, const std::string& path) {
    Denial denial;
    denial.attribution.reason = Reason::attributed;
    denial.attribution.confidence = journal::Confidence::process;
    denial.attribution.unit.name = unit;
    denial.attribution.policy = "web";
    denial.machine = "00112233445566778899aabbccddeeff";
    denial.host = "here";
    denial.what.blockers.add("fs.read_file");
    denial.what.type = ObjectType::path;
    denial.what.path = path;
    denial.what.exe = "/usr/bin/cat";
    denial.what.process_comm = "cat";
    denial.tally.count = 3;
    denial.tally.first = noon - std::chrono::minutes(5);
    denial.tally.last = noon - std::chrono::microseconds(1);
    denial.tally.object.device = "vda";
    denial.tally.object.inode = 42;
    denial.tally.pid = 4711;
    denial.tally.command_line = std::string("cat\0-n\0x", 8);
    return denial;
}

Denial forged() {
    Denial denial = denial_of("", "/etc/hostname");
    denial.attribution = {};
    denial.attribution.reason = Reason::surplus_domains;
    denial.attribution.claimed = {{"a.service", ""}, {"user@1000.service", "b.service"}};
    denial.attribution.tag = "rf0123456789abc";
    denial.attribution.exe = "/usr/libexec/ringfence-exec";
    return denial;
}

Review review_of(std::vector<Denial> denials, std::vector<Denial> unattributed = {}) {
    Review review;
    review.denials = std::move(denials);
    review.unattributed = std::move(unattributed);
    return review;
}

class DenialsText : public ::testing::Test {
  protected:
    void SetUp() override {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
};

TEST_F(DenialsText, Table) {
    const std::string text =
        to_text(review_of({denial_of("web.service", "/etc/shadow")}), {}, noon);
    EXPECT_THAT(text, HasSubstr("COUNT  FIRST     LAST      UNIT         DENIED     OBJECT       "
                                "PROGRAM\n"
                                "    3  11:55:00  11:59:59  web.service  read file  /etc/shadow  "
                                "/usr/bin/cat\n"));
    EXPECT_THAT(text, HasSubstr("read file (fs.read_file): open a file for reading\n"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("here")));  // one machine: no need to name it
}

TEST_F(DenialsText, APathOfAnotherObjectIsMarked) {
    Denial disguised = denial_of("web.service", "/shadow");
    const std::string mark = "/shadow (another object)";
    EXPECT_THAT(to_text(review_of({disguised}), {}, noon), Not(HasSubstr(mark)));
    EXPECT_THAT(to_details(review_of({disguised}), {}, noon), HasSubstr("path  unverified: "));
    disguised.tally.path = journal::PathCheck::mismatch;
    EXPECT_THAT(to_text(review_of({disguised}), {}, noon), HasSubstr(mark));
    EXPECT_THAT(to_details(review_of({disguised}), {}, noon), HasSubstr("path  mismatch: "));
    disguised.tally.path = journal::PathCheck::verified;
    EXPECT_THAT(to_text(review_of({disguised}), {}, noon), Not(HasSubstr(mark)));
    EXPECT_THAT(to_details(review_of({disguised}), {}, noon), HasSubstr("path  verified: "));
}

TEST_F(DenialsText, StackedWhereATableDoesNotFit) {
    Terminal phone;
    phone.columns = 40;
    const std::string text = to_text(review_of({denial_of("web.service", "/etc/shadow"),
                                                denial_of("web.service", "/etc/gshadow")}),
                                     phone, noon);
    EXPECT_THAT(text, HasSubstr("web.service\n"
                                "  3 × read file: /etc/shadow\n"
                                "      /usr/bin/cat, 11:55:00 – 11:59:59\n"
                                "  3 × read file: /etc/gshadow\n"));
}

TEST_F(DenialsText, ForgedOnesHaveAHeadingAndTheReason) {
    const std::string text = to_text(review_of({}, {forged()}), {}, noon);
    EXPECT_THAT(text, HasSubstr("Not attributed to a unit: there are more domains with this tag "
                                "than the wrapper announced\n"));
    EXPECT_THAT(text, HasSubstr("a.service?,b.service?"));
}

TEST_F(DenialsText, SeveralMachines) {
    Denial there = denial_of("web.service", "/etc/shadow");
    there.machine[0] = 'f';
    there.host = "there";
    const std::string text =
        to_text(review_of({denial_of("web.service", "/etc/shadow"), there}), {}, noon);
    EXPECT_THAT(text, HasSubstr("here:web.service"));
    EXPECT_THAT(text, HasSubstr("there:web.service"));
}

TEST_F(DenialsText, HostileStringsAreShownNotDone) {
    Denial hostile = denial_of("web.service", "/x\x1b[2J\n    9  00:00:00  root.service");
    hostile.what.exe = "/\x1b]0;owned\x07";
    hostile.attribution.unit.name = "a\nb.service";
    hostile.host = "\x1b[1m";
    hostile.what.process_comm = "\u202egnp.exe\n    9  00";
    hostile.tally.command_line = std::string("x\0\x1b[31m\n    9  00", 17);
    hostile.tally.object.device = "\x1b[0m";
    hostile.tally.records = {"AUDIT1423 path=\x1b[31m\n    9  00"};
    hostile.attribution.policy = "\x1b[31m\n    9  00";
    hostile.what.blockers = {{}, {"fs.\x1b[31m"}};
    Denial other = hostile;
    other.machine.clear();
    for (const std::optional<std::size_t> columns : {std::optional<std::size_t>(), {40u}}) {
        Terminal terminal;
        terminal.columns = columns;
        Review review = review_of({hostile, other}, {forged(), hostile});
        review.unattributed.back().attribution = forged().attribution;
        review.unattributed.back().attribution.exe = review.unattributed.back().attribution.tag =
            "\x1b[2J\n    9  00:00:00";
        review.units.push_back({hostile.attribution.unit, "1", "\x1b[1m", 1, 1, 1, 3, 1});
        review.units.push_back({hostile.attribution.unit, "2", "\n    9  00", 1, 1, 1, 3, 1});
        for (const std::string& text :
             {to_text(review, terminal, noon), to_details(review, terminal, noon),
              to_summary(review, terminal), to_line(review.denials[0], terminal, noon),
              to_line(review.unattributed[1], terminal, noon)}) {
            EXPECT_FALSE(text.empty());
            EXPECT_THAT(text, Not(HasSubstr("\x1b")));
            EXPECT_THAT(text, Not(HasSubstr("\x07")));
            EXPECT_THAT(text, Not(HasSubstr("\n    9  00")));
            EXPECT_THAT(text, Not(HasSubstr("a\nb")));
            EXPECT_THAT(text, Not(HasSubstr("\u202e")));
        }
    }
}

TEST_F(DenialsText, Words) {
    using landlock::access_of;
    EXPECT_EQ(words_of({access_of("fs.make_reg") | access_of("fs.refer"), {}}), "make reg, refer");
    EXPECT_EQ(words_of({{}, {"ptrace"}}), "ptrace");
    EXPECT_EQ(local_text(noon, noon), "12:00:00");
    EXPECT_EQ(local_text(noon - std::chrono::hours(24), noon), "Nov 20 12:00:00");
    EXPECT_EQ(local_text(noon - std::chrono::hours(24 * 365), noon), "2025-11-21 12:00:00");
    Denial port = denial_of("x", "");
    port.what.type = ObjectType::port;
    EXPECT_EQ(object_of(port), "an ephemeral port");
    port.what.port = 443;
    port.what.remote = true;
    port.what.address = "::1";
    EXPECT_EQ(object_of(port), "::1 port 443");
}

TEST(DenialsJson, Schema) {
    const auto json = nlohmann::json::parse(
        to_json(review_of({denial_of("web.service", "/etc/shadow")}, {forged()})));
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["denials"], nlohmann::json::parse(R"([{
        "count": 3, "first": "2026-11-21T11:55:00.000000Z", "last": "2026-11-21T11:59:59.999999Z",
        "machine_id": "00112233445566778899aabbccddeeff", "hostname": "here",
        "proved": true, "confidence": "process", "unit": "web.service", "policy": "web",
        "rights": ["fs.read_file"],
        "object": {"type": "path", "path": "/etc/shadow", "device": "vda", "inode": 42,
                   "check": "unverified"},
        "program": "/usr/bin/cat", "comm": "cat", "pid": 4711, "command_line": ["cat", "-n", "x"]
    }])"));
    const auto& loose = json["unattributed"][0];
    EXPECT_EQ(loose["reason"], "surplus-domains");
    EXPECT_EQ(loose["confidence"], "none");
    EXPECT_FALSE(loose.contains("unit"));
    EXPECT_EQ(loose["claimed"], nlohmann::json::parse(R"([{"unit": "a.service"},
        {"unit": "user@1000.service", "user_unit": "b.service"}])"));
}

TEST(DenialsJson, Objects) {
    Denial denial = denial_of("x", "");
    const auto object = [&] {
        return nlohmann::json::parse(to_json(review_of({denial})))["denials"][0]["object"];
    };
    denial.what.type = ObjectType::port;
    denial.what.port = 81;
    EXPECT_EQ(object(), nlohmann::json::parse(R"({"type": "port", "end": "local", "port": 81})"));
    denial.what.type = ObjectType::process;
    denial.what.comm = "systemd";
    denial.tally.object.pid = 1;
    EXPECT_EQ(object(),
              nlohmann::json::parse(R"({"type": "process", "comm": "systemd", "pid": 1})"));
    denial.what.type = ObjectType::unix_socket;
    denial.what.abstract = true;
    denial.what.path = "bus";
    EXPECT_EQ(object(),
              nlohmann::json::parse(R"({"type": "unix-socket", "abstract": true, "name": "bus"})"));
    denial.what.type = ObjectType::none;
    EXPECT_EQ(object(), nlohmann::json::parse(R"({"type": "unknown"})"));
}

TEST(DenialsJson, BytesThatAreNoTextAreGivenTwice) {
    const auto json =
        nlohmann::json::parse(to_json(review_of({denial_of("web.service", "/a\xff\x1b")})));
    EXPECT_EQ(json["denials"][0]["object"]["path_hex"], "2f61ff1b");
    EXPECT_EQ(json["denials"][0]["object"]["path"], "/a\xef\xbf\xbd\x1b");
    EXPECT_THAT(to_json(review_of({denial_of("x", "\x1b[2J")})), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace ringfence::cli
