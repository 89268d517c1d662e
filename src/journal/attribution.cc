// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/attribution.h"

#include <algorithm>
#include <set>

#include "landlock/report.h"

namespace ringfence::journal {

namespace {

constexpr char wrapper_name[] = "ringfence-exec";

// In the order of Reason.
constexpr ReasonText reason_texts[] = {
    {"attributed", "the tag leads to the unit"},
    {"no-domain-record",
     "the kernel's record that announces the domain is missing: lost, rotated away, or not "
     "readable"},
    {"other-landlock-user", "a program restricted itself: not a fence of ringfence"},
    {"forged-tag", "a program that is not the wrapper used the tag of a unit's fence"},
    {"other-process",
     "the domain was made by another user or process than the one that reported the tag"},
    {"conflicting-units", "more than one unit reported this tag"},
    {"surplus-domains", "there are more domains with this tag than the wrapper announced"},
    {"no-report", "the wrapper's report of this tag is missing"},
    {"no-unit", "the wrapper did not run in a systemd unit"},
};

constexpr const char* confidence_names[] = {"none", "invocation", "tag", "process"};

std::string_view base_name(std::string_view path) {
    return path.substr(path.find_last_of('/') + 1);
}

std::vector<Unit> units_of(const std::vector<WrapperReport>& reports) {
    std::set<Unit> units;
    for (const WrapperReport& report : reports)
        units.insert(report.unit);
    return {units.begin(), units.end()};
}

bool sent_by_creator(const WrapperReport& report, const DomainRecord& domain) {
    return report.pid && domain.pid && *report.pid == *domain.pid;
}

bool same_user(const WrapperReport& report, const DomainRecord& domain) {
    return !report.uid || !domain.uid || *report.uid == *domain.uid;
}

// journald may see the wrapper, or already the program that replaced it; the latter says nothing.
bool same_wrapper(const WrapperReport& report, const DomainRecord& domain) {
    return base_name(report.exe) != wrapper_name || report.exe == domain.exe;
}

bool same_claims(const WrapperReport& a, const WrapperReport& b) {
    return a.policy == b.policy && a.digest == b.digest;
}

template <class Test>
bool any_report(const std::vector<WrapperReport>& reports, Test test) {
    return std::any_of(reports.begin(), reports.end(), test);
}

void fill_claims(Attribution& attribution, const std::vector<WrapperReport>& reports,
                 const DomainRecord& domain) {
    const auto creator = std::find_if(reports.begin(), reports.end(), [&](const auto& report) {
        return sent_by_creator(report, domain);
    });
    const bool found = creator != reports.end();
    attribution.confidence = found ? Confidence::process : Confidence::tag;
    const WrapperReport& chosen = found ? *creator : reports.front();
    attribution.unit = chosen.unit;
    attribution.program = chosen.program;
    const bool agreed = !any_report(
        reports, [&](const WrapperReport& report) { return !same_claims(report, chosen); });
    if (!found && !agreed) return;
    attribution.policy = chosen.policy;
    attribution.digest = chosen.digest;
}

}  // namespace

ReasonText text_of(Reason reason) {
    return reason_texts[static_cast<std::size_t>(reason)];
}

const char* name_of(Confidence confidence) {
    return confidence_names[static_cast<std::size_t>(confidence)];
}

void Identities::add(const Id& boot, const DomainRecord& record) {
    if (!record.allocated) return;
    // A domain is announced once; a copy of the record (overlapping files) must not count twice.
    const bool first = tag_of_domain_.emplace(std::pair(boot, record.domain), record.comm).second;
    if (first) tags_[{boot, record.comm}].domains.push_back(record);
}

void Identities::add(const WrapperReport& report) {
    tags_[{report.boot, report.tag}].reports.push_back(report);
}

bool Identities::made_elsewhere(const Tag& tag, const DomainRecord& domain) const {
    if (!any_report(tag.reports, [&](const auto& report) { return same_user(report, domain); }))
        return true;
    const auto matches = [&](const DomainRecord& any) {
        return any_report(tag.reports,
                          [&](const auto& report) { return sent_by_creator(report, any); });
    };
    const bool comparable =
        pids_comparable_ || std::any_of(tag.domains.begin(), tag.domains.end(), matches);
    return comparable && !matches(domain);
}

Reason Identities::judge(const Tag& tag, const DomainRecord& domain) const {
    if (!is_tag(domain.comm)) return Reason::other_landlock_user;
    if (base_name(domain.exe) != wrapper_name) return Reason::forged_tag;
    if (tag.reports.empty()) return Reason::no_report;
    if (units_of(tag.reports).size() > 1) return Reason::conflicting_units;
    if (!any_report(tag.reports, [&](const auto& report) { return same_wrapper(report, domain); }))
        return Reason::forged_tag;
    if (made_elsewhere(tag, domain)) return Reason::other_process;
    std::size_t announced = 0;
    for (const WrapperReport& report : tag.reports)
        announced += report.layers;
    // Domains that are judged forged on their own evidence do not make the others suspicious.
    const auto counted =
        std::count_if(tag.domains.begin(), tag.domains.end(), [&](const DomainRecord& any) {
            return base_name(any.exe) == wrapper_name && !made_elsewhere(tag, any);
        });
    if (static_cast<std::size_t>(counted) > announced) return Reason::surplus_domains;
    if (tag.reports.front().unit.empty()) return Reason::no_unit;
    return Reason::attributed;
}

Result<Attribution> Identities::attribute(const Id& boot, std::uint64_t domain,
                                          const FindInvocation& find) const {
    Attribution attribution;
    const auto known = tag_of_domain_.find({boot, domain});
    if (known == tag_of_domain_.end()) return attribution;
    const Tag& tag = tags_.at({boot, known->second});
    const DomainRecord& record =
        *std::find_if(tag.domains.begin(), tag.domains.end(),
                      [&](const DomainRecord& any) { return any.domain == domain; });
    attribution.tag = record.comm;
    attribution.exe = record.exe;
    attribution.reason = judge(tag, record);
    if (attribution.reason == Reason::attributed) {
        fill_claims(attribution, tag.reports, record);
        return attribution;
    }
    attribution.claimed = units_of(tag.reports);
    if (attribution.reason != Reason::no_report) return attribution;
    auto units = find(std::string_view(record.comm).substr(std::size(report::tag_prefix) - 1));
    if (!units) return tl::unexpected(units.error());
    attribution.claimed = *std::move(units);
    if (attribution.claimed.size() == 1) attribution.confidence = Confidence::invocation;
    return attribution;
}

}  // namespace ringfence::journal
