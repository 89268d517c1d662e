// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "landlock/rights.h"
#include "policy/digest.h"
#include "policy/load.h"
#include "policy/merge.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

/// What the tables of one file, or of a policy and its drop-ins in turn, say about what is handled.
struct Handling {
    Access unrestricted;
    Access free_scopes;

    void apply(const Ruleset& rules) {
        for (const RightEntry& right : rules.unrestricted)
            unrestricted |= right.access;
        for (const ScopeEntry& entry : rules.scopes)
            free_scopes = entry.restricted ? free_scopes - entry.scope : free_scopes | entry.scope;
    }
};

Handling handling_of(const Loaded& loaded) {
    Handling handling;
    handling.apply(loaded.policy.rules);
    for (const Policy& drop_in : loaded.drop_ins)
        handling.apply(drop_in.rules);
    return handling;
}

Layer make_layer(Body body, const Handling& handling, int abi) {
    Layer layer;
    layer.abi = abi;
    const Access known = landlock::known_at(abi);
    layer.unrestricted = handling.unrestricted & known;
    layer.scopes = Access{0, 0, known.scope} - handling.free_scopes;
    mask(body, known - layer.unrestricted);
    layer.paths = std::move(body.paths);
    layer.ports = std::move(body.ports);
    return layer;
}

/// The lowest layer: the union of all policies' rules. A right is left unhandled only where every
/// policy of the unit says so: merging never takes a restriction away.
Layer base_layer(const std::vector<Loaded>& policies, int abi, Body body) {
    Handling handling = handling_of(policies.front());
    for (const Loaded& loaded : policies) {
        const Handling own = handling_of(loaded);
        handling.unrestricted &= own.unrestricted;
        handling.free_scopes &= own.free_scopes;
    }
    return make_layer(std::move(body), handling, abi);
}

/// A further layer. What it has no table for, it leaves to the layers below.
Layer further_layer(const Ruleset& rules, int abi, const std::string& chain) {
    Handling handling;
    handling.apply(rules);
    const Access known = landlock::known_at(abi);
    if (!rules.filesystem) handling.unrestricted.fs = known.fs;
    if (!rules.network) handling.unrestricted.net = known.net;
    if (!rules.scope) handling.free_scopes.scope = known.scope;
    return make_layer(body_of(rules, chain), handling, abi);
}

class Combiner {
  public:
    /// Takes the bodies out of the policies.
    Combiner(std::vector<Loaded>& policies, int abi) : policies_(policies), abi_(abi) {}

    Rules combine() {
        Rules rules;
        Body body;
        for (Loaded& loaded : policies_) {
            rules.name += (rules.name.empty() ? "" : "+") + loaded.name;
            merge(body, std::move(loaded.body));
        }
        rules.quiet = std::move(body.quiet);
        rules.systemd = std::move(body.systemd);
        rules.layers.push_back(base_layer(policies_, abi_, std::move(body)));
        add_layers(rules);
        add_settings(rules);
        rules.digest = digest(rules);
        return rules;
    }

    Diagnostics problems;

  private:
    // The same layer twice restricts no more than once.
    void add_layers(Rules& rules) {
        std::set<std::string> seen;
        const auto add = [&](const Policy& file, const std::string& name) {
            for (const Ruleset& table : file.layers) {
                Layer layer = further_layer(table, abi_, name);
                if (!seen.insert(canonical(layer)).second) continue;
                if (rules.layers.size() == landlock::max_layers)
                    problems.push_back({table.where,
                                        fmt::format("more than {} layers, which is all that the "
                                                    "kernel can stack",
                                                    landlock::max_layers),
                                        "put the rules into fewer layers"});
                rules.layers.push_back(std::move(layer));
            }
        };
        for (const Loaded& loaded : policies_) {
            add(loaded.policy, loaded.name);
            for (const Policy& drop_in : loaded.drop_ins)
                add(drop_in, loaded.name);
        }
    }

    /// The last file of a policy decides; of several policies the strictest.
    void add_settings(Rules& rules) {
        bool first = true;
        for (const Loaded& loaded : policies_) {
            std::string description;
            int minimum = 1;
            bool inherit = true;
            const auto apply = [&](const Policy& file) {
                if (file.description) description = file.description->value;
                if (file.minimum_abi) minimum = file.minimum_abi->value;
                if (file.inherit) inherit = file.inherit->value;
            };
            apply(loaded.policy);
            for (const Policy& drop_in : loaded.drop_ins)
                apply(drop_in);
            if (first) rules.description = description;
            rules.minimum_abi = stricter(rules.minimum_abi, minimum);
            rules.inherit = rules.inherit && inherit;
            first = false;
        }
    }

    static int stricter(int a, int b) {
        if (a == minimum_abi_all || b == minimum_abi_all) return minimum_abi_all;
        return std::max(a, b);
    }

    std::vector<Loaded>& policies_;
    int abi_;
};

/// Each name once; required when one of its mentions is.
std::vector<Name> distinct(const std::vector<Name>& names) {
    std::vector<Name> once;
    for (const Name& name : names) {
        const auto same = std::find_if(once.begin(), once.end(),
                                       [&](const Name& other) { return other.name == name.name; });
        if (same == once.end())
            once.push_back(name);
        else if (same->optional)
            *same = name;
    }
    return once;
}

void check_further(const std::vector<Loaded>& policies, Diagnostics& problems) {
    const Loaded& first = policies.front();
    for (const Loaded& further : policies) {
        if (further.policy.abi->value >= first.policy.abi->value) continue;
        problems.push_back(
            {further.policy.abi->where,
             fmt::format("policy {} is written for abi = {}, older than the abi = {} of policy {}, "
                         "which the unit names first",
                         quote(further.name), further.policy.abi->value, first.policy.abi->value,
                         quote(first.name)),
             "it would lack rules for the newer rights: review it and raise its `abi`"});
    }
}

}  // namespace

Resolver::Resolver(const Root& root, const SearchPath& path)
    : loader_(std::make_unique<Loader>(root, path)) {}

Resolver::~Resolver() = default;

Result<std::optional<Rules>> Resolver::resolve(const std::vector<Name>& names) {
    Loader& loader = *loader_;
    loader.start_anew();
    std::vector<Loaded> policies;
    for (const Name& name : distinct(names)) {
        if (auto loaded = loader.load(name)) policies.push_back(std::move(*loaded));
    }
    if (!policies.empty()) {
        const Loaded& first = policies.front();
        loader.check_abstractions(first.policy.abi->value, first.name);
        check_further(policies, loader.problems);
    }
    if (!loader.problems.empty()) return tl::unexpected(loader.problems);
    if (policies.empty()) return std::nullopt;
    Combiner combiner(policies, policies.front().policy.abi->value);
    Rules rules = combiner.combine();
    if (!combiner.problems.empty()) return tl::unexpected(std::move(combiner.problems));
    return rules;
}

Result<std::optional<Rules>> resolve(const Root& root, const SearchPath& path,
                                     const std::vector<Name>& names) {
    return Resolver(root, path).resolve(names);
}

}  // namespace ringfence::policy
