// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks for rules that allow more than a service can need.
#include "lint/grants.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/path.h"
#include "landlock/capabilities.h"
#include "lint/check.h"

namespace ringfence::lint {

namespace {

using landlock::Access;

constexpr unsigned all_ports = 65535;
constexpr unsigned wide_range = 1024;

// The number of the rule's ports that all layers allow.
unsigned ports_left(const policy::Judge& judge, const policy::PortRule& rule) {
    const policy::Ports allowed = judge.ports(rule.access);
    unsigned count = 0;
    for (std::size_t port = rule.first; port <= rule.last; ++port)
        count += allowed[port] ? 1 : 0;
    return count;
}

void report_ports(const Subject& subject, Reporter& report, unsigned least, unsigned most) {
    const policy::Judge judge(subject.rules);
    for (const policy::PortRule& rule : subject.rules.layers.front().ports) {
        const unsigned count = ports_left(judge, rule);
        if (count < least || count > most) continue;
        const bool all = count == 1u + rule.last - rule.first;
        report.add(
            rule.origins, fmt::format("{}-{}", rule.first, rule.last),
            fmt::format("{} on {}{} {}ports {}-{}", policy::joined_right_names(rule.access),
                        all ? "the " : "", count, all ? "" : "of the ", rule.first, rule.last));
    }
}

}  // namespace

bool is_own(const std::vector<policy::Origin>& origins) {
    return !std::all_of(origins.begin(), origins.end(), policy::is_of_abstraction);
}

std::string place_of(const policy::PathRule& rule, const Access& access) {
    const auto origins = policy::origins_of(rule, access);
    if (origins.empty() || origins.front().where.file.empty()) return "";
    return fmt::format(" ({})", to_string(origins.front().where));
}

std::string list_of(const std::vector<std::string>& words) {
    constexpr std::size_t most = 3;
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < most; ++i)
        text += (i == 0 ? "" : ", ") + words[i];
    return words.size() <= most ? text : text + fmt::format(" and {} more", words.size() - most);
}

void check_write_execute(const Subject& subject, Reporter& report) {
    const Grants grants(subject, subject.rules);
    std::set<std::string> paths;
    for (const policy::PathRule& rule : subject.rules.layers.front().paths)
        paths.insert(simplify_path(rule.path));
    std::vector<std::string> told;
    for (const std::string& path : paths) {
        const Access access = grants.at(path);
        if ((access & executes).empty() || (access & places::makes_files).empty()) continue;
        if (std::any_of(told.begin(), told.end(),
                        [&](const std::string& above) { return covers(above, path); }))
            continue;
        told.push_back(path);
        const auto origins = grants.judge.origins(path, executes);
        report.add(grants.judge.origins(path, places::makes_files), path,
                   fmt::format("it may execute what it writes to \"{}\"{}", path,
                               origins.empty() ? ""
                                               : fmt::format(" (execute: {})",
                                                             to_string(origins.front().where))));
    }
}

void check_all_ports(const Subject& subject, Reporter& report) {
    report_ports(subject, report, all_ports, all_ports + 1);
}

void check_wide_ports(const Subject& subject, Reporter& report) {
    report_ports(subject, report, wide_range + 1, all_ports - 1);
}

void check_unrestricted(const Subject& subject, Reporter& report) {
    const policy::Layer& base = subject.rules.layers.front();
    // A right that a further layer restricts is not unrestricted.
    const Access lifted = landlock::known_at(base.abi) - policy::Judge(subject.rules).handled();
    for (const landlock::Right& right : landlock::rights) {
        if (!lifted.contains(right.access())) continue;
        Location where = base.origin.where;
        for (const policy::HandlingOrigin& entry : base.handling)
            if (!entry.restricted && entry.access.contains(right.access()))
                where = entry.origin.where;
        report.add(where, right.name,
                   fmt::format("{} is unrestricted: {}", right.name, right.help));
    }
}

void check_kept_capability(const Subject& subject, Reporter& report) {
    for (const landlock::Capability& row : landlock::capabilities) {
        std::vector<policy::Origin> origins;
        for (const policy::KeptCapability& kept : subject.rules.kept_capabilities)
            if (kept.name == row.name) origins.push_back(kept.origin);
        if (!origins.empty())
            report.add(origins, row.name,
                       fmt::format("it keeps {}, which {}", row.name, row.way_out));
    }
}

}  // namespace ringfence::lint
