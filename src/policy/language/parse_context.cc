// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/parse_context.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/ascii.h"
#include "landlock/groups.h"
#include "policy/model/path_text.h"
#include "policy/model/right_names.h"

namespace ringfence::policy {

namespace {

const char* article(Role role) {
    switch (role) {
        case Role::policy:
            return "a policy";
        case Role::abstraction:
            return "an abstraction";
        case Role::drop_in:
            return "a drop-in";
        case Role::defaults:
            return "ringfence.conf";
    }
    return "";
}

/// The hint for a key that a file of this role must not have.
const char* place_of(const TableKey& key) {
    if ((key.roles & in_policy) != 0) return "it belongs in the policy that the unit names";
    if ((key.roles & in_defaults) != 0) return "it belongs in /etc/ringfence/ringfence.conf";
    return "it belongs in a drop-in, NAME.toml.d/*.toml";
}

using landlock::Family;
using landlock::Right;

unsigned bit_of(Role role) {
    return 1u << static_cast<unsigned>(role);
}

bool is_for(const TableKey& key, Role role) {
    return (key.roles & bit_of(role)) != 0;
}

/// "in [filesystem]", "at the top level".
const char* preposition(std::string_view place) {
    return place.starts_with('[') ? "in" : "at";
}

/// Only the letters and digits, in lower case: people write "MinimumABI" for "minimum_abi".
std::string squashed(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (is_alphanumeric(c)) out += lower(c);
    return out;
}

std::string same_letters(const std::string& word, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (squashed(name) == squashed(word)) return name;
    return "";
}

/// The right whose name stands as a key in [filesystem]; empty when the key is no right.
std::string right_behind(const std::string& key, std::string_view title) {
    if (title != "[filesystem]" && title != "[layer.filesystem]") return "";
    for (const std::string& name : right_names(Family::fs))
        if (key == name || "fs." + key == name) return name;
    return "";
}

void unknown_key(ParseContext& context, const Entry& entry, const TableKeys& keys,
                 std::string_view title) {
    if (context.full()) return;
    std::vector<std::string> names;
    for (const TableKey& key : keys)
        if (is_for(key, context.policy.role)) names.push_back(key.name);
    const std::string home = home_of(entry.key);
    const std::string near = nearest(entry.key, names);
    std::string hint;
    if (!home.empty() && context.policy.role == Role::defaults)
        hint = "it belongs in a policy";
    else if (!home.empty())
        hint = fmt::format("it belongs {} {}", preposition(home), home);
    else if (const std::string right = right_behind(entry.key, title); !right.empty())
        hint = fmt::format(
            "a right by its name stands in a rule: [[filesystem.rule]], allow = "
            "[\"{}\"]",
            right);
    else if (const std::string same = same_letters(entry.key, names); !same.empty())
        hint = fmt::format("did you mean `{}`?", same);
    else if (!near.empty())
        hint = fmt::format("did you mean `{}`?", near);
    else
        hint = fmt::format("valid keys: {}", fmt::join(names, ", "));
    context.problem(
        entry.where,
        fmt::format("unknown key {} {} {}", quote(entry.key), preposition(title), title), hint);
}

/// "[network]", or "[layer.network]" in a layer.
std::string title_of(const ParseContext& context, std::string_view table) {
    return fmt::format("[{}{}]", context.ruleset_of == RulesetOf::layer ? "layer." : "", table);
}

void wrong_kind(ParseContext& context, const Entry& entry, std::string_view wanted,
                std::string hint = {}) {
    context.problem(
        entry.value.where,
        fmt::format("`{}` must be {}, not {}", entry.key, wanted, describe(entry.value.kind)),
        std::move(hint));
}

/// A hint that shows the value as an element of a list.
std::string hint_for_list(const Entry& entry) {
    const Value& value = entry.value;
    if (value.kind == Kind::integer) return fmt::format("write [{}]", value.integer);
    if (value.kind == Kind::string) return fmt::format("write [{}]", quote(value.string));
    if (value.kind == Kind::table)
        return fmt::format("write it as [[{}]]",
                           entry.key == "rule" ? "filesystem.rule" : entry.key);
    return "write it in [ and ]";
}

std::string rights_of_group(std::string_view key) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (key == group.key) return joined_right_names(group.access);
    return "";
}

/// The right of a constant of the kernel: "LANDLOCK_ACCESS_FS_READ_FILE" is "fs.read_file".
std::string right_of_constant(std::string_view word, const std::vector<std::string>& names) {
    constexpr std::string_view prefix = "LANDLOCK_ACCESS_";
    if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
    return same_letters(std::string(word), names);
}

}  // namespace

