// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence diff`: ringfence-diff(1).
#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/diff_text.h"
#include "cli/exit_status.h"
#include "cli/policy_file.h"
#include "cli/site.h"
#include "cli/terminal.h"
#include "cli/verb.h"

namespace ringfence::cli {

namespace {

constexpr Option diff_options[] = {
    {"markdown", 0, nullptr, "print Markdown for a merge request"},
    {"json", 0, nullptr, "print one JSON document"},
    {"user", 0, nullptr, "names and abstractions of your user's search path"},
    {"no-pager", 0, nullptr, "do not pipe the output into a pager"},
    {"help", 'h', nullptr, "show this text"},
};

int diff_help() {
    fmt::print(
        "Usage: ringfence diff [OPTION…] OLD NEW\n\n"
        "Show what a policy change allows and what it takes away. OLD and NEW are policy files,\n"
        "directories of policies, names of installed policies, or - for standard input.\n\n{}\n"
        "Exit status: 0 nothing changes; 3 widens; 4 narrows; 5 both; 1 could not compare; 2 "
        "usage.\n"
        "ringfence-diff(1) has more.\n",
        options_help(diff_options));
    return exit_success;
}

int diff_failed(const Diagnostics& diagnostics, int status) {
    for (const Diagnostic& diagnostic : diagnostics)
        fmt::print(stderr, "ringfence: {}\n", printable(to_string(diagnostic)));
    return status;
}

bool is_directory(const std::string& operand) {
    std::error_code error;
    return operand != "-" && operand.find('/') != std::string::npos &&
           std::filesystem::is_directory(operand, error);
}

std::string absolute(const std::string& path) {
    std::error_code error;
    const auto full = std::filesystem::absolute(path, error).lexically_normal();
    std::string text = full.string();
    while (text.size() > 1 && text.back() == '/')
        text.pop_back();
    return text;
}

// One side of the comparison: policies by name.
using Policies = std::map<std::string, policy::Rules>;

class SideReader {
  public:
    explicit SideReader(const Site& site) : site_(site) {}

    /// `beside`: the directory of the other side's file, for standard input.
    Result<Policies> read(const std::string& operand, const std::string& beside) const {
        if (is_directory(operand)) return read_directory(absolute(operand));
        if (is_file_operand(operand)) return read_file(operand, beside);
        return read_name(operand, site_.policies, false);
    }

  private:
    Result<Policies> read_directory(const std::string& directory) const {
        Policies all;
        Diagnostics problems;
        for (const std::string& name : dropin::policy_names(site_.root, {directory})) {
            auto one = read_name(name, search_beside(directory, site_.policies), true);
            if (one)
                all.merge(*one);
            else
                problems.insert(problems.end(), one.error().begin(), one.error().end());
        }
        if (!problems.empty()) return tl::unexpected(std::move(problems));
        return all;
    }

    // In a directory a policy may be masked.
    Result<Policies> read_name(const std::string& name, const policy::SearchPath& path,
                               bool optional) const {
        auto rules = policy::resolve(site_.root, path, {{name, optional, {}}});
        if (!rules) return tl::unexpected(rules.error());
        Policies all;
        if (*rules) all.emplace(name, std::move(**rules));
        return all;
    }

    Result<Policies> read_file(const std::string& operand, const std::string& beside) const {
        const auto file = read_policy_file(operand);
        if (!file) return tl::unexpected(file.error());
        const std::string directory = operand == "-" ? beside : file->directory;
        auto rules = policy::resolve_text(site_.root, search_beside(directory, site_.policies),
                                          file->name, file->file, file->text);
        if (!rules) return tl::unexpected(rules.error());
        Policies all;
        all.emplace(file->name, std::move(*rules));
        return all;
    }

    const Site& site_;
};

std::vector<PolicyDifference> compare_sides(const Policies& before, const Policies& after) {
    using Presence = PolicyDifference::Presence;
    std::vector<PolicyDifference> all;
    for (const auto& [name, rules] : before) {
        const auto other = after.find(name);
        if (other == after.end())
            all.push_back({name, Presence::only_old, {}});
        else
            all.push_back({name, Presence::both, policy::compare(rules, other->second)});
    }
    for (const auto& [name, rules] : after)
        if (before.count(name) == 0) all.push_back({name, Presence::only_new, {}});
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

// Two files are one policy in two versions, whatever their names.
void give_one_name(Policies& before, Policies& after) {
    const std::string stdin_name = "stdin";
    const std::string& old_name = before.begin()->first;
    const std::string& new_name = after.begin()->first;
    if (old_name == new_name) return;
    const bool keep_old = new_name == stdin_name;
    Policies& renamed = keep_old ? after : before;
    auto node = renamed.extract(renamed.begin());
    node.key() = keep_old ? old_name : new_name;
    renamed.insert(std::move(node));
}

std::string directory_of(const std::string& operand) {
    if (operand == "-" || !is_file_operand(operand)) return "";
    return std::filesystem::path(absolute(operand)).parent_path().string();
}

Result<std::vector<PolicyDifference>> make_difference(const Site& site, const std::string& old_side,
                                                      const std::string& new_side) {
    const SideReader reader(site);
    auto before = reader.read(old_side, directory_of(new_side));
    if (!before) return tl::unexpected(before.error());
    auto after = reader.read(new_side, directory_of(old_side));
    if (!after) return tl::unexpected(after.error());
    if (!is_directory(old_side)) give_one_name(*before, *after);
    return compare_sides(*before, *after);
}

Result<void> check_operands(const Arguments& arguments) {
    const auto& operands = arguments.operands;
    if (operands.size() != 2)
        return fail("", "two policies are needed: OLD and NEW", "--help shows how to name them");
    if (operands[0] == "-" && operands[1] == "-")
        return fail("", "only one side can come from standard input", "write the other to a file");
    if (is_directory(operands[0]) != is_directory(operands[1]))
        return fail("", "a directory cannot be compared with a single policy",
                    "name two directories or two policies");
    if (arguments.has("json") && arguments.has("markdown"))
        return fail("", "--json and --markdown exclude each other", "give one of them");
    return {};
}

int status_of(policy::Verdict verdict) {
    switch (verdict) {
        case policy::Verdict::same:
            return exit_success;
        case policy::Verdict::widens:
            return exit_widens;
        case policy::Verdict::narrows:
            return exit_narrows;
        case policy::Verdict::both:
            return exit_both;
    }
    return exit_failure;
}

}  // namespace

int run_diff(const std::vector<std::string>& words) {
    const auto arguments = parse_arguments(diff_options, words);
    if (!arguments) return diff_failed(arguments.error(), exit_usage);
    if (arguments->has("help")) return diff_help();
    if (const auto ok = check_operands(*arguments); !ok) return diff_failed(ok.error(), exit_usage);
    const auto site =
        open_site("/", arguments->has("user") ? unit::Scope::user : unit::Scope::system);
    if (!site) return diff_failed(site.error(), exit_failure);
    const auto found = make_difference(*site, arguments->operands[0], arguments->operands[1]);
    if (!found) return diff_failed(found.error(), exit_failure);
    if (arguments->has("json"))
        show(to_json(*found), false);
    else if (arguments->has("markdown"))
        show(to_markdown(*found), false);
    else
        show(to_text(*found, standard_output()), !arguments->has("no-pager"));
    return status_of(verdict_of(*found));
}

}  // namespace ringfence::cli
