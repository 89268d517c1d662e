// SPDX-License-Identifier: LGPL-2.1-or-later
// [check]: findings of `ringfence check` that are meant. Nothing that is enforced depends on it.
//
// Whether a check of the name exists is for `ringfence check` to say: a policy that names one of a
// newer ringfence must not keep its service down.
#include <fmt/format.h>

#include "policy/parse_context.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

void read_line(Context& context, const Entry& entry, std::string& into) {
    const std::string* text = as_string(context, entry);
    if (text == nullptr || !is_line(context, *text, entry.value.where)) return;
    if (text->empty()) context.problem(entry.value.where, fmt::format("`{}` is empty", entry.key));
    into = *text;
}

/// One element of `allow`.
void read_exception(Context& context, const Value& table) {
    ExceptionEntry exception;
    exception.where = table.where;
    const Keys keys = {
        {"id", in_any, [&](Context& c, const Entry& e) { read_line(c, e, exception.id); }},
        {"path", in_any, [&](Context& c, const Entry& e) { read_line(c, e, exception.path); }},
        {"reason", in_any, [&](Context& c, const Entry& e) { read_line(c, e, exception.reason); }},
    };
    read_table(context, table, keys, "[[check.allow]]");
    const auto has = [&](std::string_view key) {
        for (const Entry& entry : table.table)
            if (entry.key == key) return true;
        return false;
    };
    if (!has("id"))
        context.problem(table.where, "this exception has no `id`",
                        "name a check of ringfence-check(1)");
    if (!has("reason"))
        context.problem(table.where, "this exception has no `reason`",
                        "say why it is meant: who reviews the policy cannot ask");
    context.policy.exceptions.push_back(std::move(exception));
}

void read_exceptions(Context& context, const Entry& entry) {
    for (const Value& item : elements(context, entry)) {
        if (item.kind == Kind::table)
            read_exception(context, item);
        else
            context.problem(item.where, "an exception must be a table", "write [[check.allow]]");
    }
}

}  // namespace

void read_check(Context& context, const Entry& entry) {
    static const Keys keys = {{"allow", in_any, read_exceptions}};
    if (const Value* table = as_table(context, entry)) read_table(context, *table, keys, "[check]");
}

}  // namespace ringfence::policy
