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

}  // namespace

ReasonText text_of(Reason reason) {
    return reason_texts[static_cast<std::size_t>(reason)];
}

const char* name_of(Confidence confidence) {
    return confidence_names[static_cast<std::size_t>(confidence)];
}

void Identities::add(const Id& boot, const DomainRecord& record, Time time) {
    const Key key(boot, record.domain);
    if (!record.allocated) {
        if (Domain* domain = find(boot, record.domain)) {
            domain->ended = time;
            domain->counted = record.denials;
        }
        return;
    }
    // A domain is announced once; a copy of the record (overlapping files) must not count twice.
    if (domains_.contains(key)) return;
    if (domains_.size() >= options_.max_domains || !has_room()) {
        ++left_out_;
        // Its tag had one more than will be counted: rule 5 could not be applied.
        const auto tag = tags_.find(tag_key(boot, record.comm));
        if (tag != tags_.end()) tag->second.incomplete = true;
        return;
    }
    Domain domain;
    domain.exe = keep(record.exe);
    domain.comm = keep(record.comm);
    domain.pid = record.pid;
    domain.uid = record.uid;
    domain.announced = time;
    domains_.emplace(key, domain);
    Tag& tag = tags_[tag_key(boot, record.comm)];
    tag.domains.push_back(key);
    tag.summary.reset();
}

void Identities::add(const WrapperReport& report) {
    const TagKey key = tag_key(report.boot, report.tag);
    if (options_.domains_first && !tags_.contains(key)) return;
    Tag& tag = tags_[key];
    tag.summary.reset();
    // Of a process that has exited, journald knows no unit: such a report proves nothing and
    // announces nothing, since its sender may have exited so quickly on purpose.
    if (report.unit.empty()) {
        tag.unplaced = true;
        return;
    }
    if (reports_ >= options_.max_reports || !has_room()) {
        tag.incomplete = true;
        return;
    }
    ++reports_;
    tag.reports.push_back({&*units_.insert(report.unit).first, report.pid, report.uid,
                           keep(report.exe), keep(report.policy), keep(report.digest),
                           keep(report.program), report.layers});
}

const std::string* Identities::keep(const std::string& text) {
    constexpr std::size_t longest = 4096;  // PATH_MAX
    const auto [found, added] = strings_.insert(text.substr(0, longest));
    if (added) text_bytes_ += found->size();
    return &*found;
}

Domain* Identities::find(const Id& boot, std::uint64_t domain) {
    const auto found = domains_.find({boot, domain});
    return found == domains_.end() ? nullptr : &found->second;
}

bool Identities::Summary::has_pid(const Domain& domain) const {
    return domain.pid && pids.contains(*domain.pid);
}

bool Identities::Summary::made_elsewhere(const Domain& domain) const {
    const bool other_user = !any_uid && domain.uid && !uids.contains(*domain.uid);
    return other_user || (comparable && !has_pid(domain));
}

void Identities::Summary::add(const Report& report, const Report& first) {
    if (report.pid) pids.insert(*report.pid);
    if (report.uid) uids.insert(*report.uid);
    any_uid = any_uid || !report.uid;
    // journald may see the wrapper, or already the program that replaced it: that says nothing.
    if (is_wrapper(*report.exe)) wrappers.insert(*report.exe);
    any_wrapper = any_wrapper || !is_wrapper(*report.exe);
    agreed = agreed && *report.policy == *first.policy && *report.digest == *first.digest;
    announced += report.layers;
}

Identities::Summary& Identities::summary_of(Tag& tag) const {
    if (tag.summary) return *tag.summary;
    auto summary = std::make_unique<Summary>();
    std::set<Unit> units;
    for (const Report& report : tag.reports) {
        summary->add(report, tag.reports.front());
        units.insert(*report.unit);
    }
    summary->units.assign(units.begin(), units.end());
    const auto record = [&](const Key& key) -> const Domain& { return domains_.at(key); };
    summary->comparable = options_.pids_comparable ||
                          std::any_of(tag.domains.begin(), tag.domains.end(), [&](const Key& key) {
                              return summary->has_pid(record(key));
                          });
    // Domains that are judged forged on their own evidence do not make the others suspicious.
    summary->made = static_cast<std::size_t>(
        std::count_if(tag.domains.begin(), tag.domains.end(), [&](const Key& key) {
            return is_wrapper(*record(key).exe) && !summary->made_elsewhere(record(key));
        }));
    tag.summary = std::move(summary);
    return *tag.summary;
}

// The rules of attribution.h.
Reason Identities::judge(const Tag& tag, const Summary& summary, const Domain& domain) {
    if (!is_tag(*domain.comm)) return Reason::other_landlock_user;
    if (!is_wrapper(*domain.exe)) return Reason::forged_tag;
    if (tag.reports.empty()) return tag.unplaced ? Reason::no_unit : Reason::no_report;
    if (summary.units.size() > 1) return Reason::conflicting_units;
    if (!summary.any_wrapper && !summary.wrappers.contains(*domain.exe)) return Reason::forged_tag;
    if (summary.made_elsewhere(domain)) return Reason::other_process;
    if (tag.incomplete || summary.made > summary.announced) return Reason::surplus_domains;
    return Reason::attributed;
}

void Identities::fill_claims(Attribution& attribution, const Tag& tag, const Summary& summary,
                             const Domain& domain) {
    const auto creator =
        std::find_if(tag.reports.begin(), tag.reports.end(), [&](const Report& report) {
            return report.pid && domain.pid && *report.pid == *domain.pid;
        });
    const bool found = creator != tag.reports.end();
    const Report& chosen = found ? *creator : tag.reports.front();
    attribution.confidence = found ? Confidence::process : Confidence::tag;
    attribution.unit = *chosen.unit;
    attribution.program = *chosen.program;
    if (!found && !summary.agreed) return;
    attribution.policy = *chosen.policy;
    attribution.digest = *chosen.digest;
}

Result<Attribution> Identities::attribute(const Id& boot, std::uint64_t domain,
                                          const FindInvocation& find_units) {
    Attribution attribution;
    const Domain* known = find(boot, domain);
    if (known == nullptr) return attribution;
    Tag& tag = tags_.at(tag_key(boot, *known->comm));
    const Summary& summary = summary_of(tag);
    attribution.tag = *known->comm;
    attribution.exe = *known->exe;
    attribution.reason = judge(tag, summary, *known);
    if (attribution.reason == Reason::attributed) {
        fill_claims(attribution, tag, summary, *known);
        return attribution;
    }
    attribution.claimed = summary.units;
    const bool unproved =
        attribution.reason == Reason::no_report || attribution.reason == Reason::no_unit;
    if (!unproved) return attribution;
    auto units =
        find_units(std::string_view(attribution.tag).substr(std::size(report::tag_prefix) - 1));
    if (!units) return tl::unexpected(units.error());
    attribution.claimed = *std::move(units);
    if (attribution.claimed.size() == 1) attribution.confidence = Confidence::invocation;
    return attribution;
}

}  // namespace ringfence::journal
