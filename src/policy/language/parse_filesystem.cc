// SPDX-License-Identifier: LGPL-2.1-or-later
// [filesystem]. Its lists are the groups of landlock/groups.h.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "landlock/groups.h"
#include "policy/language/parse_context.h"
#include "policy/model/path_text.h"
#include "policy/model/right_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;
using landlock::Right;

std::optional<ListedPath> listed_path(ParseContext& context, const Located<std::string>& text) {
    const auto parsed = parse_path(text.value);
    if (!parsed) {
        context.problem(text.where, fmt::format("{} {}", quote(text.value), parsed.error().message),
                        parsed.error().hint);
        return {};
    }
    return ListedPath{parsed->path, parsed->optional, text.where};
}

// The kernel denies renaming between directories wherever any fs right is handled. Kernels of ABI 1
// have to, since they do not know fs.refer, and newer kernels do the same. So no ruleset can leave
// fs.refer unhandled.
bool can_be_unrestricted(ParseContext& context, const Right& right, const Location& where) {
    if (right.access() != landlock::access_of("fs.refer")) return true;
    context.problem(where, "`fs.refer` cannot be unrestricted: the kernel denies it unhandled",
                    "allow it on the directories: [[filesystem.rule]], allow = [\"fs.refer\"]");
    return false;
}

void read_unrestricted_fs(ParseContext& context, const Entry& entry) {
    for (const auto& name : strings(context, entry)) {
        const Right* right = find_right(context, name, Family::fs);
        if (right != nullptr && can_be_unrestricted(context, *right, name.where))
            context.rules.unrestricted.push_back({right->access(), name.value, name.where});
    }
}

std::vector<RightEntry> read_allow(ParseContext& context, const Entry& entry) {
    std::vector<RightEntry> rights;
    for (const auto& name : strings(context, entry))
        if (const Right* right = find_right(context, name, Family::fs))
            rights.push_back({right->access(), name.value, name.where});
    if (entry.value.kind == Kind::array && entry.value.array.empty())
        context.problem(entry.value.where, "`allow` is empty: this rule would allow nothing",
                        "name the rights, or leave the rule out");
    return rights;
}

Schema path_schema() {
    Schema schema = string_like(path_pattern());
    schema.name = "path";
    return schema;
}

/// One [[filesystem.rule]] as it stands in the file.
struct RuleTable {
    Located<std::string> path;
    std::vector<RightEntry> rights;
    ArchitectureSet architectures = 0;
    std::string reason;
};

void unknown_architecture(ParseContext& context, const Located<std::string>& name) {
    if (context.full()) return;
    const std::vector<std::string> names = architecture_names();
    const Architecture* of_kernel = architecture_of_machine(name.value);
    const std::string near = of_kernel != nullptr ? of_kernel->name : nearest(name.value, names);
    context.problem(name.where, fmt::format("there is no architecture {}", quote(name.value)),
                    near.empty() ? fmt::format("they are {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean \"{}\", as systemd calls it?", near));
}

ArchitectureSet read_architectures(ParseContext& context, const Entry& entry) {
    ArchitectureSet all = 0;
    for (const auto& name : strings(context, entry)) {
        if (const Architecture* row = find_architecture(name.value))
            all |= set_of(*row);
        else
            unknown_architecture(context, name);
    }
    if (entry.value.kind == Kind::array && entry.value.array.empty())
        context.problem(entry.value.where,
                        "`architecture` is empty: no machine would have this rule",
                        "name the architectures, or leave the key out for all of them");
    return all;
}

Schema architectures_schema() {
    Schema schema = array_of(one_of_words(architecture_names()));
    schema.not_empty = true;
    return schema;
}

Schema right_schema(Family family) {
    return one_of_words(right_names(family));
}

Schema rights_schema() {
    Schema schema = array_of(right_schema(Family::fs));
    schema.not_empty = true;
    return schema;
}

