// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks how rules fit the files of the machine.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/escape.h"
#include "base/path.h"
#include "lint/check.h"
#include "lint/facts.h"
#include "lint/grants.h"
#include "places/places.h"

namespace ringfence::lint {

namespace {

using landlock::Access;
using policy::PathRule;

// Directories with more entries are not searched.
constexpr std::size_t most_entries = 4000;

// The file of a rule, if its path can be expanded and the file exists.
struct Found {
    std::string path;
    struct stat status = {};
};

std::optional<Found> find_file(const Subject& subject, const PathRule& rule) {
    const auto path = expand(subject, rule.path);
    if (!path) return std::nullopt;
    const auto status = subject.root->status(*path);
    if (!status) return std::nullopt;
    return Found{*path, *status};
}

template <class Function>
void each_file(const Subject& subject, const Function& take) {
    if (has_own_root(subject)) return;
    for (const PathRule& rule : subject.rules.layers.front().paths)
        if (const auto found = find_file(subject, rule)) take(rule, *found);
}

constexpr Access directory_rights() {
    Access all;
    for (const landlock::Right& right : landlock::rights)
        if (!right.applies_to_file) all |= right.access();
    return all;
}

// The rights that the rule gives one by one. The rights of a group are meant for files and
// directories alike, so they are not reported.
Access by_name(const PathRule& rule, const Access& handled) {
    Access grouped;
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (rule.access.contains(group.access & handled)) grouped |= group.access & handled;
    return rule.access - grouped;
}

// The rights that have no effect on a file of this type.
Access useless_on(const struct stat& status) {
    constexpr Access ioctl = landlock::access_of("fs.ioctl_dev");
    Access useless;
    if (!S_ISDIR(status.st_mode)) useless |= directory_rights();
    if (!S_ISDIR(status.st_mode) && !S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode))
        useless |= ioctl;
    if (S_ISREG(status.st_mode)) useless |= connects;
    if (S_ISSOCK(status.st_mode)) useless |= executes;
    return useless;
}

bool is_setuid(const Subject& subject, const std::string& path) {
    const auto status = subject.root->status(path);
    return status && S_ISREG(status->st_mode) && (status->st_mode & (S_ISUID | S_ISGID)) != 0 &&
           (status->st_mode & S_IXUSR) != 0;
}

// These trees are in the memory of the running system, and an image does not contain their files.
bool is_volatile(const std::string& path) {
    constexpr const char* trees[] = {"/run", "/dev", "/proc", "/sys", "/tmp", "/var/run"};
    return std::any_of(std::begin(trees), std::end(trees),
                       [&](const char* tree) { return covers(tree, path); });
}

}  // namespace

void check_right_on_file(const Subject& subject, Reporter& report) {
    const Access handled = subject.rules.layers.front().handled();
    each_file(subject, [&](const PathRule& rule, const Found& found) {
        const Access useless = by_name(rule, handled) & useless_on(found.status);
        if (!useless.empty())
            report.add(
                policy::origins_of(rule, useless), rule.path,
                fmt::format("\"{}\" is {}: {} has no effect on it", rule.path,
                            S_ISREG(found.status.st_mode) ? "a regular file" : "no directory",
                            policy::joined_right_names(useless)));
    });
}

void check_edited_file(const Subject& subject, Reporter& report) {
    each_file(subject, [&](const PathRule& rule, const Found& found) {
        if (S_ISREG(found.status.st_mode) && covers("/etc", found.path) && is_own(rule.origins) &&
            !places::place_of(found.path, places::Kind::replaced))
            report.add(rule.origins, rule.path,
                       fmt::format("\"{}\" is a file: if another file replaces it, the rule does "
                                   "not hold for that file",
                                   rule.path));
    });
}

void check_link_outside(const Subject& subject, Reporter& report) {
    constexpr Access used = landlock::read_access | executes;
    const RealPaths paths(subject);
    const policy::Judge judge(subject.enforced, landlock::newest_abi, paths);
    each_file(subject, [&](const PathRule& rule, const Found& found) {
        if (!S_ISDIR(found.status.st_mode) || (rule.access & used).empty()) return;
        if (places::place_of(found.path, places::Kind::shared)) return;  // broad-read says enough
        const auto entries = subject.root->list(found.path);
        if (!entries || entries->size() > most_entries) return;
        std::vector<std::string> outside;
        for (const DirectoryEntry& entry : *entries) {
            if (entry.type != DT_LNK) continue;
            const auto target = subject.root->resolve(found.path + "/" + entry.name);
            if (target && !judge.check({{reads, escape_expansions(*target)}}).allowed() &&
                !covers("/dev", *target) && !covers("/proc", *target))
                outside.push_back(fmt::format("{} -> {}", entry.name, *target));
        }
        if (!outside.empty())
            report.add(policy::origins_of(rule, used), rule.path,
                       fmt::format("links in \"{}\" lead to what is not granted: {}", rule.path,
                                   list_of(outside)));
    });
}

void check_missing_path(const Subject& subject, Reporter& report) {
    if (has_own_root(subject)) return;
    const bool running = subject.root->path() == "/";
    const std::vector<std::string> made = made_directories(subject);
    for (const policy::Layer& layer : subject.rules.layers)
        for (const PathRule& rule : layer.paths) {
            const auto path = rule.optional ? std::nullopt : expand(subject, rule.path);
            if (!path || subject.root->status(*path) || (!running && is_volatile(*path))) continue;
            if (std::any_of(made.begin(), made.end(), [&](const std::string& directory) {
                    return covers(*path, directory) || directory == *path;
                }))
                continue;
            report.add(rule.origins, rule.path, fmt::format("\"{}\" does not exist", rule.path));
        }
}

void check_setuid_program(const Subject& subject, Reporter& report) {
    if (!sets_no_new_privs(subject)) return;
    each_file(subject, [&](const PathRule& rule, const Found& found) {
        if (!(rule.access & executes).empty() && is_setuid(subject, found.path))
            report.add(policy::origins_of(rule, executes), rule.path,
                       fmt::format("\"{}\" is a set-user-ID or set-group-ID program, and {} runs "
                                   "under no_new_privs",
                                   rule.path, subject.unit->unit.name.full));
    });
}

void check_setuid_tree(const Subject& subject, Reporter& report) {
    if (!sets_no_new_privs(subject)) return;
    each_file(subject, [&](const PathRule& rule, const Found& found) {
        if (!S_ISDIR(found.status.st_mode) || (rule.access & executes).empty()) return;
        const auto entries = subject.root->list(found.path);
        if (!entries || entries->size() > most_entries) return;
        std::vector<std::string> programs;
        for (const DirectoryEntry& entry : *entries)
            if (entry.type == DT_REG && is_setuid(subject, found.path + "/" + entry.name))
                programs.push_back(entry.name);
        if (!programs.empty())
            report.add(policy::origins_of(rule, executes), rule.path,
                       fmt::format("set-user-ID programs in \"{}\" have no effect: {}", rule.path,
                                   list_of(programs)));
    });
}

}  // namespace ringfence::lint
