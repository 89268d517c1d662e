// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks for rules that have no effect, or another effect than they seem to have.
#include <algorithm>

#include <fmt/format.h>

#include "base/path.h"
#include "lint/check.h"
#include "lint/grants.h"

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

// A rule of an abstraction can be removed only there, and the abstraction must not depend on other
// files. So its rule is reported only if a rule of the same file covers it.
void report_covered(const Layer& layer, const PathRule& rule, Reporter& report) {
    const std::string path = simplify_path(rule.path);
    Access above;
    const PathRule* cover = nullptr;
    for (const PathRule& other : layer.paths) {
        const std::string other_path = simplify_path(other.path);
        // If two rules spell the same path differently, the second one is superfluous.
        const bool wider = other_path != path || &other < &rule;
        if (&other == &rule || !wider || !covers(other_path, path)) continue;
        if (!is_own(rule.origins) && !share_a_file(rule, other)) continue;
        above |= other.access;
        cover = &other;
    }
    if (cover == nullptr || !above.contains(rule.access)) return;
    report.add(rule.origins, rule.path,
               fmt::format("the rule on \"{}\" adds nothing to the one on \"{}\"{}", rule.path,
                           cover->path, place_of(*cover, rule.access)));
}

bool allows_some(const policy::Judge& judge, std::size_t layer, const PortRule& rule) {
    const policy::Ports ports = judge.ports(layer, rule.access);
    for (std::size_t port = rule.first; port <= rule.last; ++port)
        if (ports[port]) return true;
    return false;
}

void report_unreachable(const std::vector<Layer>& layers, std::size_t at,
                        const policy::Judge& judge, Reporter& report) {
    for (std::size_t earlier = 0; earlier < at; ++earlier) {
        for (const PathRule& rule : layers[at].paths)
            if ((rule.access & judge.reachable(earlier, rule.path)).empty())
                report.add(
                    rule.origins, rule.path,
                    fmt::format("layer {} allows {} on \"{}\", but layer {} allows none of it",
                                at + 1, policy::joined_right_names(rule.access), rule.path,
                                earlier + 1));
        for (const PortRule& rule : layers[at].ports)
            if (!allows_some(judge, earlier, rule))
                report.add(rule.origins, fmt::format("{}-{}", rule.first, rule.last),
                           fmt::format("layer {} allows {} on ports {}-{}, but layer {} on none of "
                                       "them",
                                       at + 1, policy::joined_right_names(rule.access), rule.first,
                                       rule.last, earlier + 1));
    }
}

// Libraries connect to some sockets without the service's doing. This asks whether they may connect
// to one of them.
bool may_connect(const Grants& grants, std::initializer_list<const char*> sockets) {
    return std::any_of(sockets.begin(), sockets.end(), [&](const char* socket) {
        return grants.judge.check({{connects, socket}}).allowed();
    });
}

// A rule on the file itself shows that the service uses the file. A rule on all of /etc does not.
const PathRule* rule_on(const Subject& subject, std::string_view path) {
    for (const PathRule& rule : subject.rules.layers.front().paths)
        if (simplify_path(rule.path) == path && !(rule.access & reads).empty()) return &rule;
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
    const Grants grants(subject, subject.rules);
    for (std::size_t at = 1; at < subject.rules.layers.size(); ++at)
        report_unreachable(subject.rules.layers, at, grants.judge, report);
}

void check_udp_without_bind(const Subject& subject, Reporter& report) {
    constexpr Access sends = landlock::access_of("net.connect_send_udp");
    constexpr Access binds = landlock::access_of("net.bind_udp");
    const policy::Judge judge(subject.rules);
    for (const Layer& layer : subject.rules.layers) {
        const auto sender =
            std::find_if(layer.ports.begin(), layer.ports.end(),
                         [&](const PortRule& rule) { return rule.access == sends; });
        if (sender == layer.ports.end() || judge.port(binds, 0).allowed()) continue;
        report.add(sender->origins, "connect_udp",
                   "it may send UDP, but not bind the ephemeral port that sending needs");
    }
}

void check_newer_rights(const Subject& subject, Reporter& report) {
    const int abi = subject.rules.layers.front().abi;
    const Access newer = policy::Judge(subject.rules).waiting();
    if (newer.empty()) return;
    Location where = subject.rules.abi_origin.where;
    if (where.file.empty()) where = whole_policy(subject);
    report.add(
        where, "abi",
        fmt::format("abi = {} leaves unrestricted: {}", abi, policy::joined_right_names(newer)));
}

void check_log_socket(const Subject& subject, Reporter& report) {
    const Grants grants(subject, subject.enforced);
    if (!grants.handles(connects)) return;
    if (may_connect(grants, {"/dev/log", "/run/systemd/journal/socket",
                             "/run/systemd/journal/stdout", "/run/systemd/journal/dev-log"}))
        return;
    report.add(whole_policy(subject), "/run/systemd/journal/socket",
               "it cannot reach the sockets of the journal and of syslog");
}

void check_name_service_socket(const Subject& subject, Reporter& report) {
    const Grants grants(subject, subject.enforced);
    if (!grants.handles(connects)) return;
    const PathRule* users = rule_on(subject, "/etc/nsswitch.conf");
    if (users != nullptr && !may_connect(grants, {"/run/nscd/socket", "/run/systemd/userdb"}))
        report.add(policy::origins_of(*users, reads), "/run/nscd/socket",
                   "it reads \"/etc/nsswitch.conf\" and cannot reach the sockets of nscd and "
                   "userdbd");
    const PathRule* hosts = rule_on(subject, "/etc/resolv.conf");
    if (hosts != nullptr && !may_connect(grants, {"/run/systemd/resolve/io.systemd.Resolve"}))
        report.add(policy::origins_of(*hosts, reads), "/run/systemd/resolve/io.systemd.Resolve",
                   "it reads \"/etc/resolv.conf\" and cannot reach the socket of systemd-resolved");
}

}  // namespace ringfence::lint
