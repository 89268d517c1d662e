// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/denials_apply.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "base/replace_file.h"
#include "cli/review_file.h"
#include "cli/terminal.h"
#include "policy/name.h"

namespace ringfence::cli {

using journal::Suggestion;
namespace fs = std::filesystem;

namespace {

constexpr char review_name[] = "50-review.toml";
// Readers of policies take *.toml only.
constexpr char backup_suffix[] = "~";

// Fences with several policies name them "a+b"; the first one is the service's own.
std::string first_policy(const std::string& names) {
    return names.substr(0, names.find('+'));
}

std::string file_path(const Site& site, const std::string& path) {
    return site.root.path() == "/" ? path : site.root.path() + path;
}

std::string review_path(const Site& site, const std::string& policy) {
    return fmt::format("{}/{}.toml.d/{}", site.policies.front(), policy, review_name);
}

// A file's text, empty when there is none.
Result<std::string> read_or_empty(const Site& site, const std::string& path) {
    auto text = site.root.read(path);
    if (text) return *std::move(text);
    if (text.error() == std::errc::no_such_file_or_directory) return std::string();
    return fail(path, "cannot read: " + text.error().message());
}

Result<void> write(const std::string& path, const std::string& text) {
    std::error_code error;
    fs::create_directories(fs::path(path).parent_path(), error);
    if (error) return fail(path, "cannot make its directory: " + error.message());
    const auto done = replace_file(path, text, Durability::synced);
    if (!done) return fail(path, "cannot write: " + done.error().message());
    return {};
}

// A directory of the search path in which the new text stands before it is written for good: what
// resolves there will resolve later.
class Trial {
  public:
    explicit Trial(const Site& site) : site_(site) {}
    ~Trial() {
        std::error_code ignored;
        if (!made_.empty()) fs::remove_all(made_, ignored);
    }
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    Result<void> check(const std::string& policy, const std::string& text) {
        const std::string first = site_.policies.front();
        std::error_code error;
        fs::create_directories(file_path(site_, first), error);
        made_ = file_path(site_, first + "/.review-XXXXXX");
        if (error || ::mkdtemp(made_.data()) == nullptr) {
            made_.clear();
            return fail(first, "cannot write here: " + std::system_category().message(errno),
                        "run as the owner of the policies");
        }
        const std::string inside = first + "/" + fs::path(made_).filename().string();
        const std::string file = fmt::format("/{}.toml.d/{}", policy, review_name);
        if (auto done = write(made_ + file, text); !done) return done;
        policy::SearchPath path = {inside};
        path.insert(path.end(), site_.policies.begin(), site_.policies.end());
        auto rules = policy::resolve(site_.root, path, {{policy, false, {}}});
        if (rules) return {};
        for (Diagnostic& diagnostic : rules.error())
            if (diagnostic.where.file == inside + file)
                diagnostic.where.file = review_path(site_, policy) + " (as it would be)";
        return tl::unexpected(rules.error());
    }

  private:
    const Site& site_;
    std::string made_;
};

Result<void> check_name(const Site& site, const std::string& policy) {
    if (policy.empty())
        return fail("", "the fence's policy has no name: its rules are in the unit itself",
                    "add the lines of --suggest to the unit's X-Landlock… settings");
    if (std::string problem = policy::problem_with_name(policy); !problem.empty())
        return fail(printable(policy), "is no policy's name: " + problem);
    const auto names = dropin::policy_names(site.root, site.policies);
    if (std::find(names.begin(), names.end(), policy) != names.end()) return {};
    const std::string near = nearest(policy, names);
    return fail(policy, "there is no such policy here",
                near.empty() ? "policies are in " + site.policies.front()
                             : fmt::format("did you mean {}?", near));
}

}  // namespace

Result<void> apply_suggestion(const Site& site, const Suggestion& suggestion,
                              const Announce& announce) {
    const std::string policy = first_policy(suggestion.policy);
    if (auto done = check_name(site, policy); !done) return done;
    const std::string path = review_path(site, policy), file = file_path(site, path);
    const auto before = read_or_empty(site, path);
    if (!before) return tl::unexpected(before.error());
    const auto after = add_to_review(*before, path, suggestion);
    if (!after) return tl::unexpected(after.error());
    if (*after == *before) {
        announce(fmt::format("{}: nothing to change\n", policy));
        return {};
    }
    Trial trial(site);
    if (auto done = trial.check(policy, *after); !done) return done;
    announce(fmt::format("--- {0}\n+++ {0}\n{1}", file, line_diff(*before, *after)));
    if (auto done = write(file + backup_suffix, *before); !done) return done;
    return write(file, *after);
}

Result<void> undo_suggestion(const Site& site, const std::string& policy,
                             const Announce& announce) {
    if (auto done = check_name(site, policy); !done) return done;
    const std::string path = review_path(site, policy), file = file_path(site, path);
    auto before = site.root.read(path + backup_suffix);
    if (!before)
        return fail(path, "there is no change to take back",
                    "--apply keeps the text before its change in this file's name with \"~\"");
    const auto after = read_or_empty(site, path);
    if (!after) return tl::unexpected(after.error());
    announce(fmt::format("--- {0}\n+++ {0}\n{1}", file, line_diff(*after, *before)));
    std::error_code error;
    if (before->empty())
        fs::remove(file, error);
    else if (auto done = write(file, *before); !done)
        return done;
    if (!error) fs::remove(file + backup_suffix, error);
    if (error) return fail(file, "cannot remove: " + error.message());
    return {};
}

}  // namespace ringfence::cli
