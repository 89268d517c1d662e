// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/attribution.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/path.h"
#include "landlock/report.h"

namespace ringfence::journal {

namespace {

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
    {"surplus-domains", "there are more domains with this tag than the wrapper announced"},
    {"no-report", "the wrapper's report of this tag is missing"},
    {"no-unit",
     "journald knew no unit for the wrapper's report: it did not run in one, or the program had "
     "ended before journald looked"},
};

// Stands for the user of a report or record that has none.
constexpr std::uint32_t any_user = std::numeric_limits<std::uint32_t>::max();

constexpr const char* confidence_names[] = {"none", "invocation", "tag", "process"};

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
    // The kernel announces a domain once. Journal files that overlap have a second copy of the
    // record, which must not count.
    if (domains_.contains(key)) return;
    if (!may_keep(record)) {
        ++left_out_;
        // The domain will be missing from its tag's count, so rule 5 cannot be decided for the tag.
        const auto tag = tags_.find(tag_key(boot, record.comm));
        if (tag != tags_.end()) tag->second.incomplete = true;
        return;
    }
    Domain domain;
    domain.exe = keep_exe(record.exe);
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
    // journald finds no unit for a process that has exited. Such a report proves nothing and
    // announces no domain, since its sender may have exited quickly on purpose.
    if (report.unit.empty()) {
        tag.unplaced = true;
        return;
    }
    if (!may_keep(report.unit.name)) {
        tag.incomplete = true;
        ++dropped_[report.unit.name];
        return;
    }
    const std::size_t before = text_bytes_;
    const std::string_view digits =
        std::string_view(report.tag).substr(std::size(report::tag_prefix) - 1);
    tag.reports.push_back({&*units_.insert(report.unit).first, report.pid, report.uid,
                           keep(report.exe), keep(report.policy), keep(report.digest),
                           keep(report.program), report.layers,
                           report.invocation.starts_with(digits)});
    Use& use = use_[report.unit.name];
    ++reports_;
    ++use.reports;
    use.bytes += text_bytes_ - before;
}

// The same for domains. Root's fences have no limit of their own: those of most services begin as
// root's.
bool Identities::may_keep(const DomainRecord& record) {
    if (domains_.size() >= options_.max_domains || !has_room()) return false;
    constexpr std::uint32_t root = 0;
    const std::uint32_t user = record.uid.value_or(any_user);
    const bool fence = is_tag(record.comm) && is_wrapper(record.exe);
    std::size_t& kept = domains_of_[{user, fence}];
    if ((user != root || !fence) && kept > options_.max_domains / options_.unit_part) {
        ++left_out_users_[user];
        return false;
    }
    ++kept;
    return true;
}

// One unit must not take the room of all others.
bool Identities::may_keep(const std::string& unit) {
    if (reports_ >= options_.max_reports || !has_room()) return false;
    const auto found = use_.find(unit);
    if (found == use_.end()) return true;
    const Use& use = found->second;
    return use.reports <= options_.max_reports / options_.unit_part &&
           use.bytes <= options_.max_text_bytes / options_.unit_part;
}