void read_table(ParseContext& context, const Value& table, const TableKeys& keys,
                std::string_view title) {
    for (const Entry& entry : table.table) {
        const auto key = std::find_if(keys.begin(), keys.end(),
                                      [&](const TableKey& k) { return k.name == entry.key; });
        const Role role = context.policy.role;
        if (key == keys.end())
            unknown_key(context, entry, keys, title);
        else if (!is_for(*key, role))
            context.problem(entry.where,
                            fmt::format("`{}` has no place in {}", entry.key, article(role)),
                            place_of(*key));
        else
            key->read(context, entry);
    }
    for (const TableKey& key : keys) {
        const bool there = std::any_of(table.table.begin(), table.table.end(),
                                       [&](const Entry& entry) { return entry.key == key.name; });
        if (!there && (key.required & bit_of(context.policy.role)) != 0)
            context.problem(table.where,
                            title.starts_with('[')
                                ? fmt::format("`{}` is missing in {}", key.name, title)
                                : fmt::format("`{}` is missing", key.name),
                            key.missing);
    }
}

Schema table_schema(const TableKeys& keys, Role role) {
    Schema schema;
    schema.type = Schema::Type::table;
    for (const TableKey& key : keys)
        if (is_for(key, role))
            schema.keys.push_back(
                {key.name, key.help, (key.required & bit_of(role)) != 0, key.schema(role)});
    return schema;
}

const Value* as_table(ParseContext& context, const Entry& entry) {
    if (entry.value.kind == Kind::table) return &entry.value;
    const std::string table = entry.key == "remove" ? "network.remove" : entry.key;
    wrong_kind(context, entry, "a table",
               fmt::format("write {}, and the keys below it", title_of(context, table)));
    return nullptr;
}

const std::string* as_string(ParseContext& context, const Entry& entry) {
    if (entry.value.kind == Kind::string) return &entry.value.string;
    wrong_kind(context, entry, "a string");
    return nullptr;
}

const bool* as_bool(ParseContext& context, const Entry& entry) {
    if (entry.value.kind == Kind::boolean) return &entry.value.boolean;
    wrong_kind(context, entry, "true or false");
    return nullptr;
}

const std::vector<Value>& elements(ParseContext& context, const Entry& entry) {
    if (entry.value.kind != Kind::array)
        wrong_kind(context, entry, "an array", hint_for_list(entry));
    return entry.value.array;  // empty for everything else
}

std::vector<Located<std::string>> strings(ParseContext& context, const Entry& entry) {
    if (entry.value.kind == Kind::string) {
        wrong_kind(context, entry, "an array of strings", hint_for_list(entry));
        return {};
    }
    std::vector<Located<std::string>> all;
    for (const Value& item : elements(context, entry)) {
        if (item.kind == Kind::string)
            all.push_back({item.string, item.where});
        else
            context.problem(item.where, fmt::format("an element of `{}` must be a string, not {}",
                                                    entry.key, describe(item.kind)));
    }
    return all;
}

bool is_line(ParseContext& context, const std::string& text, const Location& where) {
    const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!clean)
        context.problem(where, fmt::format("{} has a control character in it", quote(text)),
                        "write it in one line");
    return clean;
}

const landlock::Right* find_right(ParseContext& context, const Located<std::string>& name,
                                  Family family) {
    const Right* right = landlock::find_right(name.value.data(), name.value.size());
    if (right != nullptr && right->family == family) return right;
    if (right != nullptr) {
        context.problem(name.where, fmt::format("{} is no right of this table", quote(name.value)),
                        family == Family::fs ? "[network] has ports and [scope] scopes"
                                             : "[filesystem] has the fs. rights");
        return nullptr;
    }
    if (context.full()) return nullptr;
    if (const std::string rights = rights_of_group(name.value); !rights.empty()) {
        context.problem(name.where, fmt::format("{} is a group of rights", quote(name.value)),
                        fmt::format("name its rights: {}", rights));
        return nullptr;
    }
    const std::string prefix = family == Family::fs ? "fs." : "net.";
    const std::vector<std::string> names = right_names(family);
    std::string near = nearest(name.value, names);
    if (near.empty()) near = nearest(prefix + name.value, names);
    if (near.empty()) near = right_of_constant(name.value, names);
    context.problem(name.where, fmt::format("there is no right {}", quote(name.value)),
                    near.empty() ? fmt::format("the rights are {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean `{}`?", near));
    return nullptr;
}

bool read_ruleset_table(ParseContext& context, const Entry& entry, const RulesetTable& table) {
    const Value* value = as_table(context, entry);
    if (value == nullptr) return false;
    const bool in_layer = context.ruleset_of == RulesetOf::layer;
    read_table(context, *value, in_layer ? table.of_layer : table.of_policy,
               title_of(context, table.name));
    return true;
}

}  // namespace ringfence::policy
