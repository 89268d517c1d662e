// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that allow more than a service can need.
#include "lint/grants.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "lint/check.h"
#include "lint/places.h"

namespace ringfence::lint {

namespace {

using landlock::Access;
using policy::PathRule;

// Of the lowest layer: the others only narrow, and what they take away is not there.
template <class Function>
void each_grant(const Subject& subject, const Access& wanted, const Function& take) {
    const Grants grants(subject.rules);
    for (const PathRule& rule : subject.rules.layers.front().paths)
        if (const Access access = grants.of(rule) & wanted; !access.empty())
            take(rule, policy::simplify(rule.path), access);
}

void report_at(const Subject& subject, Reporter& report, const Access& wanted, const char* what,
               std::initializer_list<Kind> kinds) {
    each_grant(subject, wanted, [&](const PathRule& rule, const std::string& path, const Access&) {
        for (const Kind kind : kinds)
            if (const Place* place = place_at(path, kind)) {
                report.add(rule.origins, rule.path,
                           fmt::format("{} \"{}\", which {}", what, rule.path, place->what));
                return;
            }
    });
}

constexpr unsigned all_ports = 65535;
constexpr unsigned wide_range = 1024;

void report_ports(const Subject& subject, Reporter& report, unsigned least, unsigned most) {
    for (const policy::PortRule& rule : subject.rules.layers.front().ports) {
        const unsigned count = 1u + rule.last - rule.first;
        if (count < least || count > most) continue;
        report.add(rule.origins, fmt::format("{}-{}", rule.first, rule.last),
                   fmt::format("{} on the {} ports {}-{}", names_of(rule.access), count, rule.first,
                               rule.last));
    }
}

}  // namespace

bool is_own(const std::vector<policy::Origin>& origins) {
    return !std::all_of(origins.begin(), origins.end(), policy::is_of_abstraction);
}

std::string names_of(const Access& access) {
    std::string names;
    for (const landlock::Right& right : landlock::rights)
        if (access.contains(right.access()))
            names += (names.empty() ? "" : ", ") + std::string(right.name);
    return names;
}

std::string list_of(const std::vector<std::string>& words) {
    constexpr std::size_t most = 3;
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < most; ++i)
        text += (i == 0 ? "" : ", ") + words[i];
    return words.size() <= most ? text : text + fmt::format(" and {} more", words.size() - most);
}

void check_broad_write(const Subject& subject, Reporter& report) {
    report_at(subject, report, changes, "it may change files in",
              {Kind::shared, Kind::system, Kind::home});
}

void check_control_write(const Subject& subject, Reporter& report) {
    each_grant(subject, changes, [&](const PathRule& rule, const std::string& path, const Access&) {
        if (place_at(path, Kind::system) != nullptr) return;  // broad-write says it
        if (const Place* place = place_at(path, Kind::control))
            report.add(rule.origins, rule.path,
                       fmt::format("it may change \"{}\"; \"{}\" {}", rule.path, place->path,
                                   place->what));
    });
}

void check_broad_read(const Subject& subject, Reporter& report) {
    report_at(subject, report, reads, "it may read everything in", {Kind::shared, Kind::home});
}

void check_broad_execute(const Subject& subject, Reporter& report) {
    report_at(subject, report, executes, "it may execute everything in", {Kind::programs});
}

void check_write_execute(const Subject& subject, Reporter& report) {
    constexpr Access makes_files =
        landlock::access_of("fs.write_file") | landlock::access_of("fs.make_reg");
    const Grants grants(subject.rules);
    std::set<std::string> paths;
    for (const PathRule& rule : subject.rules.layers.front().paths)
        paths.insert(policy::simplify(rule.path));
    std::vector<std::string> told;
    for (const std::string& path : paths) {
        const Access access = grants.at(path);
        if ((access & executes).empty() || (access & makes_files).empty()) continue;
        if (std::any_of(told.begin(), told.end(),
                        [&](const std::string& above) { return policy::covers(above, path); }))
            continue;
        told.push_back(path);
        const auto origins = grants.origins(path, executes);
        report.add(grants.origins(path, makes_files), path,
                   fmt::format("what it writes to \"{}\" it may execute{}", path,
                               origins.empty() ? ""
                                               : fmt::format(" (execute: {})",
                                                             to_string(origins.front().where))));
    }
}

void check_whole_tree(const Subject& subject, Reporter& report) {
    const Access all{landlock::known_at(landlock::newest_abi).fs, 0, 0};
    each_grant(subject, all, [&](const PathRule& rule, const std::string& path, const Access& got) {
        if (const Place* place = place_at(path, Kind::kernel))
            report.add(rule.origins, rule.path,
                       fmt::format("{} on all of \"{}\", which {}", names_of(got), rule.path,
                                   place->what));
    });
}

void check_credentials(const Subject& subject, Reporter& report) {
    each_grant(subject, reads, [&](const PathRule& rule, const std::string& path, const Access&) {
        if (const Place* place = place_at(path, Kind::credentials))
            return report.add(rule.origins, rule.path,
                              place->path == path
                                  ? fmt::format("it may read \"{}\", which {}", path, place->what)
                                  : fmt::format("it may read \"{}\"; \"{}\" {}", rule.path,
                                                place->path, place->what));
        if (is_key_file(path))
            return report.add(rule.origins, rule.path,
                              fmt::format("it may read \"{}\", which is a private key or another "
                                          "credential by its name",
                                          rule.path));
        if (place_at(path, Kind::shared) != nullptr || place_at(path, Kind::home) != nullptr ||
            place_at(path, Kind::kernel) != nullptr)
            return;  // broad-read and whole-tree say it
        std::vector<std::string> inside;
        for (const Place* place : places_beneath(path, Kind::credentials))
            inside.emplace_back(place->path);
        if (!inside.empty())
            report.add(rule.origins, rule.path,
                       fmt::format("\"{}\" holds credentials: {}", rule.path, list_of(inside)));
    });
}

void check_all_ports(const Subject& subject, Reporter& report) {
    report_ports(subject, report, all_ports, all_ports + 1);
}

void check_wide_ports(const Subject& subject, Reporter& report) {
    report_ports(subject, report, wide_range + 1, all_ports - 1);
}

void check_unrestricted(const Subject& subject, Reporter& report) {
    const Grants grants(subject.rules);
    const policy::Layer& base = subject.rules.layers.front();
    const Access lifted =
        base.unrestricted | (Access{0, 0, landlock::known_at(base.abi).scope} - base.scopes);
    for (const landlock::Right& right : landlock::rights) {
        // A further layer may restrict it all the same.
        if (!lifted.contains(right.access()) || grants.handles(right.access())) continue;
        Location where = base.origin.where;
        for (const policy::HandlingOrigin& entry : base.handling)
            if (!entry.restricted && entry.access.contains(right.access()))
                where = entry.origin.where;
        report.add(where, right.name,
                   fmt::format("{} is unrestricted: {}", right.name, right.help));
    }
}

}  // namespace ringfence::lint
