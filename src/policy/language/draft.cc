// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/language/draft.h"

#include <algorithm>

#include <fmt/format.h>

#include "landlock/rights.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

/// The reasons of a rule: "REASON; REASON".
std::string reasons_of(const std::vector<Origin>& origins) {
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
        draft.paths.push_back({rule.path, rule.optional, rule.access, reasons_of(rule.origins)});
    for (const PortRule& rule : layer.ports)
        draft.ports.push_back({rule.first, rule.last, rule.access, reasons_of(rule.origins)});
    for (const landlock::Right& right : landlock::rights) {
        if (right.abi > layer.abi) continue;
        if (layer.unrestricted.contains(right.access()))
            draft.unrestricted.push_back({right.access(), ""});
        if (right.family == landlock::Family::scope && !layer.scopes.contains(right.access()))
            draft.free_scopes.push_back({right.access(), ""});
    }
    return draft;
}

/// A layer that restricts no right of a family is written without the family's table. Where no fs
/// right is restricted there is no other way: `unrestricted` does not accept fs.refer.
DraftRuleset further_layer_of(const Layer& layer) {
    DraftRuleset draft = ruleset_of(layer);
    const Access handled = layer.handled();
    draft.filesystem = handled.fs != 0;
    draft.network = handled.net != 0;
    draft.scope = handled.scope != 0;
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
        draft.extends.push_back({name.value, ""});
    if (policy.abi) draft.abi = policy.abi->value;
    if (policy.minimum_abi) draft.minimum_abi = policy.minimum_abi->value;
    if (policy.inherit) draft.inherit = policy.inherit->value;
    if (policy.stand_ins) draft.stand_ins = policy.stand_ins->value;
    if (policy.trust_links) draft.trust_links = policy.trust_links->value;
    if (policy.forbid_landlock) draft.forbid_landlock = policy.forbid_landlock->value;
    draft.rules = ruleset_of(policy.rules);
    draft.rules.filesystem = draft.rules.network = draft.rules.scope = true;
    for (const Ruleset& layer : policy.layers)
        draft.layers.push_back(ruleset_of(layer));
    for (const ListedPath& entry : policy.quiet)
        draft.quiet.push_back({entry.path, entry.optional, {}, ""});
    for (const DirectiveEntry& entry : policy.systemd)
        draft.systemd.push_back({entry.key, entry.value, ""});
    for (const KeptCapabilityEntry& entry : policy.kept_capabilities) {
        draft.kept_capabilities.push_back(entry.name);
        draft.kept_reason = entry.reason;  // one table, so one reason
    }
    return draft;
}

Draft draft_of(const Rules& rules) {
    Draft draft;
    draft.description = rules.description;
    draft.abi = rules.layers.front().abi;
    draft.minimum_abi = rules.minimum_abi;
    draft.inherit = rules.inherit;
    if (rules.trust_links == landlock::LinkTrust::root) draft.trust_links = rules.trust_links;
    if (rules.forbid_landlock) draft.forbid_landlock = true;
    draft.rules = ruleset_of(rules.layers.front());
    constexpr Access connects = landlock::access_of("fs.resolve_unix");
    if (rules.layers.front().abi < landlock::abi_needed(connects))
        for (const SocketGrant& socket : rules.sockets)
            draft.rules.paths.push_back({socket.path, true, connects, reasons_of(socket.origins)});
    if (rules.stand_ins) draft.stand_ins = true;
    for (std::size_t i = 1; i < rules.layers.size(); ++i) {
        DraftRuleset layer = further_layer_of(rules.layers[i]);
        // A layer that restricts nothing at its ABI is left out: the parser refuses it.
        if (layer.filesystem || layer.network || layer.scope)
            draft.layers.push_back(std::move(layer));
    }
    for (const QuietPath& quiet : rules.quiet)
        draft.quiet.push_back({quiet.path, quiet.optional, {}, reasons_of(quiet.origins)});
    for (const Directive& directive : rules.systemd)
        draft.systemd.push_back({directive.key, directive.value, directive.origin.reason});
    std::vector<Origin> origins;
    for (const KeptCapability& kept : rules.kept_capabilities) {
        auto& names = draft.kept_capabilities;
        if (std::find(names.begin(), names.end(), kept.name) == names.end())
            names.push_back(kept.name);
        origins.push_back(kept.origin);
    }
    draft.kept_reason = reasons_of(origins);
    return draft;
}

}  // namespace ringfence::policy
