// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/draft.h"

#include <fmt/format.h>

#include "landlock/rights.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

/// Where a rule came from: "nginx.toml:12, nginx > tls; REASON".
std::string origin_text(const std::vector<Origin>& origins) {
    std::string text;
    for (const Origin& origin : origins) {
        const std::string& reason = origin.reason;
        if (reason.empty() || text.find(reason) != std::string::npos) continue;
        text += (text.empty() ? "" : "; ") + reason;
    }
    return text;
}

DraftRuleset ruleset_of(const Ruleset& rules) {
    DraftRuleset draft;
    draft.filesystem = rules.filesystem;
    draft.network = rules.network;
    draft.scope = rules.scope;
    for (const PathEntry& entry : rules.paths)
        draft.paths.push_back({entry.path, entry.optional, entry.access, entry.reason});
    for (const PortEntry& entry : rules.ports)
        draft.ports.push_back({entry.first, entry.last, entry.access, ""});
    for (const RightEntry& entry : rules.unrestricted)
        draft.unrestricted.push_back({entry.access, ""});
    for (const ScopeEntry& entry : rules.scopes)
        if (!entry.restricted) draft.free_scopes.push_back({entry.scope, ""});
    return draft;
}

DraftRuleset ruleset_of(const Layer& layer) {
    DraftRuleset draft;
    for (const PathRule& rule : layer.paths)
        draft.paths.push_back({rule.path, rule.optional, rule.access, origin_text(rule.origins)});
    for (const PortRule& rule : layer.ports)
        draft.ports.push_back({rule.first, rule.last, rule.access, origin_text(rule.origins)});
    for (const landlock::Right& right : landlock::rights) {
        if (right.abi > layer.abi) continue;
        if (layer.unrestricted.contains(right.access()))
            draft.unrestricted.push_back({right.access(), ""});
        if (right.family == landlock::Family::scope && !layer.scopes.contains(right.access()))
            draft.free_scopes.push_back({right.access(), ""});
    }
    return draft;
}

/// A layer whose rights of a kind are all unrestricted is one without that table, and fs.refer can
/// be left unrestricted in no other way.
DraftRuleset further_layer_of(const Layer& layer) {
    DraftRuleset draft = ruleset_of(layer);
    const Access known = landlock::known_at(layer.abi);
    draft.filesystem = (known.fs & ~layer.unrestricted.fs) != 0;
    draft.network = (known.net & ~layer.unrestricted.net) != 0;
    draft.scope = layer.scopes.scope != 0;
    std::erase_if(draft.unrestricted, [&](const DraftRight& right) {
        return (right.access.fs != 0 && !draft.filesystem) ||
               (right.access.net != 0 && !draft.network);
    });
    if (!draft.scope) draft.free_scopes.clear();
    return draft;
}

}  // namespace

Draft draft_of(const Policy& policy) {
    Draft draft;
    if (policy.description) draft.description = policy.description->value;
    for (const auto& unit : policy.units)
        draft.units.push_back(unit.value);
    for (const auto& name : policy.extends)
        draft.extends.push_back({name.value, false, {}, ""});
    if (policy.abi) draft.abi = policy.abi->value;
    if (policy.minimum_abi) draft.minimum_abi = policy.minimum_abi->value;
    if (policy.inherit) draft.inherit = policy.inherit->value;
    draft.rules = ruleset_of(policy.rules);
    draft.rules.filesystem = draft.rules.network = draft.rules.scope = true;
    for (const Ruleset& layer : policy.layers)
        draft.layers.push_back(ruleset_of(layer));
    for (const PathEntry& entry : policy.quiet)
        draft.quiet.push_back({entry.path, entry.optional, {}, ""});
    for (const DirectiveEntry& entry : policy.systemd)
        draft.systemd.push_back({entry.key, entry.value, ""});
    return draft;
}

Draft draft_of(const Rules& rules) {
    Draft draft;
    draft.description = rules.description;
    draft.abi = rules.layers.front().abi;
    draft.minimum_abi = rules.minimum_abi;
    draft.inherit = rules.inherit;
    draft.rules = ruleset_of(rules.layers.front());
    for (std::size_t i = 1; i < rules.layers.size(); ++i) {
        DraftRuleset layer = further_layer_of(rules.layers[i]);
        // One that restricts nothing at its ABI would be an error to read.
        if (layer.filesystem || layer.network || layer.scope)
            draft.layers.push_back(std::move(layer));
    }
    for (const QuietPath& quiet : rules.quiet)
        draft.quiet.push_back({quiet.path, quiet.optional, {}, origin_text(quiet.origins)});
    for (const Directive& directive : rules.systemd)
        draft.systemd.push_back({directive.key, directive.value, directive.origin.reason});
    return draft;
}

}  // namespace ringfence::policy
