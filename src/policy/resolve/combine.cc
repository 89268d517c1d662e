// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/combine.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "base/path.h"
#include "landlock/rights.h"
#include "policy/resolve/digest.h"
#include "policy/resolve/merge.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

/// What a policy and its drop-ins say about the rights and scopes that they do not restrict.
struct Handling {
    Access unrestricted;
    Access free_scopes;
    std::vector<HandlingOrigin> origins;

    /// Adds what a further file says. It overrules the files before it.
    void apply(const Ruleset& rules, const SharedText& chain) {
        for (const RightEntry& right : rules.unrestricted) {
            unrestricted |= right.access;
            origins.push_back({right.access, false, {right.where, chain, ""}});
        }
        for (const ScopeEntry& entry : rules.scopes) {
            free_scopes = entry.restricted ? free_scopes - entry.scope : free_scopes | entry.scope;
            origins.push_back({entry.scope, entry.restricted, {entry.where, chain, ""}});
        }
    }
};

Handling handling_of(const LoadedPolicy& loaded) {
    Handling handling;
    handling.apply(loaded.policy.rules, loaded.name);
    for (const Policy& drop_in : loaded.drop_ins)
        handling.apply(drop_in.rules, loaded.name);
    return handling;
}

Layer make_layer(MergedRules merged, const Handling& handling, int abi, const Origin& origin) {
    Layer layer;
    layer.origin = origin;
    layer.abi = abi;
    const Access known = landlock::known_at(abi);
    layer.unrestricted = handling.unrestricted & known;
    const Access known_scopes = of_family(known, landlock::Family::scope);
    layer.scopes = known_scopes - handling.free_scopes;
    mask(merged, layer.handled());
    layer.paths = std::move(merged.paths);
    layer.ports = std::move(merged.ports);
    layer.elsewhere = std::move(merged.elsewhere);
    // What a later file or another policy overrules is left out.
    const Access lifted = layer.unrestricted | (known_scopes - layer.scopes);
    for (const HandlingOrigin& entry : handling.origins)
        if (entry.restricted ? layer.scopes.contains(entry.access) : lifted.contains(entry.access))
            layer.handling.push_back(entry);
    return layer;
}

/// The lowest layer has the rules of all policies. A right is unrestricted only if every policy
/// leaves it so: a further policy takes no restriction away.
Layer base_layer(const std::vector<LoadedPolicy>& policies, int abi, MergedRules merged) {
    Handling handling = handling_of(policies.front());
    handling.origins.clear();
    for (const LoadedPolicy& loaded : policies) {
        const Handling own = handling_of(loaded);
        handling.unrestricted &= own.unrestricted;
        handling.free_scopes &= own.free_scopes;
        handling.origins.insert(handling.origins.end(), own.origins.begin(), own.origins.end());
    }
    const LoadedPolicy& first = policies.front();
    return make_layer(std::move(merged), handling, abi, {first.policy.rules.where, first.name, ""});
}

/// A further layer. It leaves the families for which it has no table to the layers below.
Layer further_layer(const Ruleset& rules, int abi, const SharedText& chain) {
    Handling handling;
    handling.apply(rules, chain);
    const Access known = landlock::known_at(abi);
    if (!rules.filesystem) handling.unrestricted.fs = known.fs;
    if (!rules.network) handling.unrestricted.net = known.net;
    if (!rules.scope) handling.free_scopes.scope = known.scope;
    return make_layer(rules_of(rules, chain), handling, abi, {rules.where, chain, ""});
}

