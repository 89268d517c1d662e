// SPDX-License-Identifier: LGPL-2.1-or-later
// [systemd]: directives that are copied into the drop-in.
#include <fmt/format.h>

#include "policy/language/directives.h"
#include "policy/language/parse_context.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

/// The value as a unit file has it. Adds a problem for a value that a line of a unit file cannot
/// hold.
std::optional<std::string> directive_value(ParseContext& context, const Entry& entry,
                                           const Value& value) {
    switch (value.kind) {
        case Kind::boolean:
            return value.boolean ? "yes" : "no";
        case Kind::integer:
            return fmt::format("{}", value.integer);
        case Kind::string:
            break;
        default:
            context.problem(value.where,
                            fmt::format("`{}` cannot be {}", entry.key, describe(value.kind)),
                            "write a string, an integer, true or false, or an array of them");
            return {};
    }
    if (!is_line(context, value.string, value.where)) return {};
    // A backslash at the end of a line joins the next line to it.
    if (value.string.ends_with('\\')) {
        context.problem(value.where, fmt::format("{} ends in a backslash", quote(value.string)),
                        "systemd would join the next line to it");
        return {};
    }
    if (value.string.starts_with(' ') || value.string.ends_with(' ')) {
        context.problem(value.where,
                        fmt::format("{} begins or ends in a blank", quote(value.string)),
                        "systemd would strip it: leave it out");
        return {};
    }
    return value.string;
}

bool known(ParseContext& context, const Entry& entry) {
    if (is_directive(entry.key)) return true;
    if (context.full()) return false;
    if (const std::string why = refusal(entry.key); !why.empty()) {
        context.problem(entry.where, fmt::format("a policy cannot set {}=", plain(entry.key)), why);
        return false;
    }
    const std::string near = nearest_directive(entry.key);
    context.problem(
        entry.where, fmt::format("unknown directive {} in [systemd]", quote(entry.key)),
        near.empty() ? "[systemd] has directives of a unit's [Service] section; see systemd.exec(5)"
                     : fmt::format("did you mean `{}`?", near));
    return false;
}

}  // namespace

Schema systemd_schema() {
    // A line of a unit file has no blanks at its ends and no backslash at its end.
    const Schema line = string_like(
        R"(^(?:[^ \\\u0000-\u001f\u007f](?:[^\u0000-\u001f\u007f]*[^ \\\u0000-\u001f\u007f])?|)$)");
    const Schema one = either({line, integer_from(INT64_MIN, INT64_MAX), true_or_false()});
    Schema value = either({one, array_of(one)});
    value.name = "directive";
    Schema table;
    table.type = Schema::Type::table;
    for (const std::string& name : directive_names())
        table.keys.push_back({name, fmt::format("{}= of systemd", name), false, value});
    return table;
}

void read_systemd(ParseContext& context, const Entry& entry) {
    const Value* table = as_table(context, entry);
    if (table == nullptr) return;
    for (const Entry& directive : table->table) {
        if (!known(context, directive)) continue;
        // Each element of an array becomes a line of its own: systemd appends such lines to a list.
        const bool list = directive.value.kind == Kind::array;
        const std::vector<Value> one = {directive.value};
        for (const Value& item : list ? directive.value.array : one)
            if (const auto value = directive_value(context, directive, item))
                context.policy.systemd.push_back({directive.key, *value, item.where});
    }
}

}  // namespace ringfence::policy
