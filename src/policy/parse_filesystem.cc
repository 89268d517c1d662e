// SPDX-License-Identifier: LGPL-2.1-or-later
// [filesystem]: the keys come from the tables of src/landlock.
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/parse_context.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;
using landlock::Right;

std::optional<PathEntry> path_entry(Context& context, const Located<std::string>& text) {
    const auto parsed = parse_path(text.value);
    if (!parsed) {
        context.problem(text.where, fmt::format("{} {}", quote(text.value), parsed.error().message),
                        parsed.error().hint);
        return {};
    }
    PathEntry entry;
    entry.path = parsed->path;
    entry.optional = parsed->optional;
    entry.where = text.where;
    return entry;
}

// Renaming between directories is denied where any fs right is handled (ABI 1 kernels did not know
// fs.refer, and newer ones keep to that), so no ruleset can leave it unhandled.
bool can_be_unrestricted(Context& context, const Right& right, const Location& where) {
    if (right.access() != landlock::access_of("fs.refer")) return true;
    context.problem(where, "`fs.refer` cannot be unrestricted: the kernel denies it unhandled",
                    "allow it on the directories: [[filesystem.rule]], allow = [\"fs.refer\"]");
    return false;
}

void read_unrestricted_fs(Context& context, const Entry& entry) {
    for (const auto& name : strings(context, entry)) {
        const Right* right = find_right(context, name, Family::fs);
        if (right != nullptr && can_be_unrestricted(context, *right, name.where))
            context.rules->unrestricted.push_back({right->access(), name.value, name.where});
    }
}

std::vector<RightEntry> read_allow(Context& context, const Entry& entry) {
    std::vector<RightEntry> rights;
    for (const auto& name : strings(context, entry))
        if (const Right* right = find_right(context, name, Family::fs))
            rights.push_back({right->access(), name.value, name.where});
    if (entry.value.kind == Kind::array && entry.value.array.empty())
        context.problem(entry.value.where, "`allow` is empty: this rule would allow nothing",
                        "name the rights, or leave the rule out");
    return rights;
}

Shape path_shape() {
    Shape shape = string_like(path_pattern());
    shape.name = "path";
    return shape;
}

/// What the keys of one [[filesystem.rule]] say.
struct RuleTable {
    Located<std::string> path;
    std::vector<RightEntry> rights;
    std::string reason;
};

Shape right_shape(Family family) {
    std::vector<std::string> names;
    for (const Right& right : landlock::rights)
        if (right.family == family) names.emplace_back(right.name);
    return one_of_words(std::move(names));
}

Shape rights_shape() {
    Shape shape = array_of(right_shape(Family::fs));
    shape.not_empty = true;
    return shape;
}

/// `rule` may be null where only the keys' shapes are wanted.
Keys rule_keys(RuleTable* rule) {
    return {
        {"path", in_any,
         [rule](Context& c, const Entry& e) {
             if (const std::string* text = as_string(c, e)) rule->path = {*text, e.value.where};
         },
         fixed(path_shape), "a file, or a directory and all beneath it", in_any,
         "write path = \"/…\""},
        {"allow", in_any, [rule](Context& c, const Entry& e) { rule->rights = read_allow(c, e); },
         fixed(rights_shape), "these rights and no others", in_any,
         "write allow = [\"fs.read_file\"], or whichever rights the rule gives"},
        {"reason", in_any,
         [rule](Context& c, const Entry& e) {
             const std::string* text = as_string(c, e);
             if (text != nullptr && is_line(c, *text, e.value.where)) rule->reason = *text;
         },
         fixed(one_line), "why, for whoever reviews it"},
    };
}

/// One [[filesystem.rule]].
void read_rule(Context& context, const Value& table) {
    RuleTable rule;
    read_table(context, table, rule_keys(&rule),
               context.in_layer ? "[[layer.filesystem.rule]]" : "[[filesystem.rule]]");
    if (rule.path.where.line == 0) return;
    auto entry = path_entry(context, rule.path);
    if (!entry || rule.rights.empty()) return;
    for (const RightEntry& right : rule.rights)
        entry->access |= right.access;
    entry->exact = true;
    entry->rights = std::move(rule.rights);
    entry->reason = rule.reason;
    context.rules->paths.push_back(std::move(*entry));
}

void read_rule_list(Context& context, const Entry& entry) {
    for (const Value& item : elements(context, entry)) {
        if (item.kind == Kind::table)
            read_rule(context, item);
        else
            context.problem(item.where, "a rule must be a table", "write [[filesystem.rule]]");
    }
}

// All but fs.refer: can_be_unrestricted() says why.
Shape unrestricted_fs_shape() {
    Shape right = right_shape(Family::fs);
    std::erase(right.words, "fs.refer");
    return array_of(std::move(right));
}

void read_removed_paths(Context& context, const Entry& entry) {
    for (PathEntry& path : read_paths(context, entry))
        context.rules->removed_paths.push_back(std::move(path));
}

Keys filesystem_keys(bool in_layer) {
    Keys keys;
    for (const landlock::PathGroup& group : landlock::path_groups)
        keys.push_back({group.key, in_any,
                        [access = group.access](Context& c, const Entry& e) {
                            for (PathEntry& path : read_paths(c, e)) {
                                path.access = access;
                                c.rules->paths.push_back(std::move(path));
                            }
                        },
                        fixed(path_list_shape), group.help});
    keys.push_back({"rule", in_any, read_rule_list,
                    [](Role role) { return array_of(table_shape(rule_keys(nullptr), role)); },
                    "exact rights on a path, with a reason"});
    keys.push_back({"unrestricted", in_named, read_unrestricted_fs, fixed(unrestricted_fs_shape),
                    "rights that stay allowed everywhere"});
    if (!in_layer)
        keys.push_back({"remove", in_drop_in, read_removed_paths, fixed(path_list_shape),
                        "paths whose rules are taken away"});
    return keys;
}

}  // namespace

Shape filesystem_shape(bool in_layer, Role role) {
    return table_shape(filesystem_keys(in_layer), role);
}

Shape path_list_shape() {
    return array_of(path_shape());
}

std::vector<PathEntry> read_paths(Context& context, const Entry& entry) {
    std::vector<PathEntry> paths;
    for (const auto& text : strings(context, entry))
        if (auto path = path_entry(context, text)) paths.push_back(std::move(*path));
    return paths;
}

void read_filesystem(Context& context, const Entry& entry) {
    const Value* table = as_table(context, entry);
    if (table == nullptr) return;
    context.rules->filesystem = true;
    static const Keys own = filesystem_keys(false);
    static const Keys of_layer = filesystem_keys(true);
    read_table(context, *table, context.in_layer ? of_layer : own, title_of(context, "filesystem"));
}

}  // namespace ringfence::policy
