// SPDX-License-Identifier: LGPL-2.1-or-later
#include "packaging/completion/values.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "landlock/rights.h"

namespace ringfence::completion {

namespace {

struct Argument {
    std::string_view name;
    const char* list;
};

// A new name needs a row: the build fails without it.
constexpr Argument arguments[] = {
    {"UNIT", "unit"}, {"POLICY", "policy"}, {"NAME", "policy"},  {"RIGHT", "right"},
    {"N", "abi"},     {"FILE", "file"},     {"PATH", "file"},    {"OLD", "file"},
    {"NEW", "file"},  {"DIR", "directory"}, {"TIME", "nothing"},
};

const char* list_of(std::string_view name) {
    const auto* const row = std::find_if(std::begin(arguments), std::end(arguments),
                                         [&](const Argument& each) { return each.name == name; });
    if (row == std::end(arguments))
        throw std::runtime_error("packaging/completion/values.cc: what is " + std::string(name) +
                                 "?");
    return row->list;
}

}  // namespace

Value value_of(const cli::Option& option) {
    if (!option.choices.empty()) return {"", {option.choices.begin(), option.choices.end()}};
    return {list_of(option.argument), {}};
}

std::vector<Value> operands_of(const cli::Verb& verb) {
    std::vector<Value> values;
    std::string name;
    for (const char c : std::string(verb.syntax.operands) + " ") {
        if (c >= 'A' && c <= 'Z') {
            name += c;
        } else if (!name.empty()) {
            const std::string list = list_of(name);
            const bool known = std::any_of(values.begin(), values.end(),
                                           [&](const Value& value) { return value.list == list; });
            if (!known) values.push_back({list, {}});
            name.clear();
        }
    }
    return values;
}

std::vector<std::string> right_names() {
    std::vector<std::string> names;
    for (const landlock::Right& right : landlock::rights)
        names.emplace_back(right.name);
    return names;
}

std::vector<std::string> abi_numbers() {
    std::vector<std::string> numbers;
    for (int abi = 1; abi <= landlock::newest_abi; ++abi)
        numbers.push_back(std::to_string(abi));
    return numbers;
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace ringfence::completion
