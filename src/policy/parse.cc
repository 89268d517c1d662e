// SPDX-License-Identifier: LGPL-2.1-or-later
// The top level of a policy file.
#include <algorithm>

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/json.h"
#include "policy/landlockconfig.h"
#include "policy/name.h"
#include "policy/parse_context.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

constexpr int language_version = 1;

/// An integer in first…last; a problem otherwise.
std::optional<int> integer_in(Context& context, const Entry& entry, int first, int last) {
    const Value& value = entry.value;
    if (value.kind != Kind::integer) {
        const bool digits = value.kind == Kind::string && !value.string.empty() &&
                            value.string.size() < 4 &&
                            value.string.find_first_not_of("0123456789") == std::string::npos;
        context.problem(
            value.where,
            fmt::format("`{}` must be an integer, not {}", entry.key, describe(value.kind)),
            digits          ? fmt::format("write {} = {}", entry.key, value.string)
            : first == last ? fmt::format("write {} = {}", entry.key, first)
                            : fmt::format("write a number from {} to {}", first, last));
        return {};
    }
    if (value.integer >= first && value.integer <= last) return static_cast<int>(value.integer);
    context.problem(
        value.where,
        fmt::format("`{}` is {}, which this ringfence does not know", entry.key, value.integer),
        first == last ? fmt::format("write {} = {}", entry.key, first)
                      : fmt::format("write a number from {} to {}", first, last));
    return {};
}

void read_version(Context& context, const Entry& entry) {
    integer_in(context, entry, language_version, language_version);
}

void read_abi(Context& context, const Entry& entry) {
    const auto abi = integer_in(context, entry, 1, landlock::newest_abi);
    // An unreadable one counts as there: it is not missing as well.
    context.policy.abi = Located<int>{abi.value_or(landlock::newest_abi), entry.value.where};
}

void read_minimum_abi(Context& context, const Entry& entry) {
    const Value& value = entry.value;
    if (value.kind == Kind::string) {
        if (value.string != "all")
            context.problem(
                value.where, fmt::format("`minimum_abi` cannot be {}", quote(value.string)),
                fmt::format("write a number from 1 to {}, or \"all\"", landlock::newest_abi));
        context.policy.minimum_abi = {minimum_abi_all, value.where};
    } else if (value.kind != Kind::integer) {
        context.problem(value.where,
                        fmt::format("`minimum_abi` must be an integer or \"all\", not {}",
                                    describe(value.kind)));
    } else if (const auto abi = integer_in(context, entry, 1, landlock::newest_abi)) {
        context.policy.minimum_abi = {*abi, value.where};
    }
}

void read_description(Context& context, const Entry& entry) {
    const std::string* text = as_string(context, entry);
    if (text != nullptr && is_line(context, *text, entry.value.where))
        context.policy.description = {*text, entry.value.where};
}

void read_documentation(Context& context, const Entry& entry) {
    context.policy.documentation = strings(context, entry);
    for (const auto& [text, where] : context.policy.documentation)
        is_line(context, text, where);
}

std::string hint_for_unit(const std::string& text) {
    const std::string name = text.substr(text.rfind('/') + 1);  // npos + 1 is 0
    if (name.ends_with(".service") && !name.starts_with('.'))
        return fmt::format("write {}", quote(name));
    const bool other = name.find('.') != std::string::npos;
    return other || name.empty() ? "only services are fenced: write \"NAME.service\""
                                 : fmt::format("write {}", quote(name + ".service"));
}

void read_units(Context& context, const Entry& entry) {
    for (const auto& unit : strings(context, entry)) {
        constexpr std::string_view suffix = ".service";
        const bool service = unit.value.size() > suffix.size() && unit.value.ends_with(suffix);
        if (service && unit.value.find('/') == std::string::npos &&
            is_line(context, unit.value, unit.where))
            context.policy.units.push_back(unit);
        else if (!service || unit.value.find('/') != std::string::npos)
            context.problem(unit.where,
                            fmt::format("{} is no name of a service unit", quote(unit.value)),
                            hint_for_unit(unit.value));
    }
}

