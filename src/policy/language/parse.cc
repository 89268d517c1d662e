// SPDX-License-Identifier: LGPL-2.1-or-later
// The top level of a policy file, with [log] and [[layer]].
#include "policy/language/parse.h"

#include "landlock/groups.h"
#include "policy/language/check_abi.h"
#include "policy/language/parse_context.h"
#include "policy/model/name.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

void read_quiet(ParseContext& context, const Entry& entry) {
    for (ListedPath& path : read_paths(context, entry))
        context.policy.quiet.push_back(std::move(path));
}

const TableKeys& log_keys() {
    static const TableKeys keys = {
        {"quiet", in_any, read_quiet, fixed(path_list_schema),
         "paths whose denials are not logged (ABI 10)"},
    };
    return keys;
}

void read_log(ParseContext& context, const Entry& entry) {
    if (const Value* table = as_table(context, entry))
        read_table(context, *table, log_keys(), "[log]");
}

const TableKeys& layer_keys() {
    static const TableKeys keys = {
        {"filesystem", in_any, read_filesystem,
         [](Role role) { return filesystem_schema(RulesetOf::layer, role); },
         "files that this layer allows; without it the layer leaves them to the others"},
        {"network", in_any, read_network,
         [](Role role) { return network_schema(RulesetOf::layer, role); },
         "ports that this layer allows; without it the layer leaves them to the others"},
        {"scope", in_any, read_scope, scope_schema,
         "scopes of this layer; without it the layer leaves them to the others"},
    };
    return keys;
}

Schema layer_schema(Role role) {
    Schema layer = table_schema(layer_keys(), role);
    layer.not_empty = true;
    return array_of(std::move(layer));
}

void read_layer(ParseContext& context, const Entry& entry) {
    for (const Value& item : elements(context, entry)) {
        if (item.kind != Kind::table) {
            context.problem(item.where, "a layer must be a table",
                            "write [[layer]], then [layer.filesystem]");
            continue;
        }
        Ruleset rules;
        rules.where = item.where;
        ParseContext inner{context.policy, context.problems, rules, RulesetOf::layer};
        read_table(inner, item, layer_keys(), "[[layer]]");
        if (item.table.empty())
            context.problem(item.where, "this layer restricts nothing",
                            "give it a [layer.filesystem], [layer.network] or [layer.scope]");
        context.policy.layers.push_back(std::move(rules));
    }
}

TableKeys top_tables() {
    return {
        {"filesystem", in_any, read_filesystem,
         [](Role role) { return filesystem_schema(RulesetOf::policy, role); },
         "files; what is not listed is denied"},
        {"network", in_any, read_network,
         [](Role role) { return network_schema(RulesetOf::policy, role); },
         "ports; what is not listed is denied"},
        {"scope", in_named, read_scope, scope_schema,
         "what must stay among the service's own processes"},
        {"log", in_any, read_log, [](Role role) { return table_schema(log_keys(), role); },
         "what is not logged"},
        {"layer", in_named, read_layer, layer_schema,
         "further rulesets, stacked on top: each only narrows"},
        {"systemd", in_any, read_systemd, fixed(systemd_schema),
         "directives of the unit's [Service] section that go with the policy"},
        {"capabilities", in_any, read_capabilities, fixed(capabilities_schema),
         "capabilities that the service keeps although they defeat the fence"},
        {"check", in_any, read_check, fixed(check_schema),
         "findings of `ringfence check` that are meant"},
    };
}

const TableKeys& top_keys() {
    static const TableKeys keys = [] {
        TableKeys all = setting_keys();
        for (TableKey& table : top_tables())
            all.push_back(std::move(table));
        return all;
    }();
    return keys;
}

}  // namespace

Schema schema_of(Role role) {
    return table_schema(top_keys(), role);
}

std::string home_of(const std::string& key) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (key == group.key) return "[filesystem]";
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (key == group.key) return "[network]";
    for (const landlock::ScopeGroup& group : landlock::scope_groups)
        if (key == group.key) return "[scope]";
    if (key == "quiet") return "[log]";
    if (key == "keep") return "[capabilities]";
    for (const TableKey& top : top_keys())
        if (key == top.name)
            return top.schema(Role::policy).type == Schema::Type::table || key == "layer"
                       ? "the top level"
                       : "the top level, before the first [table]";
    for (const char* rule : {"path", "allow", "reason"})
        if (key == rule) return "[[filesystem.rule]]";
    return "";
}

Result<Policy> read_policy(const Value& root, const SharedText& file, Role role) {
    Policy policy;
    policy.file = file;
    policy.role = role;
    policy.rules.where = {file, 1, 1};
    Problems problems;
    ParseContext context{policy, problems, policy.rules};
    read_table(context, root, top_keys(), "the top level");
    if (policy.abi) problems.add(check_abi(policy, policy.abi->value));
    problems.sort();
    if (!problems.empty()) return problems.take();
    return policy;
}

}  // namespace ringfence::policy
