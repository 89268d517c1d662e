// SPDX-License-Identifier: LGPL-2.1-or-later
// [capabilities]: those that the service keeps although they defeat a fence.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "landlock/capabilities.h"
#include "policy/language/parse_context.h"
#include "policy/model/path_text.h"

namespace ringfence::policy {

namespace {

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const landlock::Capability& row : landlock::capabilities)
        all.emplace_back(row.name);
    return all;
}

/// What is read of one table.
struct Keep {
    std::vector<Located<std::string>> names;
    std::string reason;
};

void read_names(ParseContext& context, const Entry& entry, Keep& keep) {
    for (const auto& name : strings(context, entry)) {
        if (landlock::find_capability(name.value.data(), name.value.size()) != nullptr)
            keep.names.push_back(name);
        else
            context.problem(
                name.where,
                fmt::format("{} is no capability that a fence takes away", quote(name.value)),
                fmt::format("the fence takes {} away; the service keeps all others",
                            fmt::join(names(), ", ")));
    }
}

void read_reason(ParseContext& context, const Entry& entry, Keep& keep) {
    const std::string* text = as_string(context, entry);
    if (text == nullptr || !is_line(context, *text, entry.value.where)) return;
    if (text->empty()) context.problem(entry.value.where, "`reason` is empty");
    keep.reason = *text;
}

TableKeys capability_keys(Keep& keep) {
    return {
        {"keep", in_any, [&keep](ParseContext& c, const Entry& e) { read_names(c, e, keep); },
         fixed([] { return array_of(one_of_words(names())); }),
         "capabilities that defeat the fence, and that the service needs all the same", in_any,
         "write keep = [\"NAME\"]"},
        {"reason", in_any, [&keep](ParseContext& c, const Entry& e) { read_reason(c, e, keep); },
         fixed([] { return string_like(R"(^[^\u0000-\u001f\u007f]+$)"); }),
         "what the service needs them for, for whoever reviews it", in_any,
         "say what the service needs them for: who reviews the policy cannot ask"},
    };
}

}  // namespace

Schema capabilities_schema() {
    Keep unused;
    return table_schema(capability_keys(unused), Role::policy);
}

void read_capabilities(ParseContext& context, const Entry& entry) {
    const Value* table = as_table(context, entry);
    if (table == nullptr) return;
    Keep keep;
    read_table(context, *table, capability_keys(keep), "[capabilities]");
    for (const auto& [name, where] : keep.names)
        context.policy.kept_capabilities.push_back({name, keep.reason, where});
}

}  // namespace ringfence::policy
