// SPDX-License-Identifier: LGPL-2.1-or-later
// The text of a policy file in each of the three roles, in landlockconfig's JSON and TOML, and of a
// landlockd policy. It must be read, or refused with problems that have a position and plain text.
// A policy that was read can be written and read again.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "landlock/rights.h"
#include "policy/interop/landlockd.h"
#include "policy/interop/parse_policy.h"
#include "policy/language/document.h"
#include "policy/language/draft.h"
#include "policy/model/policy.h"

using namespace ringfence;
using namespace ringfence::policy;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

bool is_plain(const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_problems(const Diagnostics& problems) {
    check(!problems.empty());
    for (const Diagnostic& problem : problems) {
        check(problem.where.line > 0 && problem.where.column > 0);
        check(!problem.message.empty() && is_plain(problem.message) && is_plain(problem.hint));
    }
}

void check_rules(const Ruleset& rules) {
    for (const PathEntry& path : rules.paths) {
        check(!path.path.empty() && is_plain(path.path));
        check(!path.access.empty() && (path.access.net | path.access.scope) == 0);
    }
    for (const PortEntry& port : rules.ports)
        check(port.first <= port.last && port.access.fs == 0 && port.access.net != 0);
}

void check_text(const Draft& draft) {
    const auto again = parse_policy(write_toml(draft), "w", Role::policy);
    if (!again) std::fprintf(stderr, "%s\n", to_string(again.error()[0]).c_str());
    check(again.has_value());
}

void check_landlockd(std::string_view text) {
    const auto root = parse_toml(text, "f");
    if (!root || !is_landlockd(*root)) return;
    const auto draft = import_landlockd(*root, "f");
    if (draft)
        check_text(*draft);
    else
        check_problems(draft.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const Role role : {Role::policy, Role::abstraction, Role::drop_in, Role::defaults}) {
        const auto policy = parse_policy(text, "f", role);
        if (!policy) {
            check_problems(policy.error());
            continue;
        }
        check_rules(policy->rules);
        for (const Ruleset& layer : policy->layers)
            check_rules(layer);
        for (const DirectiveEntry& directive : policy->systemd)
            check(is_plain(directive.key) && is_plain(directive.value));
        if (role == Role::policy) check_text(draft_of(*policy));
    }
    check_landlockd(text);
    return 0;
}
