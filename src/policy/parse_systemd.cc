// SPDX-License-Identifier: LGPL-2.1-or-later
// [systemd]: directives that go into the drop-in as they are.
#include <fmt/format.h>

#include "policy/directives.h"
#include "policy/parse_context.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

/// A value as systemd writes it; a problem and nothing for one that no line of a unit file can
/// hold.
std::optional<std::string> directive_value(Context& context, const Entry& entry,
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
    // At the end of a line it would make the next one a part of this.
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

bool known(Context& context, const Entry& entry) {
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

Shape systemd_shape() {
    // A line of a unit file: no blank at either end, no backslash at the end.
    const Shape line = string_like(
        R"(^(?:[^ \\\u0000-\u001f\u007f](?:[^\u0000-\u001f\u007f]*[^ \\\u0000-\u001f\u007f])?|)$)");
    const Shape one = either({line, integer_from(INT64_MIN, INT64_MAX), true_or_false()});
    Shape value = either({one, array_of(one)});
    value.name = "directive";
    Shape table;
    table.type = Shape::Type::table;
    for (const std::string& name : directive_names())
        table.keys.push_back({name, fmt::format("{}= of systemd", name), false, value});
    return table;
}

void read_systemd(Context& context, const Entry& entry) {
    const Value* table = as_table(context, entry);
    if (table == nullptr) return;
    for (const Entry& directive : table->table) {
        if (!known(context, directive)) continue;
        // An array is one line an element: that is how systemd's own lists are appended to.
        const bool list = directive.value.kind == Kind::array;
        const std::vector<Value> one = {directive.value};
        for (const Value& item : list ? directive.value.array : one)
            if (const auto value = directive_value(context, directive, item))
                context.policy.systemd.push_back({directive.key, *value, item.where});
    }
}

}  // namespace ringfence::policy
