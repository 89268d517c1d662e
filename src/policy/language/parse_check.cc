// SPDX-License-Identifier: LGPL-2.1-or-later
// [check]: findings of `ringfence check` that the author accepts. It changes nothing that is
// enforced.
//
// Any name is accepted for a check. `ringfence check` says whether there is a check of that name: a
// policy that names a check of a newer ringfence must not keep its service from starting.
#include <fmt/format.h>

#include "policy/language/parse_context.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

// One line that is not empty.
Schema some_text() {
    return string_like(R"(^[^\u0000-\u001f\u007f]+$)");
}

void read_line(ParseContext& context, const Entry& entry, std::string& into) {
    const std::string* text = as_string(context, entry);
    if (text == nullptr || !is_line(context, *text, entry.value.where)) return;
    if (text->empty()) context.problem(entry.value.where, fmt::format("`{}` is empty", entry.key));
    into = *text;
}

/// The keys of a [[check.allow]]. Their values are read into `exception`.
TableKeys exception_keys(ExceptionEntry& exception) {
    return {
        {"id", in_any,
         [&exception](ParseContext& c, const Entry& e) { read_line(c, e, exception.id); },
         fixed(some_text), "the identifier of a check, as in ringfence-check(1)", in_any,
         "name a check of ringfence-check(1)"},
        {"path", in_any,
         [&exception](ParseContext& c, const Entry& e) { read_line(c, e, exception.path); },
         fixed(some_text), "the rule that it is about; without it, all findings of the check"},
        {"reason", in_any,
         [&exception](ParseContext& c, const Entry& e) { read_line(c, e, exception.reason); },
         fixed(some_text), "why it is meant, for whoever reviews it", in_any,
         "say why it is meant: who reviews the policy cannot ask"},
    };
}

void read_exceptions(ParseContext& context, const Entry& entry) {
    for (const Value& item : elements(context, entry)) {
        if (item.kind == Kind::table) {
            ExceptionEntry exception;
            exception.where = item.where;
            read_table(context, item, exception_keys(exception), "[[check.allow]]");
            context.policy.exceptions.push_back(std::move(exception));
            continue;
        }
        context.problem(item.where, "an exception must be a table", "write [[check.allow]]");
    }
}

TableKeys check_keys() {
    return {{"allow", in_any, read_exceptions,
             [](Role role) {
                 ExceptionEntry unused;
                 return array_of(table_schema(exception_keys(unused), role));
             },
             "findings that are meant, with the reason"}};
}

}  // namespace

Schema check_schema() {
    return table_schema(check_keys(), Role::policy);
}

void read_check(ParseContext& context, const Entry& entry) {
    static const TableKeys keys = check_keys();
    if (const Value* table = as_table(context, entry)) read_table(context, *table, keys, "[check]");
}

}  // namespace ringfence::policy