// Whoever restricts itself chooses the path of its program. Fences have the same few paths.
const std::string* Identities::keep_exe(const std::string& exe) {
    const std::size_t before = text_bytes_;
    const bool room = exe_bytes_ < options_.max_text_bytes / options_.exe_part;
    const std::string* kept =
        room || strings_.contains(exe) ? keep(exe) : keep(base_name(exe).substr(0, 255));
    exe_bytes_ += text_bytes_ - before;
    return kept;
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

void Identities::Group::add(const Report& report) {
    if (first == nullptr) first = &report;
    // When journald looks, the service's program may have replaced the wrapper already. Another
    // path than the wrapper's therefore proves nothing.
    if (is_wrapper(*report.exe)) wrappers.insert(*report.exe);
    any_wrapper = any_wrapper || !is_wrapper(*report.exe);
    agreed = agreed && *report.policy == *first->policy && *report.digest == *first->digest;
    announced += report.layers;
}

// Sorts the reports into groups. Of a user's reports those of one unit count: with a tag of an
// earlier version the unit whose start it names, otherwise the unit of the first report.
void Identities::add_reports(const Tag& tag, Summary& summary) const {
    std::map<std::uint32_t, const Report*> deciding;
    for (const Report& report : tag.reports) {
        const std::uint32_t uid = report.uid.value_or(any_user);
        const Report*& one = deciding.try_emplace(uid, &report).first->second;
        if (report.own_digits && !one->own_digits) one = &report;
    }
    for (const Report& report : tag.reports) {
        const std::uint32_t uid = report.uid.value_or(any_user);
        const Report& one = *deciding.at(uid);
        if (report.unit == one.unit && report.own_digits == one.own_digits)
            summary.by_user[uid].add(report);
        if (!report.pid) continue;
        Group& process = summary.by_process[{*report.pid, uid}];
        if (process.first == nullptr || process.first->unit == report.unit) process.add(report);
    }
}

Identities::Summary& Identities::summary_of(Tag& tag) const {
    if (tag.summary) return *tag.summary;
    auto summary = std::make_unique<Summary>();
    std::set<Unit> units;
    for (const Report& report : tag.reports)
        units.insert(*report.unit);
    summary->units.assign(units.begin(), units.end());
    add_reports(tag, *summary);
    const auto has_process = [&](const Key& key) {
        const Domain& domain = domains_.at(key);
        return domain.pid &&
               summary->by_process.contains({*domain.pid, domain.uid.value_or(any_user)});
    };
    summary->comparable = options_.pids_comparable ||
                          std::any_of(tag.domains.begin(), tag.domains.end(), has_process);
    for (const Key& key : tag.domains) {
        const Domain& domain = domains_.at(key);
        if (!is_wrapper(*domain.exe)) continue;
        if (const Group* group = group_of(*summary, domain)) ++const_cast<Group*>(group)->made;
    }
    tag.summary = std::move(summary);
    return *tag.summary;
}

const Identities::Group* Identities::group_of(const Summary& summary, const Domain& domain) {
    const std::uint32_t uid = domain.uid.value_or(any_user);
    if (domain.pid) {
        const auto found = summary.by_process.find({*domain.pid, uid});
        if (found != summary.by_process.end()) return &found->second;
    }
    if (summary.comparable) return nullptr;
    for (const std::uint32_t user : {uid, any_user}) {
        const auto found = summary.by_user.find(user);
        if (found != summary.by_user.end()) return &found->second;
    }
    return nullptr;
}

// The rules of attribution.h.
Reason Identities::judge(const Tag& tag, const Summary& summary, const Domain& domain) {
    if (!is_tag(*domain.comm)) return Reason::other_landlock_user;
    if (!is_wrapper(*domain.exe)) return Reason::forged_tag;
    if (tag.reports.empty() && !tag.incomplete)
        return tag.unplaced ? Reason::no_unit : Reason::no_report;
    const Group* group = group_of(summary, domain);
    if (group == nullptr) return tag.incomplete ? Reason::surplus_domains : Reason::other_process;
    if (!group->any_wrapper && !group->wrappers.contains(*domain.exe)) return Reason::forged_tag;
    if (tag.incomplete || group->made > group->announced) return Reason::surplus_domains;
    return Reason::attributed;
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
        const Group& group = *group_of(summary, *known);
        const Report& report = *group.first;
        const bool same = report.pid && known->pid && *report.pid == *known->pid;
        attribution.confidence = same ? Confidence::process : Confidence::tag;
        attribution.unit = *report.unit;
        attribution.program = *report.program;
        if (!same && !group.agreed) return attribution;
        attribution.policy = *report.policy;
        attribution.digest = *report.digest;
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
