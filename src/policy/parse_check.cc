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

/// `exception` may be null where only the keys' shapes are wanted.
Keys exception_keys(ExceptionEntry* exception) {
    const auto reads = [exception](std::string ExceptionEntry::*member) {
        return [exception, member](Context& c, const Entry& e) {
            read_line(c, e, exception->*member);
        };
    };
    Shape line = string_like(R"(^[^\u0000-\u001f\u007f]+$)");
    return {
        {"id", in_any, reads(&ExceptionEntry::id), fixed(line), "a check of ringfence-check(1)",
         in_any, "name a check of ringfence-check(1)"},
        {"path", in_any, reads(&ExceptionEntry::path), fixed(line),
         "of the rule that is meant; left out: all findings of the check"},
        {"reason", in_any, reads(&ExceptionEntry::reason), fixed(line),
         "why it is meant, for whoever reviews it", in_any,
         "say why it is meant: who reviews the policy cannot ask"},
    };
}

/// One element of `allow`.
void read_exception(Context& context, const Value& table) {
    ExceptionEntry exception;
    exception.where = table.where;
    read_table(context, table, exception_keys(&exception), "[[check.allow]]");
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

const Keys& check_keys() {
    static const Keys keys = {
        {"allow", in_any, read_exceptions,
         [](Role role) { return array_of(table_shape(exception_keys(nullptr), role)); },
         "findings that are meant, each with a reason"},
    };
    return keys;
}

}  // namespace

Shape check_shape(Role role) {
    return table_shape(check_keys(), role);
}

void read_check(Context& context, const Entry& entry) {
    if (const Value* table = as_table(context, entry))
        read_table(context, *table, check_keys(), "[check]");
}

}  // namespace ringfence::policy
