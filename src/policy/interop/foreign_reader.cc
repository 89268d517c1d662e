// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/interop/foreign_reader.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

/// "in a ruleset", "at the top level".
std::string in_place(std::string_view title) {
    return fmt::format("{} {}", title == "the top level" ? "at" : "in", title);
}

}  // namespace

bool ForeignReader::is_object(const Value& value, std::string_view title) {
    if (value.kind == Kind::table) return true;
    problems.add(value.where,
                 fmt::format("{} must be a table, not {}", title, describe(value.kind)));
    return false;
}

void ForeignReader::require(const Value& object, std::string_view title, const ForeignKey& key) {
    const std::string_view name = name_of(key);
    if (std::none_of(object.table.begin(), object.table.end(),
                     [&](const Entry& entry) { return entry.key == name; }))
        problems.add(object.where, fmt::format("{} has no `{}`", title, name));
}

void ForeignReader::unknown_key(const Entry& entry, std::string_view title,
                                const std::vector<ForeignKey>& keys) {
    if (problems.full()) return;
    std::vector<std::string> names;
    std::string near;
    for (const ForeignKey& key : keys) {
        names.emplace_back(name_of(key));
        if (entry.key == key.json || entry.key == key.toml) near = names.back();
    }
    if (near.empty()) near = nearest(entry.key, names);
    problems.add(
        entry.where,
        fmt::format("unknown key {} {} of a {} file", quote(entry.key), in_place(title), format_),
        near.empty() ? fmt::format("valid keys: {}", fmt::join(names, ", "))
                     : fmt::format("did you mean `{}`?", near));
}

const std::vector<Value>& ForeignReader::elements(const Entry& entry) {
    if (entry.value.kind != Kind::array)
        problems.add(entry.value.where, fmt::format("`{}` must be an array, not {}", entry.key,
                                                    describe(entry.value.kind)));
    return entry.value.array;  // empty for everything else
}

const std::vector<Value>& ForeignReader::some_elements(const Entry& entry) {
    if (entry.value.kind == Kind::array && entry.value.array.empty())
        problems.add(entry.value.where, fmt::format("`{}` is empty", entry.key),
                     "name at least one, or leave the key out");
    return elements(entry);
}

const std::string* ForeignReader::string_of(const Value& value, std::string_view what) {
    if (value.kind == Kind::string) return &value.string;
    problems.add(value.where,
                 fmt::format("{} must be a string, not {}", what, describe(value.kind)));
    return nullptr;
}

std::optional<int> ForeignReader::integer_of(const Value& value, std::string_view what, int first,
                                             int last) {
    if (value.kind == Kind::integer && value.integer >= first && value.integer <= last)
        return static_cast<int>(value.integer);
    problems.add(value.where,
                 fmt::format("{} must be an integer from {} to {}", what, first, last));
    return {};
}

}  // namespace ringfence::policy
