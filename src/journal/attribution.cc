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
    {"no-unit",
     "journald knew no unit for the wrapper's report: it did not run in one, or the program had "
     "ended before journald looked"},
};

constexpr const char* confidence_names[] = {"none", "invocation", "tag", "process"};

std::string_view base_name(std::string_view path) {
    return path.substr(path.find_last_of('/') + 1);
}

bool is_wrapper(std::string_view exe) {
    return base_name(exe) == wrapper_name;
}

bool sent_by_creator(const WrapperReport& report, const DomainRecord& domain) {
    return report.pid && domain.pid && *report.pid == *domain.pid;
}

void fill_claims(Attribution& attribution, const std::vector<WrapperReport>& reports, bool agreed,
                 const DomainRecord& domain) {
    const auto creator = std::find_if(reports.begin(), reports.end(), [&](const auto& report) {
        return sent_by_creator(report, domain);
    });
    const bool found = creator != reports.end();
    attribution.confidence = found ? Confidence::process : Confidence::tag;
    const WrapperReport& chosen = found ? *creator : reports.front();
    attribution.unit = chosen.unit;
    attribution.program = chosen.program;
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
    if (!domains_.emplace(std::pair(boot, record.domain), record).second) return;
    Tag& tag = tags_[{boot, record.comm}];
    tag.domains.push_back(record.domain);
    tag.summary.reset();
}

void Identities::add(const WrapperReport& report) {
    Tag& tag = tags_[{report.boot, report.tag}];
    tag.summary.reset();
    // Of a process that has exited, journald knows no unit: such a report proves nothing and
    // announces nothing, since its sender may have exited so quickly on purpose.
    if (report.unit.empty())
        tag.unplaced = true;
    else
        tag.reports.push_back(report);
}

const DomainRecord& Identities::record_of(const Id& boot, std::uint64_t domain) const {
    return domains_.at({boot, domain});
}

bool Identities::Summary::has_pid(const DomainRecord& domain) const {
    return domain.pid && pids.contains(*domain.pid);
}

bool Identities::Summary::made_elsewhere(const DomainRecord& domain) const {
    const bool other_user = !any_uid && domain.uid && !uids.contains(*domain.uid);
    return other_user || (comparable && !has_pid(domain));
}

void Identities::Summary::add(const WrapperReport& report, const WrapperReport& first) {
    if (report.pid) pids.insert(*report.pid);
    if (report.uid) uids.insert(*report.uid);
    any_uid = any_uid || !report.uid;
    // journald may see the wrapper, or already the program that replaced it: that says nothing.
    if (is_wrapper(report.exe)) wrappers.insert(report.exe);
    any_wrapper = any_wrapper || !is_wrapper(report.exe);
    agreed = agreed && report.policy == first.policy && report.digest == first.digest;
    announced += report.layers;
}

const Identities::Summary& Identities::summary_of(const Id& boot, Tag& tag) const {
    if (tag.summary) return *tag.summary;
    Summary summary;
    std::set<Unit> units;
    for (const WrapperReport& report : tag.reports) {
        summary.add(report, tag.reports.front());
        units.insert(report.unit);
    }
    summary.units.assign(units.begin(), units.end());
    summary.comparable =
        pids_comparable_ ||
        std::any_of(tag.domains.begin(), tag.domains.end(),
                    [&](std::uint64_t domain) { return summary.has_pid(record_of(boot, domain)); });
    // Domains that are judged forged on their own evidence do not make the others suspicious.
    summary.made = static_cast<std::size_t>(
        std::count_if(tag.domains.begin(), tag.domains.end(), [&](std::uint64_t domain) {
            const DomainRecord& record = record_of(boot, domain);
            return is_wrapper(record.exe) && !summary.made_elsewhere(record);
        }));
    return tag.summary.emplace(std::move(summary));
}

// The rules of attribution.h.
Reason Identities::judge(const Tag& tag, const Summary& summary, const DomainRecord& domain) {
    if (!is_tag(domain.comm)) return Reason::other_landlock_user;
    if (!is_wrapper(domain.exe)) return Reason::forged_tag;
    if (tag.reports.empty()) return tag.unplaced ? Reason::no_unit : Reason::no_report;
    if (summary.units.size() > 1) return Reason::conflicting_units;
    if (!summary.any_wrapper && !summary.wrappers.contains(domain.exe)) return Reason::forged_tag;
    if (summary.made_elsewhere(domain)) return Reason::other_process;
    if (summary.made > summary.announced) return Reason::surplus_domains;
    return Reason::attributed;
}

Result<Attribution> Identities::attribute(const Id& boot, std::uint64_t domain,
                                          const FindInvocation& find) {
    Attribution attribution;
    const auto known = domains_.find({boot, domain});
    if (known == domains_.end()) return attribution;
    const DomainRecord& record = known->second;
    Tag& tag = tags_.at({boot, record.comm});
    const Summary& summary = summary_of(boot, tag);
    attribution.tag = record.comm;
    attribution.exe = record.exe;
    attribution.reason = judge(tag, summary, record);
    if (attribution.reason == Reason::attributed) {
        fill_claims(attribution, tag.reports, summary.agreed, record);
        return attribution;
    }
    attribution.claimed = summary.units;
    const bool unproved =
        attribution.reason == Reason::no_report || attribution.reason == Reason::no_unit;
    if (!unproved) return attribution;
    auto units = find(std::string_view(record.comm).substr(std::size(report::tag_prefix) - 1));
    if (!units) return tl::unexpected(units.error());
    attribution.claimed = *std::move(units);
    if (attribution.claimed.size() == 1) attribution.confidence = Confidence::invocation;
    return attribution;
}

}  // namespace ringfence::journal
