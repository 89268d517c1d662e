// SPDX-License-Identifier: LGPL-2.1-or-later
// Up to three files, separated by lines "#---": a policy, a drop-in and an abstraction. Their rules
// must merge to a normal form that does not depend on the order, without the rules that a drop-in
// removes.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tuple>

#include "landlock/rights.h"
#include "policy/interop/parse_policy.h"
#include "policy/model/policy.h"
#include "policy/resolve/digest.h"
#include "policy/resolve/merge.h"

using namespace ringfence;
using namespace ringfence::policy;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

std::array<std::string_view, 3> split(std::string_view text) {
    constexpr std::string_view line = "\n#---\n";
    std::array<std::string_view, 3> parts;
    for (std::string_view& part : parts) {
        const std::size_t end = text.find(line);
        part = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + line.size());
    }
    return parts;
}

// The enforced rules as one text.
std::string text_of(const MergedRules& file) {
    Rules rules;
    Layer layer;
    layer.abi = landlock::newest_abi;
    layer.paths = file.paths;
    layer.ports = file.ports;
    rules.layers.push_back(std::move(layer));
    rules.quiet = file.quiet;
    return canonical(rules);
}

MergedRules merged(const MergedRules& a, const MergedRules& b) {
    MergedRules both = a;
    merge(both, b);
    return both;
}

void check_normal(const MergedRules& file) {
    for (std::size_t i = 1; i < file.paths.size(); ++i) {
        const PathRule &before = file.paths[i - 1], &rule = file.paths[i];
        check(std::tie(before.path, before.optional) < std::tie(rule.path, rule.optional));
    }
    for (std::size_t i = 1; i < file.ports.size(); ++i) {
        const PortRule &before = file.ports[i - 1], &rule = file.ports[i];
        check(before.access.net < rule.access.net ||
              (before.access == rule.access && before.last + 1 < rule.first));
    }
    for (const PathRule& rule : file.paths)
        check(!rule.origins.empty() && !rule.access.empty());
    for (const PortRule& rule : file.ports)
        check(!rule.origins.empty() && rule.first <= rule.last);
}

void check_removal(MergedRules file, const Ruleset& rules) {
    Diagnostics problems;
    remove(file, rules, "p", problems);
    for (const ListedPath& removal : rules.removed_paths)
        for (const PathRule& rule : file.paths)
            check(rule.path != removal.path);
    for (const PortEntry& removal : rules.removed_ports)
        for (const PortRule& rule : file.ports)
            check(rule.access != removal.access || rule.last < removal.first ||
                  rule.first > removal.last);
    for (const Diagnostic& problem : problems)
        check(problem.where.line > 0 && !problem.message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto texts = split({reinterpret_cast<const char*>(data), size});
    constexpr Role roles[] = {Role::policy, Role::drop_in, Role::abstraction};
    std::array<MergedRules, 3> files;
    Ruleset removals;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto policy = parse_policy(texts[i], "f" + std::to_string(i), roles[i]);
        if (!policy) continue;
        files[i] = rules_of(*policy, "p");
        check_normal(files[i]);
        if (roles[i] == Role::drop_in) removals = policy->rules;
    }
    const auto& [a, b, c] = files;
    const MergedRules all = merged(merged(a, b), c);
    check_normal(all);
    check(text_of(all) == text_of(merged(a, merged(b, c))));
    check(text_of(all) == text_of(merged(merged(c, b), a)));
    check(text_of(all) == text_of(merged(all, b)));
    check_removal(all, removals);
    return 0;
}
