// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials/apply.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "cli/denials/line_diff.h"
#include "cli/denials/review_file.h"
#include "cli/site/site_files.h"
#include "cli/terminal/terminal.h"
#include "policy/model/name.h"

namespace ringfence::cli {

using journal::Suggestion;

namespace {

constexpr char review_name[] = "50-review.toml";
// Readers of policies ignore a file whose name does not end in ".toml".
constexpr char backup_suffix[] = "~";

std::string review_path(const Site& site, const std::string& policy) {
    return fmt::format("{}/{}.toml.d/{}", site.policies.front(), policy, review_name);
}

// The path outside of the site's root, safe to print.
std::string shown_path(const Site& site, const std::string& path) {
    return visible(site.root.path() == "/" ? path : site.root.path() + path);
}

// The text of a file, or an empty text if the file does not exist.
Result<std::string> read_or_empty(const Site& site, const std::string& path) {
    auto text = site.root.read(path);
    if (text) return *std::move(text);
    if (text.error() == std::errc::no_such_file_or_directory) return std::string();
    return fail(path, "cannot be read: " + text.error().message());
}

// Checks that the policy can still be used if the file has this text.
Result<void> check_change(const Site& site, const std::string& policy, const std::string& path,
                          const std::string& text) {
    auto root = Root::open(site.root.path());
    if (!root) return fail(site.root.path(), "cannot be opened: " + root.error().message());
    root->pretend(path, text);
    auto rules = policy::resolve(*root, site.policies, {{policy, false, {}}});
    if (rules) return {};
    for (Diagnostic& diagnostic : rules.error())
        if (diagnostic.where.file == path) diagnostic.where.file = path + " (as it would be)";
    return tl::unexpected(rules.error());
}

Result<void> check_name(const Site& site, const std::string& policy) {
    if (policy.empty())
        return fail("", "the fence's policy has no name: its rules are in the unit itself",
                    "add the lines of --suggest to the unit's X-Landlock… settings");
    if (std::string problem = policy::problem_with_name(policy); !problem.empty())
        return fail(policy, "is not the name of a policy: " + problem);
    const auto names = site.policy_names();
    if (std::find(names.begin(), names.end(), policy) != names.end()) return {};
    const std::string near = nearest(policy, names);
    return fail(policy, "there is no such policy here",
                near.empty() ? "policies are in " + site.policies.front()
                             : fmt::format("did you mean {}?", near));
}

}  // namespace

Result<void> apply_suggestion(const Site& site, const Suggestion& suggestion,
                              const Announce& announce) {
    const std::string policy = policy::names_in(suggestion.policy).front();
    if (auto done = check_name(site, policy); !done) return done;
    const std::string path = review_path(site, policy);
    const auto before = read_or_empty(site, path);
    if (!before) return tl::unexpected(before.error());
    const auto after = add_to_review(*before, path, suggestion);
    if (!after) return tl::unexpected(after.error());
    if (*after == *before) {
        announce(fmt::format("{}: nothing to change\n", policy));
        return {};
    }
    if (auto done = check_change(site, policy, path, *after); !done) return done;
    announce(
        fmt::format("--- {0}\n+++ {0}\n{1}", shown_path(site, path), line_diff(*before, *after)));
    if (auto done = write_file(site.root, path + backup_suffix, *before); !done) return done;
    return write_file(site.root, path, *after);
}

Result<void> undo_suggestion(const Site& site, const std::string& policy,
                             const Announce& announce) {
    if (auto done = check_name(site, policy); !done) return done;
    const std::string path = review_path(site, policy);
    const auto before = site.root.read(path + backup_suffix);
    if (!before)
        return fail(path, "there is no change to take back",
                    "--apply keeps the text before its change in this file's name with \"~\"");
    const auto after = read_or_empty(site, path);
    if (!after) return tl::unexpected(after.error());
    announce(
        fmt::format("--- {0}\n+++ {0}\n{1}", shown_path(site, path), line_diff(*after, *before)));
    Result<void> done;
    if (!before->empty())
        done = write_file(site.root, path, *before);
    else if (site.root.status(path))
        done = remove_file(site.root, path);
    return done ? remove_file(site.root, path + backup_suffix) : done;
}

}  // namespace ringfence::cli