void read_extends(Context& context, const Entry& entry) {
    for (const auto& name : strings(context, entry)) {
        const std::string wrong = problem_with_name(name.value);
        if (wrong.empty())
            context.policy.extends.push_back(name);
        else
            context.problem(name.where, fmt::format("{} is no name of an abstraction: {}",
                                                    quote(name.value), wrong));
    }
}

void read_inherit(Context& context, const Entry& entry) {
    if (const bool* value = as_bool(context, entry))
        context.policy.inherit = {*value, entry.value.where};
}

void read_reports(Context& context, const Entry& entry) {
    Reports reports{false, false};
    for (const auto& name : strings(context, entry)) {
        if (name.value == "notify")
            reports.notify = true;
        else if (name.value == "journal")
            reports.journal = true;
        else
            context.problem(name.where, fmt::format("there is no report {}", quote(name.value)),
                            "the reports are \"notify\" and \"journal\"; [] sends none");
    }
    context.policy.reports = {reports, entry.value.where};
}

void read_quiet(Context& context, const Entry& entry) {
    for (PathEntry& path : read_paths(context, entry))
        context.policy.quiet.push_back(std::move(path));
}

const Keys& log_keys() {
    static const Keys keys = {
        {"quiet", in_any, read_quiet, fixed(path_list_shape),
         "paths whose denials are not logged (ABI 10)"},
    };
    return keys;
}

void read_log(Context& context, const Entry& entry) {
    if (const Value* table = as_table(context, entry))
        read_table(context, *table, log_keys(), "[log]");
}

const Keys& layer_keys() {
    static const Keys keys = {
        {"filesystem", in_any, read_filesystem,
         [](Role role) { return filesystem_shape(true, role); },
         "files that this layer allows; without it the layer leaves them to the others"},
        {"network", in_any, read_network, [](Role role) { return network_shape(true, role); },
         "ports that this layer allows; without it the layer leaves them to the others"},
        {"scope", in_any, read_scope, scope_shape,
         "scopes of this layer; without it the layer leaves them to the others"},
    };
    return keys;
}

Shape layer_shape(Role role) {
    Shape layer = table_shape(layer_keys(), role);
    layer.not_empty = true;
    return array_of(std::move(layer));
}

// A name as problem_with_name() takes it.
Shape name_shape() {
    return string_like(R"(^[A-Za-z0-9:_\\@-][A-Za-z0-9:_.\\@-]{0,247}$)");
}

Shape unit_shape() {
    return string_like(R"(^[^/\u0000-\u001f\u007f]+\.service$)");
}

void read_layer(Context& context, const Entry& entry) {
    for (const Value& item : elements(context, entry)) {
        if (item.kind != Kind::table) {
            context.problem(item.where, "a layer must be a table",
                            "write [[layer]], then [layer.filesystem]");
            continue;
        }
        Ruleset rules;
        rules.where = item.where;
        Context inner{context.policy, &rules, true, context.problems};
        read_table(inner, item, layer_keys(), "[[layer]]");
        if (item.table.empty())
            context.problem(item.where, "this layer restricts nothing",
                            "give it a [layer.filesystem], [layer.network] or [layer.scope]");
        context.policy.layers.push_back(std::move(rules));
    }
}

Shape abi_shape() {
    return integer_from(1, landlock::newest_abi);
}

Shape minimum_abi_shape() {
    return either({abi_shape(), one_of_words({"all"})});
}

std::string write_version() {
    return fmt::format("write version = {}", language_version);
}

std::string write_abi() {
    return fmt::format("write abi = {} or the Landlock ABI that the rules were tested with",
                       landlock::newest_abi);
}

