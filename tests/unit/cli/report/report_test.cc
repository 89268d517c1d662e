// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/report/data.h"
#include "landlock/rights.h"

namespace ringfence::cli {
namespace {

using journal::StartStatus;
using journal::Timeline;
using journal::UnitStarts;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t noon_seconds = 1'764'072'000;  // 2025-11-25 12:00:00 UTC

Time at(std::int64_t seconds) {
    return Time{std::chrono::seconds{seconds}};
}

UnitStarts start(const std::string& unit, StartStatus status) {
    UnitStarts starts;
    starts.host = "web1";
    starts.unit.name = unit;
    starts.status = status;
    starts.time = at(noon_seconds);
    starts.policy = "policy";
    starts.abi = 7;
    if (status == StartStatus::degraded) starts.unenforced = {"fs.resolve_unix", "net.bind_udp"};
    if (status == StartStatus::refused) starts.error = "/etc/ringfence/policies/c.toml:3:1: no";
    return starts;
}

ReportData data(const std::vector<std::string>& units = {"a.service", "b.service", "c.service"}) {
    journal::Starts starts;
    for (std::size_t i = 0; i < units.size(); ++i)
        starts.units.push_back(start(units[i], static_cast<StartStatus>(i % 3)));
    ReportData data{"web1",
                    false,
                    at(noon_seconds - 7200),
                    at(noon_seconds),
                    at(noon_seconds),
                    {},
                    Timeline(at(noon_seconds - 7200), at(noon_seconds)),
                    {},
                    2,
                    5,
                    0};
    data.timeline.add("web1", units[0], {landlock::access_of("fs.read_file"), {}},
                      at(noon_seconds - 60));
    data.timeline.add(
        "web1", units[0],
        {landlock::access_of("fs.read_file") | landlock::access_of("net.connect_tcp"), {}},
        at(noon_seconds - 3600));
    data.series = data.timeline.series();
    data.units = report_units(
        starts,
        {{"d.service", "d", ""}, {"e.service", "", "bad:1:1: no"}, {units[0], "policy", ""}},
        "web1", {}, data.series);
    return data;
}

TEST(ReportUnits, AttachedUnitsThatDidNotStartAreThere) {
    const ReportData all = data();
    ASSERT_EQ(all.units.size(), 5u);
    EXPECT_EQ(all.units[0].state, UnitState::enforced);
    EXPECT_EQ(all.units[0].denials, 3u);
    EXPECT_EQ(all.units[3].state, UnitState::not_started);
    EXPECT_EQ(all.units[4].state, UnitState::refused);
    EXPECT_EQ(all.count(UnitState::refused), 2u);
}

TEST(ReportText, SaysWhatIsNotEnforcedAndWhy) {
    const std::string text = report_text(data(), {});
    EXPECT_THAT(text, HasSubstr("b.service  policy  degraded           0  2025-11-25 12:00:00  "
                                "fs.resolve_unix, net.bind_udp\n"));
    EXPECT_THAT(text, HasSubstr("c.service  policy  refused"));
    EXPECT_THAT(text, HasSubstr("       2  fs.read_file  a.service\n"));
    EXPECT_THAT(text, HasSubstr("2 denials have no unit"));
    EXPECT_THAT(text, HasSubstr("5 audit records were lost"));
}

TEST(ReportJson, HasAllThereIs) {
    const auto json = nlohmann::json::parse(report_json(data()));
    EXPECT_EQ(json["version"], 1);
    EXPECT_EQ(json["units"][1]["unenforced"][0], "fs.resolve_unix");
    EXPECT_EQ(json["units"][1]["last_start"], "2025-11-25T12:00:00Z");
    EXPECT_TRUE(json["units"][3]["last_start"].is_null());
    EXPECT_EQ(json["units"][3]["state"], "not-started");
    EXPECT_EQ(json["series"][0]["columns"].size(), json["columns"].size());
    EXPECT_EQ(json["denials"], 2);
}

TEST(ReportPrometheus, OneStateOfAUnitIsSet) {
    const std::string text = report_prometheus(data());
    EXPECT_THAT(
        text,
        HasSubstr(
            "ringfence_unit_state{unit=\"b.service\",policy=\"policy\",state=\"degraded\"} 1\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "ringfence_unit_state{unit=\"b.service\",policy=\"policy\",state=\"enforced\"} 0\n"));
    EXPECT_THAT(
        text,
        HasSubstr("ringfence_unit_unenforced{unit=\"b.service\",right=\"net.bind_udp\"} 1\n"));
    EXPECT_THAT(text,
                HasSubstr("ringfence_denials{unit=\"a.service\",right=\"fs.read_file\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("ringfence_records_lost 5\n"));
}

// Others choose the names in a journal.
constexpr char hostile_name[] = "x\x1b[2J\n\"><script>alert('1')</script>\\.service";

TEST(ReportHtml, HostileNamesStayText) {
    const std::string page = report_html(data({hostile_name}));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;1&#39;)"));
    EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(ReportPrometheus, HostileNamesStayOneLabel) {
    const std::string text = report_prometheus(data({hostile_name}));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = text.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
        const std::string line = text.substr(begin, end - begin);
        EXPECT_TRUE(line.starts_with("#") || line.starts_with("ringfence_")) << line;
    }
    EXPECT_THAT(text, HasSubstr("\\\"><script>"));
}

TEST(ReportText, HostileNamesStayInTheirLine) {
    EXPECT_THAT(report_text(data({hostile_name}), {}), Not(HasSubstr("\x1b")));
}

TEST(ReportHtml, NothingComesFromElsewhere) {
    const std::string page = report_html(data());
    EXPECT_THAT(page, Not(HasSubstr("http://")));
    EXPECT_THAT(page, Not(HasSubstr("https://")));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_THAT(page, Not(HasSubstr("url(")));
}

TEST(ReportHtml, WithoutAnyUnitAndDenial) {
    ReportData empty{"web1",
                     false,
                     at(noon_seconds - 60),
                     at(noon_seconds),
                     at(noon_seconds),
                     {},
                     Timeline(at(noon_seconds - 60), at(noon_seconds)),
                     {},
                     0,
                     0};
    EXPECT_THAT(report_html(empty), HasSubstr("No unit is fenced."));
    EXPECT_THAT(report_html(empty), HasSubstr("No denials."));
}

// Three units of two hosts whose kernels are too old for two rights.
ReportData fleet(int expected_abi) {
    ReportData all = data();
    all.fleet = true;
    all.expected_abi = expected_abi;
    all.units.clear();
    for (const auto& [host, unit] : {std::pair("db", "x.service"), std::pair("web", "y.service"),
                                     std::pair("web", "z.service")}) {
        ReportUnit row;
        row.host = host;
        row.unit = unit;
        row.state = UnitState::enforced;
        row.abi = all.units.empty() ? 10 : 7;
        row.time = at(noon_seconds);
        row.boot = {2};
        row.system_service = true;
        if (row.abi == 7) row.unenforced = {"fs.resolve_unix", "net.bind_udp"};
        all.units.push_back(row);
    }
    // Of an earlier kernel.
    ReportUnit old = all.units[0];
    old.unit = "w.service";
    old.abi = 1;
    old.time = at(noon_seconds - 100);
    old.boot = {1};
    old.unenforced = {"scope.signal"};
    all.units.insert(all.units.begin(), old);
    all.kernels = report_kernels(all.units, expected_abi);
    return all;
}

TEST(ReportKernels, OneForEachHostOfItsLastStart) {
    const ReportData all = fleet(8);
    ASSERT_EQ(all.kernels.size(), 2u);
    EXPECT_EQ(all.kernels[0].host, "db");
    EXPECT_EQ(all.kernels[0].abi, 10);
    EXPECT_FALSE(all.kernels[0].degraded);
    EXPECT_TRUE(all.kernels[0].unenforced.empty());
    EXPECT_EQ(all.kernels[1].abi, 7);
    EXPECT_TRUE(all.kernels[1].degraded);
    EXPECT_EQ(all.kernels[1].unenforced,
              (std::vector<std::string>{"fs.resolve_unix", "net.bind_udp"}));
    EXPECT_TRUE(all.has_degraded_kernel());
    EXPECT_FALSE(fleet(0).has_degraded_kernel());
    EXPECT_FALSE(fleet(7).has_degraded_kernel());
}

// Any user of a host can send the wrapper's report from a session, with the time and the boot of
// this moment.
TEST(ReportKernels, AReportOfAUserDoesNotSayWhatTheKernelIs) {
    const auto sent = [](const std::string& name, const std::string& user_name, int abi, int later,
                         std::uint8_t boot = 2) {
        UnitStarts one = start(name, StartStatus::enforced);
        one.unit.user_name = user_name;
        one.abi = abi;
        one.time = at(noon_seconds + later);
        one.boot = {boot};
        return one;
    };
    const auto abi_of = [](const std::vector<UnitStarts>& all) {
        journal::Starts starts;
        starts.units = all;
        const auto kernels = report_kernels(report_units(starts, {}, "", {}, {}), 11);
        EXPECT_EQ(kernels.size(), 1u);
        return kernels.empty() ? 0 : kernels[0].abi;
    };
    const UnitStarts true_one = sent("a.service", "", 7, 0);
    EXPECT_EQ(abi_of({true_one, sent("session-4.scope", "", 11, 60)}), 7);
    EXPECT_EQ(abi_of({true_one, sent("user@1000.service", "b.service", 11, 60)}), 7);
    EXPECT_EQ(abi_of({true_one, sent("user@1000.service", "", 11, 60)}), 7);
    EXPECT_EQ(abi_of({true_one, sent("session-4.scope", "", 1, 60)}), 7);
    // A service that lies is heard, and cannot better what the others say.
    EXPECT_EQ(abi_of({true_one, sent("cron.service", "", 11, 60)}), 7);
    EXPECT_EQ(abi_of({sent("cron.service", "", 11, -60), true_one}), 7);
    // The host has another kernel since.
    EXPECT_EQ(abi_of({true_one, sent("b.service", "", 10, 60, 3)}), 10);
    EXPECT_EQ(abi_of({true_one, sent("session-4.scope", "", 11, 60, 3)}), 7);
    // Nothing else says it.
    EXPECT_EQ(abi_of({sent("user@1000.service", "b.service", 9, 60),
                      sent("session-4.scope", "", 11, 90)}),
              9);
}

// The numbers are compared, whatever the table of rights knows.
TEST(ReportKernels, AnAbiThatRingfenceDoesNotKnow) {
    const auto degraded = [](int abi, int expected) {
        return report_kernels({}, expected, ReportKernel{"web1", abi, false, {}})[0].degraded;
    };
    EXPECT_TRUE(degraded(landlock::newest_abi, landlock::newest_abi + 1));
    EXPECT_TRUE(degraded(landlock::newest_abi + 1, landlock::newest_abi + 2));
    EXPECT_FALSE(degraded(landlock::newest_abi + 2, landlock::newest_abi + 2));
}

TEST(ReportKernels, TheMachineItselfIsAskedAboutItsOwn) {
    const auto kernels = report_kernels({}, 8, ReportKernel{"web1", 7, false, {}});
    ASSERT_EQ(kernels.size(), 1u);
    EXPECT_TRUE(kernels[0].degraded);
    EXPECT_FALSE(report_kernels({}, 7, ReportKernel{"web1", 7, false, {}})[0].degraded);
}

TEST(ReportKernels, EveryFormSaysItOnce) {
    const ReportData all = fleet(8);
    const std::string rights = "fs.resolve_unix, net.bind_udp", text = report_text(all, {}),
                      page = report_html(all), metrics = report_prometheus(all);
    EXPECT_THAT(text, HasSubstr("\nKernels:\nweb: Landlock ABI 7, degraded: expected_abi is 8, too "
                                "old for " +
                                rights + "\n"));
    EXPECT_EQ(text.find(rights), text.rfind(rights));
    EXPECT_THAT(text, Not(HasSubstr("db: Landlock")));
    EXPECT_THAT(page, HasSubstr("kernels below expected_abi"));
    EXPECT_EQ(page.find(rights), page.rfind(rights));
    EXPECT_NE(page.find(rights), std::string::npos);
    EXPECT_THAT(metrics, HasSubstr("ringfence_kernel_abi{host=\"web\"} 7\n"));
    EXPECT_THAT(metrics, HasSubstr("ringfence_kernel_degraded{host=\"web\"} 1\n"));
    EXPECT_THAT(metrics, HasSubstr("ringfence_kernel_degraded{host=\"db\"} 0\n"));
    const auto json = nlohmann::json::parse(report_json(all));
    EXPECT_EQ(json["expected_abi"], 8);
    EXPECT_EQ(json["kernels"][1]["degraded"], true);
    EXPECT_EQ(json["kernels"][1]["unenforced"].size(), 2u);
    EXPECT_TRUE(nlohmann::json::parse(report_json(data()))["expected_abi"].is_null());
}

TEST(Report, AUnitThatAsksForNoFenceIsNotEnforced) {
    journal::Starts starts;
    starts.units = {start("a.service", StartStatus::enforced)};
    const auto no_fence = [](const journal::Unit&) { return false; };
    EXPECT_EQ(report_units(starts, {}, "web1", no_fence, {}).at(0).state, UnitState::unconfirmed);
    EXPECT_EQ(report_units(starts, {}, "web1", {}, {}).at(0).state, UnitState::enforced);
}

TEST(Report, AUserCannotReplaceTheRowOfASystemUnit) {
    journal::Starts starts;
    starts.units = {start("a.service", StartStatus::degraded),
                    start("user@1000.service", StartStatus::enforced)};
    starts.units[1].unit.user_name = "a.service";
    const auto rows = report_units(starts, {}, "web1", {}, {});
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].state, UnitState::degraded);
}

}  // namespace
}  // namespace ringfence::cli
