// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that have no effect, or not the one that they seem to have.
#include <algorithm>
#include <fnmatch.h>

#include <fmt/format.h>

#include "lint/check.h"
#include "lint/grants.h"
#include "lint/places.h"

namespace ringfence::lint {

namespace {

using landlock::Access;
using policy::Layer;
using policy::PathRule;
using policy::PortRule;

bool share_a_file(const PathRule& a, const PathRule& b) {
    return std::any_of(a.origins.begin(), a.origins.end(), [&](const policy::Origin& of_a) {
        return std::any_of(b.origins.begin(), b.origins.end(), [&](const policy::Origin& of_b) {
            return of_a.where.file == of_b.where.file;
        });
    });
}

// What an abstraction brings can only be removed there, and it must do without other files.
void report_covered(const Layer& layer, const PathRule& rule, Reporter& report) {
    const std::string path = policy::simplify(rule.path);
    Access above;
    const PathRule* cover = nullptr;
    for (const PathRule& other : layer.paths) {
        const std::string other_path = policy::simplify(other.path);
        // Two spellings of one path: the second is the one too many.
        const bool wider = other_path != path || &other < &rule;
        if (&other == &rule || !wider || !policy::covers(other_path, path)) continue;
        if (!is_own(rule.origins) && !share_a_file(rule, other)) continue;
        above |= other.access;
        cover = &other;
    }
    if (cover == nullptr || !above.contains(rule.access)) return;
    report.add(rule.origins, rule.path,
               fmt::format("the rule on \"{}\" adds nothing to the one on \"{}\"{}", rule.path,
                           cover->path,
                           cover->origins.empty()
                               ? ""
                               : fmt::format(" ({})", to_string(cover->origins.front().where))));
}

// What `layer` allows on a path, or on anything beneath it.
Access reachable(const Layer& layer, const std::string& path) {
    Access all = Access{landlock::known_at(landlock::newest_abi).fs, 0, 0} - policy::handled(layer);
    for (const PathRule& rule : layer.paths) {
        const std::string other = policy::simplify(rule.path);
        if (policy::covers(other, path) || policy::covers(path, other)) all |= rule.access;
    }
    return all;
}

bool overlaps(const Layer& layer, const PortRule& rule) {
    if ((policy::handled(layer) & rule.access).empty()) return true;
    return std::any_of(layer.ports.begin(), layer.ports.end(), [&](const PortRule& other) {
        return other.access == rule.access && other.first <= rule.last && other.last >= rule.first;
    });
}

void report_unreachable(const std::vector<Layer>& layers, std::size_t at, Reporter& report) {
    for (std::size_t earlier = 0; earlier < at; ++earlier) {
        for (const PathRule& rule : layers[at].paths)
            if ((rule.access & reachable(layers[earlier], policy::simplify(rule.path))).empty())
                report.add(rule.origins, rule.path,
                           fmt::format("layer {} allows {} on \"{}\", and layer {} nothing of it",
                                       at + 1, names_of(rule.access), rule.path, earlier + 1));
        for (const PortRule& rule : layers[at].ports)
            if (!overlaps(layers[earlier], rule))
                report.add(
                    rule.origins, fmt::format("{}-{}", rule.first, rule.last),
                    fmt::format("layer {} allows {} on ports {}-{}, and layer {} on none of "
                                "them",
                                at + 1, names_of(rule.access), rule.first, rule.last, earlier + 1));
    }
}

// Sockets that libraries open behind a service's back, and what shows that they may.
bool may_connect(const Grants& grants, std::initializer_list<const char*> sockets) {
    return std::any_of(sockets.begin(), sockets.end(),
                       [&](const char* socket) { return !(grants.at(socket) & connects).empty(); });
}

// The rule that names a file itself: one on all of /etc says nothing about what is used.
const PathRule* rule_on(const Subject& subject, std::string_view path) {
    for (const PathRule& rule : subject.rules.layers.front().paths)
        if (policy::simplify(rule.path) == path && !(rule.access & reads).empty()) return &rule;
    return nullptr;
}

Location whole_policy(const Subject& subject) {
    return subject.rules.layers.front().origin.where;
}

}  // namespace

void check_covered_rule(const Subject& subject, Reporter& report) {
    for (const Layer& layer : subject.rules.layers)
        for (const PathRule& rule : layer.paths)
            report_covered(layer, rule, report);
}

void check_unreachable_rule(const Subject& subject, Reporter& report) {
    for (std::size_t at = 1; at < subject.rules.layers.size(); ++at)
        report_unreachable(subject.rules.layers, at, report);
}

void check_udp_without_bind(const Subject& subject, Reporter& report) {
    constexpr Access sends = landlock::access_of("net.connect_send_udp");
    constexpr Access binds = landlock::access_of("net.bind_udp");
    for (const Layer& layer : subject.rules.layers) {
        if (!policy::handled(layer).contains(binds)) continue;
        const PortRule* sender = nullptr;
        bool binds_any = false;
        for (const PortRule& rule : layer.ports) {
            if (rule.access == sends && sender == nullptr) sender = &rule;
            binds_any |= rule.access == binds && rule.first == 0;
        }
        if (sender != nullptr && !binds_any)
            report.add(sender->origins, "connect_udp",
                       "it may send UDP, but not bind the ephemeral port that sending takes");
    }
}

void check_newer_rights(const Subject& subject, Reporter& report) {
    const int abi = subject.rules.layers.front().abi;
    const Access newer = landlock::known_at(landlock::newest_abi) - landlock::known_at(abi);
    if (newer.empty()) return;
    Location where = subject.rules.abi_origin.where;
    if (where.file.empty()) where = whole_policy(subject);
    report.add(where, "abi", fmt::format("abi = {} leaves unrestricted: {}", abi, names_of(newer)));
}

void check_log_socket(const Subject& subject, Reporter& report) {
    const Grants grants(subject.enforced);
    if (!grants.handles(connects)) return;
    if (may_connect(grants, {"/dev/log", "/run/systemd/journal/socket",
                             "/run/systemd/journal/stdout", "/run/systemd/journal/dev-log"}))
        return;
    report.add(whole_policy(subject), "/run/systemd/journal/socket",
               "it cannot reach the sockets of the journal and of syslog");
}

void check_name_service_socket(const Subject& subject, Reporter& report) {
    const Grants grants(subject.enforced);
    if (!grants.handles(connects)) return;
    const PathRule* users = rule_on(subject, "/etc/nsswitch.conf");
    if (users != nullptr && !may_connect(grants, {"/run/nscd/socket", "/run/systemd/userdb"}))
        report.add(users->origins, "/run/nscd/socket",
                   "it reads \"/etc/nsswitch.conf\" and cannot reach the sockets of nscd and "
                   "userdbd");
    const PathRule* hosts = rule_on(subject, "/etc/resolv.conf");
    if (hosts != nullptr && !may_connect(grants, {"/run/systemd/resolve/io.systemd.Resolve"}))
        report.add(hosts->origins, "/run/systemd/resolve/io.systemd.Resolve",
                   "it reads \"/etc/resolv.conf\" and cannot reach the socket of systemd-resolved");
}

void check_replaced_file(const Subject& subject, Reporter& report) {
    for (const PathRule& rule : subject.rules.layers.front().paths) {
        const std::string path = policy::simplify(rule.path);
        if (const Place* place = place_at(path, Kind::replaced))
            report.add(rule.origins, rule.path, fmt::format("\"{}\" {}", rule.path, place->what));
        else if (!(rule.access & changes).empty() &&
                 ::fnmatch("/var/log/*.log", path.c_str(), 0) == 0)
            report.add(rule.origins, rule.path,
                       fmt::format("\"{}\" is renamed by logrotate(8)", rule.path),
                       "give the rule to its directory");
    }
}

}  // namespace ringfence::lint
