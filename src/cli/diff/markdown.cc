// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes a table in the Markdown of GitHub and GitLab, for a merge request.
#include <algorithm>

#include <fmt/format.h>

#include "cli/diff/text.h"
#include "landlock/groups.h"
#include "policy/model/right_names.h"

namespace ringfence::cli {

namespace {

using policy::Direction;

// A text of a policy as inline code. Nothing in it can act as markup or end the code or the table's
// cell.
std::string code(const std::string& text) {
    std::size_t longest = 0;
    std::size_t run = 0;
    std::string out;
    for (const char c : visible(text)) {
        run = c == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
        if (c == '|') out += '\\';
        out += c;
    }
    if (out.empty()) return "";
    const std::string fence(longest + 1, '`');
    const std::string space = longest == 0 ? "" : " ";
    return fence + space + out + space + fence;
}

std::string row(Direction direction, const std::string& what, const std::string& object,
                const std::vector<policy::Origin>& origins) {
    const char* const sign = direction == Direction::widens    ? "➕ allowed"
                             : direction == Direction::narrows ? "➖ taken away"
                                                               : "changed";
    std::string where;
    for (const policy::Origin& origin : origins) {
        if (origin.where.file.empty()) continue;
        where += (where.empty() ? "" : "<br>") + code(to_string(origin.where));
        if (!origin.reason.empty()) where += ": " + code(origin.reason);
    }
    return fmt::format("| {} | {} | {} | {} |\n", sign, what, object, where);
}

std::string rows(const policy::Difference& difference) {
    std::string text;
    for (const auto& change : difference.paths) {
        std::string object = change.path == "/" ? "everywhere" : code(change.path);
        for (std::size_t i = 0; i < change.except.size(); ++i)
            object += (i == 0 ? ", but not in " : ", ") + code(change.except[i]);
        text += row(change.direction, code(words_of(change.access)), object, change.origins);
    }
    for (const auto& change : difference.ports)
        text += row(change.direction, code(policy::right_names(change.access).front()),
                    "port " + ports_text(change), change.origins);
    for (const auto& change : difference.scopes)
        text += row(
            change.direction, code(policy::right_names(change.scope).front()),
            change.direction == Direction::widens ? "not restricted any more" : "restricted now",
            {});
    for (const auto& change : difference.settings)
        text += row(change.direction, code(change.name), code(setting_text(change)),
                    {{change.where, "", ""}});
    return text;
}

}  // namespace

std::string to_markdown(const std::vector<PolicyDifference>& policies) {
    std::string text =
        fmt::format("## Policy change: **{}**\n", verdict_text(verdict_of(policies)));
    for (const PolicyDifference& policy : policies) {
        if (policy.presence == PolicyDifference::Presence::only_new)
            text += fmt::format("\n### {}: new policy\n", code(policy.name));
        else if (policy.presence == PolicyDifference::Presence::only_old)
            text += fmt::format("\n### {}: policy is gone\n", code(policy.name));
        else if (!policy.difference.empty())
            text += fmt::format("\n### {}: {}\n\n| | right | on | where |\n|---|---|---|---|\n{}",
                                code(policy.name), verdict_text(policy.verdict()),
                                rows(policy.difference));
    }
    return text;
}

}  // namespace ringfence::cli
