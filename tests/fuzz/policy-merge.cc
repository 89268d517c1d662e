// SPDX-License-Identifier: LGPL-2.1-or-later
// Up to three files, parted by lines "#---": a policy, a drop-in and an abstraction. However they
// read, their rules merge to a normal form that does not depend on the order, and what a drop-in
// removes is gone.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tuple>

#include "landlock/rights.h"
#include "policy/digest.h"
#include "policy/merge.h"
#include "policy/policy.h"

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

// What is enforced of it, as one text.
std::string text_of(const Body& body) {
    Rules rules;
    Layer layer;
    layer.abi = landlock::newest_abi;
    layer.paths = body.paths;
    layer.ports = body.ports;
    rules.layers.push_back(std::move(layer));
    rules.quiet = body.quiet;
    return canonical(rules);
}

Body merged(const Body& a, const Body& b) {
    Body both = a;
    merge(both, b);
    return both;
}

void check_normal(const Body& body) {
    for (std::size_t i = 1; i < body.paths.size(); ++i) {
        const PathRule &before = body.paths[i - 1], &rule = body.paths[i];
        check(std::tie(before.path, before.optional) < std::tie(rule.path, rule.optional));
    }
    for (std::size_t i = 1; i < body.ports.size(); ++i) {
        const PortRule &before = body.ports[i - 1], &rule = body.ports[i];
        check(before.access.net < rule.access.net ||
              (before.access == rule.access && before.last + 1 < rule.first));
    }
    for (const PathRule& rule : body.paths)
        check(!rule.origins.empty() && !rule.access.empty());
    for (const PortRule& rule : body.ports)
        check(!rule.origins.empty() && rule.first <= rule.last);
}

void check_removal(Body body, const Ruleset& rules) {
    Diagnostics problems;
    remove(body, rules, "p", problems);
    for (const PathEntry& removal : rules.removed_paths)
        for (const PathRule& rule : body.paths)
            check(rule.path != removal.path);
    for (const PortEntry& removal : rules.removed_ports)
        for (const PortRule& rule : body.ports)
            check(rule.access != removal.access || rule.last < removal.first ||
                  rule.first > removal.last);
    for (const Diagnostic& problem : problems)
        check(problem.where.line > 0 && !problem.message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto texts = split({reinterpret_cast<const char*>(data), size});
    constexpr Role roles[] = {Role::policy, Role::drop_in, Role::abstraction};
    std::array<Body, 3> bodies;
    Ruleset removals;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        auto policy = parse_policy(texts[i], "f" + std::to_string(i), roles[i]);
        if (!policy) continue;
        bodies[i] = body_of(*policy, "p");
        check_normal(bodies[i]);
        if (roles[i] == Role::drop_in) removals = policy->rules;
    }
    const auto& [a, b, c] = bodies;
    const Body all = merged(merged(a, b), c);
    check_normal(all);
    check(text_of(all) == text_of(merged(a, merged(b, c))));
    check(text_of(all) == text_of(merged(merged(c, b), a)));
    check(text_of(all) == text_of(merged(all, b)));
    check_removal(all, removals);
    return 0;
}
