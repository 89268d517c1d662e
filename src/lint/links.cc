// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules whose paths the service itself can lead elsewhere before its next start.
#include <set>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <fmt/format.h>

#include "base/path.h"
#include "dropin/own_writes.h"
#include "landlock/groups.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"

namespace ringfence::lint {

namespace {

constexpr mode_t permission_bits = 07777;

using landlock::Access;
using policy::PathRule;

// The nearest directory above the rule's path in which the service may make links.
const PathRule* find_changeable(const Subject& subject, const Grants& grants,
                                const PathRule& rule) {
    const PathRule* nearest = nullptr;
    for (const policy::Layer& layer : subject.enforced.layers)
        for (const PathRule& above : layer.paths) {
            const Access making = above.access & landlock::makes_links;
            if (making.empty() || !grants.paths.is_beneath(rule.path, above.path)) continue;
            if ((making & grants.at(above.path)).empty()) continue;
            if (nearest == nullptr || grants.paths.is_beneath(above.path, nearest->path))
                nearest = &above;
        }
    return nearest;
}

// Who else than root can lead a link elsewhere. Empty: nobody.
std::string who_leads(const Root& root, const std::string& link) {
    const auto file = root.open_unfollowed(link);
    const auto directory = root.status(directory_of(link));
    struct stat status = {};
    if (!file || !directory || ::fstat(file->get(), &status) < 0) return "";
    if (directory->st_uid != 0)
        return fmt::format("user {}, who owns its directory", directory->st_uid);
    if ((directory->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return fmt::format("whoever may write its directory (mode {:o})",
                           directory->st_mode & permission_bits);
    return status.st_uid == 0 ? "" : fmt::format("user {}, who owns it", status.st_uid);
}

}  // namespace

void check_foreign_link(const Subject& subject, Reporter& report) {
    const bool refused = subject.rules.trust_links != landlock::LinkTrust::others;
    if (subject.user || refused || has_own_root(subject)) return;
    dropin::Links links(*subject.root);
    std::set<std::string> told;
    for (const policy::Layer& layer : subject.enforced.layers)
        for (const PathRule& rule : layer.paths) {
            const auto path = expand(subject, rule.path);
            if (!path || !path->starts_with('/')) continue;
            std::vector<std::string> crossed = links.crossed(*path);
            if (!crossed.empty()) crossed.pop_back();  // what the path leads to
            for (const std::string& link : crossed) {
                const std::string who = who_leads(*subject.root, link);
                if (who.empty() || !told.insert(link).second) continue;
                report.add(
                    rule.origins, link,
                    fmt::format("the rule on \"{}\" leads through the link \"{}\", which can "
                                "be changed by {}",
                                rule.path, link, who));
            }
        }
}

void check_nested_grant(const Subject& subject, Reporter& report) {
    const Grants grants(subject, subject.enforced);
    for (const policy::Layer& layer : subject.enforced.layers)
        for (const PathRule& rule : layer.paths) {
            const PathRule* const above = find_changeable(subject, grants, rule);
            if (above == nullptr) continue;
            const Access more = grants.of(rule) - grants.judge.allowed(above->path);
            if (more.empty()) continue;
            report.add(
                policy::origins_of(rule, more), rule.path,
                fmt::format("the service may make links in \"{}\"{}, and a rule on \"{}\" in it "
                            "grants {}",
                            above->path, place_of(*above, landlock::makes_links), rule.path,
                            policy::joined_right_names(more)),
                fmt::format("let it write in directories beside \"{}\", not in all of \"{}\"; or "
                            "move what the rule is on out of \"{}\"",
                            rule.path, above->path, above->path));
        }
}

}  // namespace ringfence::lint