const Keys& top_keys() {
    static const Keys keys = {
        {"version", in_any | in_defaults, read_version,
         fixed([] { return integer_from(language_version, language_version); }),
         "of the policy language", in_any, write_version()},
        {"description", in_any, read_description, fixed(one_line), "what is fenced, in one line"},
        {"documentation", in_any, read_documentation, fixed([] { return array_of(one_line()); }),
         "where to read more: \"man:nginx(8)\", \"https://…\""},
        {"units", in_policy, read_units, fixed([] { return array_of(unit_shape()); }),
         "the units that the policy is written for"},
        {"extends", in_any, read_extends, fixed([] { return array_of(name_shape()); }),
         "abstractions whose rules are added: abstractions/NAME.toml"},
        {"abi", in_policy | in_abstraction, read_abi, fixed(abi_shape),
         "the Landlock ABI that the rules are written and tested for; newer rights are left alone",
         in_policy, write_abi()},
        {"minimum_abi", in_named | in_defaults, read_minimum_abi, fixed(minimum_abi_shape),
         "refuse to start on a kernel with less; \"all\": refuse unless all of it is enforced"},
        {"reports", in_defaults, read_reports, fixed([] {
             return array_of(one_of_words({"notify", "journal"}));
         }),
         "where wrappers say what they did: \"notify\" (systemctl status), \"journal\""},
        {"inherit", in_named, read_inherit, fixed(true_or_false),
         "allow what the unit's own settings name: its program, StateDirectory=, …"},
        {"filesystem", in_any, read_filesystem,
         [](Role role) { return filesystem_shape(false, role); },
         "files; what is not listed is denied"},
        {"network", in_any, read_network, [](Role role) { return network_shape(false, role); },
         "ports; what is not listed is denied"},
        {"scope", in_named, read_scope, scope_shape,
         "what must stay among the service's own processes"},
        {"log", in_any, read_log, [](Role role) { return table_shape(log_keys(), role); },
         "what is not logged"},
        {"layer", in_named, read_layer, layer_shape,
         "further rulesets, stacked on top: each only narrows"},
        {"systemd", in_any, read_systemd, fixed(systemd_shape),
         "directives of the unit's [Service] section that go with the policy"},
        {"check", in_any, read_check, fixed(check_shape),
         "findings of `ringfence check` that are meant"},
    };
    return keys;
}

/// A file in the format of landlockconfig.
Result<Policy> parse_foreign(const Result<LandlockConfig>& config, Role role) {
    if (!config) return tl::unexpected(config.error());
    if (role != Role::policy)
        return fail({{config->file, 1, 1},
                     fmt::format("a landlockconfig file has no place as {}",
                                 role == Role::drop_in ? "a drop-in" : "an abstraction"),
                     "it stands for a whole policy: `ringfence import` translates it"});
    auto made = to_policy(*config, Unsayable::refuse);
    if (!made) return tl::unexpected(made.error());
    return std::move(made->policy);
}

bool earlier(const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
}

}  // namespace

Shape shape_of(Role role) {
    return table_shape(top_keys(), role);
}

std::string home_of(const std::string& key) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (key == group.key) return "[filesystem]";
    for (const landlock::PortGroup& group : landlock::port_groups)
        if (key == group.key) return "[network]";
    for (const landlock::ScopeGroup& group : landlock::scope_groups)
        if (key == group.key) return "[scope]";
    if (key == "quiet") return "[log]";
    for (const Key& top : top_keys())
        if (key == top.name)
            return top.shape(Role::policy).type == Shape::Type::table || key == "layer"
                       ? "the top level"
                       : "the top level, before the first [table]";
    for (const char* rule : {"path", "allow", "reason"})
        if (key == rule) return "[[filesystem.rule]]";
    return "";
}

Result<Policy> parse_policy(std::string_view text, const SharedText& file, Role role) {
    if (looks_like_json(text)) return parse_foreign(parse_landlockconfig(text, file), role);
    auto root = parse_toml(text, file);
    if (!root) return tl::unexpected(root.error());
    if (is_landlockconfig(*root))
        return parse_foreign(read_landlockconfig(*root, file, Spelling::toml), role);
    Policy policy;
    policy.file = file;
    policy.role = role;
    policy.rules.where = {file, 1, 1};
    Diagnostics problems;
    Context context{policy, &policy.rules, false, problems};
    read_table(context, *root, top_keys(), "the top level");
    if (policy.abi)
        for (Diagnostic& problem : check_abi(policy, policy.abi->value))
            if (!context.full()) problems.push_back(std::move(problem));
    std::stable_sort(problems.begin(), problems.end(), earlier);
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return policy;
}

}  // namespace ringfence::policy
