// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/inherit.h"

#include <algorithm>

#include "landlock/groups.h"
#include "unit/command.h"

namespace ringfence::dropin {

namespace {

// execute, as far as the layer handles it.
landlock::Access execute_access(const policy::Layer& layer) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (std::string_view(group.option) == "execute")
            return group.access & (landlock::known_at(layer.abi) - layer.unrestricted);
    return {};
}

// A program's path becomes a rule's, in which "$" would be a variable.
std::string as_rule_path(const std::string& program) {
    std::string out;
    for (const char c : unit::simplify_path(program))
        out.append(c == '$' ? 2 : 1, c);
    return out;
}

void add_path(policy::Layer& layer, const policy::PathRule& rule) {
    const auto same = [&](const policy::PathRule& other) {
        return other.path == rule.path && other.access.contains(rule.access);
    };
    if (std::any_of(layer.paths.begin(), layer.paths.end(), same)) return;
    const auto before = [](const policy::PathRule& a, const policy::PathRule& b) {
        return a.path < b.path;
    };
    layer.paths.insert(std::upper_bound(layer.paths.begin(), layer.paths.end(), rule, before),
                       rule);
}

}  // namespace

void add_inherited_rules(const unit::Unit& unit, policy::Rules& rules) {
    if (!rules.inherit) return;
    for (const unit::Assignment* line : unit::list_setting(unit, {"ExecStart"})) {
        for (const unit::Command& command :
             unit::parse_commands(line->value, line->where.file, unit.name).commands) {
            if (!command.is_absolute) continue;
            for (policy::Layer& layer : rules.layers) {
                policy::PathRule rule;
                rule.path = as_rule_path(command.path);
                rule.optional = true;  // a program that is missing is for execve(2) to report
                rule.access = execute_access(layer);
                rule.origins = {{command.where, "", "the unit's own program"}};
                add_path(layer, rule);
            }
        }
    }
}

}  // namespace ringfence::dropin
