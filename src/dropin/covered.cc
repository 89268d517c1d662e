// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/covered.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/path.h"
#include "dropin/inherit.h"
#include "landlock/groups.h"
#include "landlock/rights.h"

namespace ringfence::dropin {

namespace {

using landlock::Access;

// An administrator or a mount decides what is here.
constexpr std::string_view local_tree = "/usr/local";

bool is_of_the_kernel(std::string_view path) {
    return covers("/proc", path) || covers("/sys", path);
}

bool is_of_packages(const std::string& path) {
    return is_of_the_system(path) && !covers(local_tree, path);
}

struct Row {
    const policy::PathRule* rule;
    const SystemPaths::Real* real;

    bool is_through_link() const { return simplify_path(rule->path) != real->path; }
};

// Whether `a` comes before `b` in an order in which a directory stands right before what is in it:
// "/usr/lib", "/usr/lib/x", "/usr/lib-x".
bool is_before(std::string_view a, std::string_view b) {
    const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [&](char x, char y) { return rank(x) < rank(y); });
}

// Of several rules on one directory, the one that stays comes first.
std::vector<Row> certain_rows(const policy::Layer& layer, SystemPaths& paths) {
    std::vector<Row> rows;
    for (const policy::PathRule& rule : layer.paths) {
        const SystemPaths::Real& real = paths.find(rule.path);
        if (!real.path.empty()) rows.push_back({&rule, &real});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
        if (a.real->path != b.real->path) return is_before(a.real->path, b.real->path);
        return std::pair(a.rule->optional, a.is_through_link()) <
               std::pair(b.rule->optional, b.is_through_link());
    });
    return rows;
}

// What the rule must have from another one.
Access needed(const Row& row) {
    constexpr Access on_files = landlock::file_rights();
    return row.real->is_file ? row.rule->access & on_files : row.rule->access;
}

bool may_be_left_out(const policy::PathRule& rule) {
    return rule.optional && (rule.access & landlock::makes_links).empty() &&
           std::none_of(rule.origins.begin(), rule.origins.end(), is_of_a_program);
}

}  // namespace

const SystemPaths::Real& SystemPaths::find(const std::string& written) {
    const auto known = known_.find(written);
    if (known != known_.end()) return known->second;
    return known_.emplace(written, examine(written)).first->second;
}

SystemPaths::Real SystemPaths::examine(const std::string& written) {
    if (written.find_first_of("%$") != std::string::npos) return {};
    const std::string path = simplify_path(written);
    if (path != "/" && !is_of_the_kernel(path) && !is_of_packages(path)) return {};
    const std::vector<std::string> crossed = links_.crossed(path);
    const bool is_linked = crossed.size() > 1;
    if (is_linked && !std::all_of(crossed.begin(), crossed.end(), is_of_packages)) return {};
    return at(crossed.back());
}

// What is missing will be in the file system of the directory that it is missing in. A package that
// adds it changes nothing then, unless it adds a link.
SystemPaths::Real SystemPaths::at(const std::string& path) const {
    auto status = links_.root().status(path);
    const bool is_file = status && is_of_the_kernel(path) && S_ISREG(status->st_mode);
    for (std::string above = path; !status && above != "/";) {
        if (status.error() != std::errc::no_such_file_or_directory) return {};
        above = directory_of(above);
        status = links_.root().status(above);
    }
    if (!status) return {};
    return {path, is_file, status->st_dev};
}

std::vector<CoveredRule> covered_rules(const policy::Layer& layer, SystemPaths& paths) {
    const std::vector<Row> rows = certain_rows(layer, paths);
    std::vector<CoveredRule> covered;
    std::vector<Row> above;  // the rows with an option, each in the directory of the one before
    for (const Row& row : rows) {
        while (!above.empty() && !covers(above.back().real->path, row.real->path))
            above.pop_back();
        const auto by = std::find_if(above.begin(), above.end(), [&](const Row& other) {
            return other.real->device == row.real->device &&
                   other.rule->access.contains(needed(row));
        });
        if (by != above.end() && may_be_left_out(*row.rule))
            covered.push_back({row.rule, by->rule});
        else
            above.push_back(row);
    }
    return covered;
}

bool sees_system_paths(const Settings& settings) {
    constexpr std::string_view mounts[] = {"BindPaths",           "BindReadOnlyPaths",
                                           "TemporaryFileSystem", "MountImages",
                                           "ExtensionImages",     "ExtensionDirectories"};
    return !settings.has_own_root() &&
           std::all_of(std::begin(mounts), std::end(mounts),
                       [&](std::string_view key) { return settings.words({key}).empty(); });
}

}  // namespace ringfence::dropin