/// The keys of a [[filesystem.rule]]. Their values are read into `rule`.
TableKeys rule_keys(RuleTable& rule) {
    return {
        {"path", in_any,
         [&rule](ParseContext& c, const Entry& e) {
             if (const std::string* text = as_string(c, e)) rule.path = {*text, e.value.where};
         },
         fixed(path_schema), "a file, or a directory and all beneath it", in_any,
         "write path = \"/…\""},
        {"allow", in_any,
         [&rule](ParseContext& c, const Entry& e) { rule.rights = read_allow(c, e); },
         fixed(rights_schema), "these rights and no others", in_any,
         "write allow = [\"fs.read_file\"], or whichever rights the rule gives"},
        {"architecture", in_any,
         [&rule](ParseContext& c, const Entry& e) {
             rule.architectures = read_architectures(c, e);
         },
         fixed(architectures_schema), "only on machines of these architectures"},
        {"reason", in_any,
         [&rule](ParseContext& c, const Entry& e) {
             const std::string* text = as_string(c, e);
             if (text != nullptr && is_line(c, *text, e.value.where)) rule.reason = *text;
         },
         fixed(one_line), "why, for whoever reviews it"},
    };
}

void read_rule(ParseContext& context, const Value& table) {
    RuleTable rule;
    const bool in_layer = context.ruleset_of == RulesetOf::layer;
    read_table(context, table, rule_keys(rule),
               in_layer ? "[[layer.filesystem.rule]]" : "[[filesystem.rule]]");
    if (rule.path.where.line == 0) return;
    const auto path = listed_path(context, rule.path);
    if (!path || rule.rights.empty()) return;
    PathEntry entry{path->path, path->optional, {}, true, rule.reason, path->where, {}, 0};
    for (const RightEntry& right : rule.rights)
        entry.access |= right.access;
    entry.rights = std::move(rule.rights);
    entry.architectures = rule.architectures;
    context.rules.paths.push_back(std::move(entry));
}

void read_rule_list(ParseContext& context, const Entry& entry) {
    for (const Value& item : elements(context, entry)) {
        if (item.kind == Kind::table)
            read_rule(context, item);
        else
            context.problem(item.where, "a rule must be a table", "write [[filesystem.rule]]");
    }
}

// All rights but fs.refer; can_be_unrestricted() says why.
Schema unrestricted_fs_schema() {
    Schema right = right_schema(Family::fs);
    std::erase(right.words, "fs.refer");
    return array_of(std::move(right));
}

void read_removed_paths(ParseContext& context, const Entry& entry) {
    for (ListedPath& path : read_paths(context, entry))
        context.rules.removed_paths.push_back(std::move(path));
}

TableKeys filesystem_keys(RulesetOf of) {
    TableKeys keys;
    for (const landlock::PathGroup& group : landlock::path_groups)
        keys.push_back(
            {group.key, in_any,
             [access = group.access](ParseContext& c, const Entry& e) {
                 for (const ListedPath& path : read_paths(c, e))
                     c.rules.paths.push_back(
                         {path.path, path.optional, access, false, "", path.where, {}, 0});
             },
             fixed(path_list_schema), group.help});
    keys.push_back({"rule", in_any, read_rule_list,
                    [](Role role) {
                        RuleTable unused;
                        return array_of(table_schema(rule_keys(unused), role));
                    },
                    "exact rights on a path, with a reason"});
    keys.push_back({"unrestricted", in_named, read_unrestricted_fs, fixed(unrestricted_fs_schema),
                    "rights that stay allowed everywhere"});
    if (of == RulesetOf::policy)
        keys.push_back({"remove", in_drop_in, read_removed_paths, fixed(path_list_schema),
                        "paths whose rules are taken away"});
    return keys;
}

}  // namespace

Schema filesystem_schema(RulesetOf of, Role role) {
    return table_schema(filesystem_keys(of), role);
}

Schema path_list_schema() {
    return array_of(path_schema());
}

std::vector<ListedPath> read_paths(ParseContext& context, const Entry& entry) {
    std::vector<ListedPath> paths;
    for (const auto& text : strings(context, entry))
        if (auto path = listed_path(context, text)) paths.push_back(std::move(*path));
    return paths;
}

void read_filesystem(ParseContext& context, const Entry& entry) {
    static const RulesetTable table = {"filesystem", filesystem_keys(RulesetOf::policy),
                                       filesystem_keys(RulesetOf::layer)};
    if (read_ruleset_table(context, entry, table)) context.rules.filesystem = true;
}

}  // namespace ringfence::policy
