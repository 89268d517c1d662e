// SPDX-License-Identifier: LGPL-2.1-or-later
// `ringfence diff`: ringfence-diff(1).
#include <algorithm>
#include <filesystem>
#include <map>

#include "cli/diff/text.h"
#include "cli/site/operand.h"
#include "cli/site/site.h"
#include "cli/terminal/problems.h"
#include "cli/terminal/terminal.h"
#include "cli/verbs.h"

namespace ringfence::cli {

namespace {

std::string absolute(const std::string& path) {
    std::error_code error;
    const auto full = std::filesystem::absolute(path, error).lexically_normal();
    std::string text = full.string();
    while (text.size() > 1 && text.back() == '/')
        text.pop_back();
    return text;
}

// The policies of one side of the comparison, by name.
using PoliciesByName = std::map<std::string, policy::Rules>;

// Reads all policies of a directory. Masked policies are left out.
Result<PoliciesByName> read_directory(const Site& site, const std::string& directory) {
    PoliciesByName all;
    Diagnostics problems;
    const policy::SearchPath path = search_beside(site, directory);
    for (const std::string& name : dropin::policy_names(site.root, {directory})) {
        auto rules = site.resolve({{name, true, {}}}, path);
        if (!rules)
            problems.insert(problems.end(), rules.error().begin(), rules.error().end());
        else if (*rules)
            all.emplace(name, std::move(**rules));
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return all;
}

// `beside`: the directory of the other side's file. For standard input, policies to extend are
// looked for there.
Result<PoliciesByName> read_side(const Site& site, const Operand& operand,
                                 const std::string& beside) {
    if (operand.kind == Operand::Kind::directory)
        return read_directory(site, absolute(operand.text));
    auto policy = resolve_policy(site, operand, DropIns::ignore, beside);
    if (!policy) return tl::unexpected(policy.error());
    PoliciesByName all;
    all.emplace(std::move(policy->name), std::move(policy->rules));
    return all;
}

std::vector<PolicyDifference> compare_sides(const PoliciesByName& before,
                                            const PoliciesByName& after) {
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

// Two files are compared as two versions of one policy, so both sides get one name.
void give_one_name(PoliciesByName& before, PoliciesByName& after) {
    const std::string stdin_name = "stdin";
    const std::string& old_name = before.begin()->first;
    const std::string& new_name = after.begin()->first;
    if (old_name == new_name) return;
    const bool keep_old = new_name == stdin_name;
    PoliciesByName& renamed = keep_old ? after : before;
    auto node = renamed.extract(renamed.begin());
    node.key() = keep_old ? old_name : new_name;
    renamed.insert(std::move(node));
}

std::string directory_beside(const Operand& operand) {
    if (operand.kind != Operand::Kind::file) return "";
    return std::filesystem::path(absolute(operand.text)).parent_path().string();
}

Result<std::vector<PolicyDifference>> make_difference(const Site& site, const Operand& old_side,
                                                      const Operand& new_side) {
    auto before = read_side(site, old_side, directory_beside(new_side));
    if (!before) return tl::unexpected(before.error());
    auto after = read_side(site, new_side, directory_beside(old_side));
    if (!after) return tl::unexpected(after.error());
    if (old_side.kind != Operand::Kind::directory) give_one_name(*before, *after);
    return compare_sides(*before, *after);
}

Result<void> check_sides(const Operand& old_side, const Operand& new_side) {
    using Kind = Operand::Kind;
    if (old_side.kind == Kind::standard_input && new_side.kind == Kind::standard_input)
        return fail("", "only one side can come from standard input", "write the other to a file");
    if ((old_side.kind == Kind::directory) != (new_side.kind == Kind::directory))
        return fail("", "a directory cannot be compared with a single policy",
                    "name two directories or two policies");
    return {};
}

int status_of(policy::Verdict verdict) {
    switch (verdict) {
        case policy::Verdict::same:
            return exit_success;
        case policy::Verdict::widens:
            return exit_attention;
        case policy::Verdict::narrows:
            return exit_narrows;
        case policy::Verdict::both:
            return exit_both;
    }
    return exit_failure;
}

int run_diff(const Arguments& arguments) {
    const Operand old_side = read_operand(arguments.operands[0]);
    const Operand new_side = read_operand(arguments.operands[1]);
    if (const auto good = check_sides(old_side, new_side); !good) return misused(good.error());
    auto site = open_site(arguments);
    if (!site) return failed(site.error());
    site->defaults = policy::Defaults{};  // policies are compared as they are written
    const auto found = make_difference(*site, old_side, new_side);
    if (!found) return failed(found.error());
    if (arguments.has(json_option.name))
        show(to_json(*found), Paging::direct);
    else if (arguments.has("markdown"))
        show(to_markdown(*found), Paging::direct);
    else
        show(to_text(*found, standard_output()), paging_of(arguments));
    return status_of(verdict_of(*found));
}

constexpr Option diff_options[] = {
    {"markdown", 0, nullptr, "print Markdown for a merge request"},
    json_option,
    user_option,
    no_pager_option,
    help_option,
};

constexpr Exclusion diff_exclusions[] = {{"json", "markdown"}};

constexpr ExitStatus diff_statuses[] = {
    {exit_success, "the same is allowed"},
    {exit_failure, "the policies could not be compared"},
    usage_status,
    {exit_attention, "the change widens: more is allowed"},
    {exit_narrows, "the change narrows: less is allowed"},
    {exit_both, "the change does both"},
};

}  // namespace

constinit const Verb diff_verb = {
    "diff",
    "show what a policy change allows and takes away",
    "Show what a policy change allows and what it takes away. OLD and NEW are policy files,\n"
    "directories of policies, names of installed policies, or \"-\" for standard input.",
    {diff_options, diff_exclusions, "OLD NEW", {2, 2}},
    diff_statuses,
    "ringfence-diff(1)",
    run_diff,
};

}  // namespace ringfence::cli