/// The [[layer]]s of all policies. Of equal ones there is one: a second would restrict nothing
/// more.
Result<std::vector<Layer>> further_layers(const std::vector<LoadedPolicy>& policies, int abi) {
    std::vector<Layer> layers;
    std::set<std::string> seen;
    Diagnostics problems;
    const auto add = [&](const Policy& file, const std::string& name) {
        for (const Ruleset& table : file.layers) {
            Layer layer = further_layer(table, abi, name);
            if (!seen.insert(canonical(layer)).second) continue;
            if (layers.size() + 1 == landlock::max_layers)  // with the lowest layer
                problems.push_back({table.where,
                                    fmt::format("more than {} layers, which is all that the kernel "
                                                "can stack",
                                                landlock::max_layers),
                                    "put the rules into fewer layers"});
            layers.push_back(std::move(layer));
        }
    };
    for (const LoadedPolicy& loaded : policies) {
        add(loaded.policy, loaded.name);
        for (const Policy& drop_in : loaded.drop_ins)
            add(drop_in, loaded.name);
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return layers;
}

/// The settings of one policy.
struct Settings {
    std::string description;
    int minimum_abi = 1;
    bool inherit = true;
    bool stand_ins = false;
    landlock::LinkTrust trust_links = landlock::LinkTrust::others;
    bool forbid_landlock = false;
    Origin minimum_abi_origin;  ///< an empty file name: no file sets it
    Origin inherit_origin;
    Origin trust_links_origin;
    Origin forbid_landlock_origin;
    Origin stand_ins_origin;
};

/// Of a policy and its drop-ins, the last file that has a setting decides.
Settings settings_of(const LoadedPolicy& loaded, int abi, const Defaults& defaults) {
    Settings settings;
    settings.minimum_abi = default_minimum(defaults, abi);
    if (defaults.minimum_abi) settings.minimum_abi_origin = {defaults.minimum_abi_where, "", ""};
    settings.stand_ins = defaults.stand_ins.value_or(false);
    if (defaults.stand_ins) settings.stand_ins_origin = {defaults.stand_ins_where, "", ""};
    const auto take = [&](const auto& setting, auto& value, Origin& origin) {
        if (!setting) return;
        value = setting->value;
        origin = {setting->where, loaded.name, ""};
    };
    const auto apply = [&](const Policy& file) {
        if (file.description) settings.description = file.description->value;
        take(file.minimum_abi, settings.minimum_abi, settings.minimum_abi_origin);
        take(file.inherit, settings.inherit, settings.inherit_origin);
        take(file.stand_ins, settings.stand_ins, settings.stand_ins_origin);
        take(file.trust_links, settings.trust_links, settings.trust_links_origin);
        take(file.forbid_landlock, settings.forbid_landlock, settings.forbid_landlock_origin);
    };
    apply(loaded.policy);
    for (const Policy& drop_in : loaded.drop_ins)
        apply(drop_in);
    return settings;
}

bool is_set(const Origin& origin) {
    return !origin.where.file.empty();
}

/// Adds the settings of a further policy: the strictest policy decides.
void tighten(Rules& rules, const Settings& settings) {
    const int minimum = stricter_minimum(rules.minimum_abi, settings.minimum_abi);
    if (minimum != rules.minimum_abi || !is_set(rules.minimum_abi_origin)) {
        rules.minimum_abi = minimum;
        rules.minimum_abi_origin = settings.minimum_abi_origin;
    }
    if (rules.inherit && (!settings.inherit || !is_set(rules.inherit_origin)))
        rules.inherit_origin = settings.inherit_origin;
    rules.inherit = rules.inherit && settings.inherit;
    if (settings.trust_links > rules.trust_links || !is_set(rules.trust_links_origin)) {
        rules.trust_links = std::max(rules.trust_links, settings.trust_links);
        rules.trust_links_origin = settings.trust_links_origin;
    }
    if (!rules.forbid_landlock &&
        (settings.forbid_landlock || !is_set(rules.forbid_landlock_origin)))
        rules.forbid_landlock_origin = settings.forbid_landlock_origin;
    rules.forbid_landlock = rules.forbid_landlock || settings.forbid_landlock;
    if (!rules.stand_ins && (settings.stand_ins || !is_set(rules.stand_ins_origin)))
        rules.stand_ins_origin = settings.stand_ins_origin;
    rules.stand_ins = rules.stand_ins || settings.stand_ins;
}

/// The sockets of the base layer that each further layer with rules on files grants as well.
std::vector<SocketGrant> granted_sockets(const std::vector<PathRule>& paths,
                                         const std::vector<LoadedPolicy>& policies) {
    constexpr Access connects = landlock::access_of("fs.resolve_unix");
    std::vector<SocketGrant> sockets;
    const auto denied = [&](const Policy& file, const std::string& path) {
        return std::any_of(file.layers.begin(), file.layers.end(), [&](const Ruleset& layer) {
            return layer.filesystem &&
                   std::none_of(layer.paths.begin(), layer.paths.end(), [&](const PathEntry& rule) {
                       return rule.access.contains(connects) &&
                              covers(simplify_path(rule.path), path);
                   });
        });
    };
    for (const PathRule& rule : paths) {
        if (!rule.access.contains(connects)) continue;
        const std::string path = simplify_path(rule.path);
        const bool is_denied =
            std::any_of(policies.begin(), policies.end(), [&](const LoadedPolicy& loaded) {
                return denied(loaded.policy, path) ||
                       std::any_of(loaded.drop_ins.begin(), loaded.drop_ins.end(),
                                   [&](const Policy& drop_in) { return denied(drop_in, path); });
            });
        if (!is_denied) sockets.push_back({path, origins_of(rule, connects)});
    }
    return sockets;
}

/// Adds each text once.
void add_texts(std::vector<std::string>& all, const std::vector<Located<std::string>>& more) {
    for (const auto& text : more)
        if (std::find(all.begin(), all.end(), text.value) == all.end()) all.push_back(text.value);
}

}  // namespace

Result<Rules> combine(std::vector<LoadedPolicy> policies, const Defaults& defaults) {
    const LoadedPolicy& first = policies.front();
    const int abi = first.policy.abi->value;
    auto layers = further_layers(policies, abi);
    if (!layers) return tl::unexpected(std::move(layers.error()));
    Rules rules;
    MergedRules merged;
    rules.abi_origin = {first.policy.abi->where, first.name, ""};
    if (defaults.architecture != nullptr) rules.architecture = defaults.architecture->name;
    for (LoadedPolicy& loaded : policies) {
        rules.name += (rules.name.empty() ? "" : "+") + loaded.name;
        const Settings settings = settings_of(loaded, abi, defaults);
        if (&loaded == &first) rules.description = settings.description;
        tighten(rules, settings);
        add_texts(rules.documentation, loaded.policy.documentation);
        add_texts(rules.units, loaded.policy.units);
        merge(merged, std::move(loaded.rules));
    }
    rules.quiet = std::move(merged.quiet);
    rules.systemd = std::move(merged.systemd);
    rules.sources = std::move(merged.sources);
    rules.kept_capabilities = std::move(merged.kept_capabilities);
    rules.removed = std::move(merged.removed);
    rules.exceptions = std::move(merged.exceptions);
    if (rules.stand_ins) rules.sockets = granted_sockets(merged.paths, policies);
    rules.layers.push_back(base_layer(policies, abi, std::move(merged)));
    std::move(layers->begin(), layers->end(), std::back_inserter(rules.layers));
    rules.digest = digest(rules);
    return rules;
}

}  // namespace ringfence::policy
