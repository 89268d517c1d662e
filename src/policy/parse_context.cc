// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/parse_context.h"

#include <algorithm>

#include <fmt/format.h>

#include "landlock/groups.h"
#include "policy/path_text.h"

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

/// Where a key belongs that this file must not have.
const char* place_of(const Key& key) {
    if ((key.roles & in_policy) != 0) return "it belongs in the policy that the unit names";
    if ((key.roles & in_defaults) != 0) return "it belongs in /etc/ringfence/ringfence.conf";
    return "it belongs in a drop-in, NAME.toml.d/*.toml";
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

using landlock::Family;
using landlock::Right;

std::vector<std::string> names_of(Family family) {
    std::vector<std::string> names;
    for (const Right& right : landlock::rights)
        if (right.family == family) names.emplace_back(right.name);
    return names;
}

unsigned bit_of(Role role) {
    return 1u << static_cast<unsigned>(role);
}

bool is_for(const Key& key, Role role) {
    return (key.roles & bit_of(role)) != 0;
}

/// "in [filesystem]", "at the top level".
const char* preposition(std::string_view place) {
    return place.starts_with('[') ? "in" : "at";
}

/// Letters and digits only, in lower case: "MinimumABI" is "minimum_abi" to people.
std::string squashed(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (is_alphanumeric(c)) out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return out;
}

std::string same_letters(const std::string& word, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (squashed(name) == squashed(word)) return name;
    return "";
}

/// The right that somebody wrote as a key of [filesystem].
std::string right_behind(const std::string& key, std::string_view title) {
    if (title != "[filesystem]" && title != "[layer.filesystem]") return "";
    for (const std::string& name : names_of(Family::fs))
        if (key == name || "fs." + key == name) return name;
    return "";
}

void unknown_key(Context& context, const Entry& entry, const Keys& keys, std::string_view title) {
    if (context.full()) return;
    std::vector<std::string> names;
    for (const Key& key : keys)
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

void wrong_kind(Context& context, const Entry& entry, std::string_view wanted,
                std::string hint = {}) {
    context.problem(
        entry.value.where,
        fmt::format("`{}` must be {}, not {}", entry.key, wanted, describe(entry.value.kind)),
        std::move(hint));
}

/// What stands there, put into a list.
std::string hint_for_list(const Entry& entry) {
    const Value& value = entry.value;
    if (value.kind == Kind::integer) return fmt::format("write [{}]", value.integer);
    if (value.kind == Kind::string) return fmt::format("write [{}]", quote(value.string));
    if (value.kind == Kind::table)
        return fmt::format("write it as [[{}]]",
                           entry.key == "rule" ? "filesystem.rule" : entry.key);
    return "write it in [ and ]";
}

}  // namespace

namespace {

std::string rights_of_group(std::string_view key) {
    std::vector<std::string> names;
    for (const landlock::PathGroup& group : landlock::path_groups)
        for (const Right& right : landlock::rights)
            if (key == group.key && group.access.contains(right.access()))
                names.emplace_back(right.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

/// "LANDLOCK_ACCESS_FS_READ_FILE" → "fs.read_file".
std::string right_of_constant(std::string_view word, const std::vector<std::string>& names) {
    constexpr std::string_view prefix = "LANDLOCK_ACCESS_";
    if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
    return same_letters(std::string(word), names);
}

}  // namespace

void read_table(Context& context, const Value& table, const Keys& keys, std::string_view title) {
    for (const Entry& entry : table.table) {
        const auto key = std::find_if(keys.begin(), keys.end(),
                                      [&](const Key& k) { return k.name == entry.key; });
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
    for (const Key& key : keys) {
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

Shape table_shape(const Keys& keys, Role role) {
    Shape shape;
    shape.type = Shape::Type::table;
    for (const Key& key : keys)
        if (is_for(key, role))
            shape.keys.push_back(
                {key.name, key.help, (key.required & bit_of(role)) != 0, key.shape(role)});
    return shape;
}

const Value* as_table(Context& context, const Entry& entry) {
    if (entry.value.kind == Kind::table) return &entry.value;
    wrong_kind(context, entry, "a table",
               fmt::format("write [{}{}], and the keys below it", context.in_layer ? "layer." : "",
                           entry.key == "remove" ? "network.remove" : entry.key));
    return nullptr;
}

const std::string* as_string(Context& context, const Entry& entry) {
    if (entry.value.kind == Kind::string) return &entry.value.string;
    wrong_kind(context, entry, "a string");
    return nullptr;
}

const bool* as_bool(Context& context, const Entry& entry) {
    if (entry.value.kind == Kind::boolean) return &entry.value.boolean;
    wrong_kind(context, entry, "true or false");
    return nullptr;
}

const std::vector<Value>& elements(Context& context, const Entry& entry) {
    if (entry.value.kind != Kind::array)
        wrong_kind(context, entry, "an array", hint_for_list(entry));
    return entry.value.array;  // empty for everything else
}

std::vector<Located<std::string>> strings(Context& context, const Entry& entry) {
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

bool is_line(Context& context, const std::string& text, const Location& where) {
    const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (!clean)
        context.problem(where, fmt::format("{} has a control character in it", quote(text)),
                        "write it in one line");
    return clean;
}

const landlock::Right* find_right(Context& context, const Located<std::string>& name,
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
    std::string near = nearest(name.value, names_of(family));
    if (near.empty()) near = nearest(prefix + name.value, names_of(family));
    if (near.empty()) near = right_of_constant(name.value, names_of(family));
    context.problem(name.where, fmt::format("there is no right {}", quote(name.value)),
                    near.empty()
                        ? fmt::format("the rights are {}", fmt::join(names_of(family), ", "))
                        : fmt::format("did you mean `{}`?", near));
    return nullptr;
}

std::string title_of(const Context& context, std::string_view table) {
    return fmt::format("[{}{}]", context.in_layer ? "layer." : "", table);
}

}  // namespace ringfence::policy
