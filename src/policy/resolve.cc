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
    std::vector<HandlingOrigin> origins;

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

Handling handling_of(const Loaded& loaded) {
    Handling handling;
    handling.apply(loaded.policy.rules, loaded.name);
    for (const Policy& drop_in : loaded.drop_ins)
        handling.apply(drop_in.rules, loaded.name);
    return handling;
}

Layer make_layer(Body body, const Handling& handling, int abi, const Origin& origin) {
    Layer layer;
    layer.origin = origin;
    layer.abi = abi;
    const Access known = landlock::known_at(abi);
    layer.unrestricted = handling.unrestricted & known;
    layer.scopes = Access{0, 0, known.scope} - handling.free_scopes;
    mask(body, known - layer.unrestricted);
    layer.paths = std::move(body.paths);
    layer.ports = std::move(body.ports);
    // What a later file or another policy overrules does not hold.
    const Access lifted = layer.unrestricted | (Access{0, 0, known.scope} - layer.scopes);
    for (const HandlingOrigin& entry : handling.origins)
        if (entry.restricted ? layer.scopes.contains(entry.access) : lifted.contains(entry.access))
            layer.handling.push_back(entry);
    return layer;
}

/// The lowest layer: the union of all policies' rules. A right is left unhandled only where every
/// policy of the unit says so: merging never takes a restriction away.
Layer base_layer(const std::vector<Loaded>& policies, int abi, Body body) {
    Handling handling = handling_of(policies.front());
    handling.origins.clear();
    for (const Loaded& loaded : policies) {
        const Handling own = handling_of(loaded);
        handling.unrestricted &= own.unrestricted;
        handling.free_scopes &= own.free_scopes;
        handling.origins.insert(handling.origins.end(), own.origins.begin(), own.origins.end());
    }
    const Loaded& first = policies.front();
    return make_layer(std::move(body), handling, abi, {first.policy.rules.where, first.name, ""});
}

/// A further layer. What it has no table for, it leaves to the layers below.
Layer further_layer(const Ruleset& rules, int abi, const SharedText& chain) {
    Handling handling;
    handling.apply(rules, chain);
    const Access known = landlock::known_at(abi);
    if (!rules.filesystem) handling.unrestricted.fs = known.fs;
    if (!rules.network) handling.unrestricted.net = known.net;
    if (!rules.scope) handling.free_scopes.scope = known.scope;
    return make_layer(body_of(rules, chain), handling, abi, {rules.where, chain, ""});
}

class Combiner {
  public:
    /// Takes the bodies out of the policies.
    Combiner(std::vector<Loaded>& policies, int abi, const Defaults& defaults)
        : policies_(policies), abi_(abi), defaults_(defaults) {}

    Rules combine() {
        Rules rules;
        Body body;
        for (Loaded& loaded : policies_) {
            rules.name += (rules.name.empty() ? "" : "+") + loaded.name;
            merge(body, std::move(loaded.body));
        }
        rules.quiet = std::move(body.quiet);
        rules.systemd = std::move(body.systemd);
        rules.sources = std::move(body.sources);
        rules.removed = std::move(body.removed);
        rules.exceptions = std::move(body.exceptions);
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
        const Loaded& first = policies_.front();
        rules.abi_origin = {first.policy.abi->where, first.name, ""};
        for (const Loaded& loaded : policies_) {
            Settings settings = settings_of(loaded);
            if (&loaded == &first) rules.description = settings.description;
            if (stricter(rules.minimum_abi, settings.minimum_abi) != rules.minimum_abi ||
                rules.minimum_abi_origin.where.file.empty()) {
                rules.minimum_abi = stricter(rules.minimum_abi, settings.minimum_abi);
                rules.minimum_abi_origin = settings.minimum_abi_origin;
            }
            if (rules.inherit && (!settings.inherit || rules.inherit_origin.where.file.empty()))
                rules.inherit_origin = settings.inherit_origin;
            rules.inherit = rules.inherit && settings.inherit;
            add_texts(rules.documentation, loaded.policy.documentation);
            add_texts(rules.units, loaded.policy.units);
        }
    }

    struct Settings {
        std::string description;
        int minimum_abi = 1;
        bool inherit = true;
        Origin minimum_abi_origin;
        Origin inherit_origin;
    };

    Settings settings_of(const Loaded& loaded) const {
        Settings settings;
        settings.minimum_abi = default_minimum(defaults_, abi_);
        if (defaults_.minimum_abi)
            settings.minimum_abi_origin = {defaults_.minimum_abi_where, "", ""};
        const auto apply = [&](const Policy& file) {
            if (file.description) settings.description = file.description->value;
            if (file.minimum_abi) {
                settings.minimum_abi = file.minimum_abi->value;
                settings.minimum_abi_origin = {file.minimum_abi->where, loaded.name, ""};
            }
            if (file.inherit) {
                settings.inherit = file.inherit->value;
                settings.inherit_origin = {file.inherit->where, loaded.name, ""};
            }
        };
        apply(loaded.policy);
        for (const Policy& drop_in : loaded.drop_ins)
            apply(drop_in);
        return settings;
    }

    static void add_texts(std::vector<std::string>& all,
                          const std::vector<Located<std::string>>& more) {
        for (const auto& text : more)
            if (std::find(all.begin(), all.end(), text.value) == all.end())
                all.push_back(text.value);
    }

    static int stricter(int a, int b) {
        if (a == minimum_abi_all || b == minimum_abi_all) return minimum_abi_all;
        return std::max(a, b);
    }

    std::vector<Loaded>& policies_;
    int abi_;
    const Defaults& defaults_;
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

Result<std::optional<Rules>> combine(Loader& loader, std::vector<Loaded> policies,
                                     const Defaults& defaults) {
    if (!policies.empty()) {
        const Loaded& first = policies.front();
        loader.check_abstractions(first.policy.abi->value, first.name);
        check_further(policies, loader.problems);
    }
    if (!loader.problems.empty()) return tl::unexpected(loader.problems);
    if (policies.empty()) return std::nullopt;
    Combiner combiner(policies, policies.front().policy.abi->value, defaults);
    Rules rules = combiner.combine();
    if (!combiner.problems.empty()) return tl::unexpected(std::move(combiner.problems));
    return rules;
}

}  // namespace

Resolver::Resolver(const Root& root, const SearchPath& path, Defaults defaults)
    : loader_(std::make_unique<Loader>(root, path)), defaults_(std::move(defaults)) {}

Resolver::~Resolver() = default;

Result<std::optional<Rules>> Resolver::resolve(const std::vector<Name>& names) {
    loader_->start_anew();
    std::vector<Loaded> policies;
    for (const Name& name : distinct(names)) {
        if (auto loaded = loader_->load(name)) policies.push_back(std::move(*loaded));
    }
    return combine(*loader_, std::move(policies), defaults_);
}

Result<std::optional<Rules>> resolve(const Root& root, const SearchPath& path,
                                     const std::vector<Name>& names, const Defaults& defaults) {
    return Resolver(root, path, defaults).resolve(names);
}

Result<Rules> resolve_text(const Root& root, const SearchPath& path, const std::string& name,
                           const std::string& file, const std::string& text,
                           const Defaults& defaults) {
    Loader loader(root, path);
    std::vector<Loaded> policies;
    if (auto loaded = loader.load_text({file, text}, name)) policies.push_back(std::move(*loaded));
    auto rules = combine(loader, std::move(policies), defaults);
    if (!rules) return tl::unexpected(std::move(rules.error()));
    return std::move(**rules);  // without a policy there were problems
}

}  // namespace ringfence::policy
