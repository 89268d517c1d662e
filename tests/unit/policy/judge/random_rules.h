// SPDX-License-Identifier: LGPL-2.1-or-later
// Random rules, and a second evaluator, which shares no code with the judge.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "landlock/rights.h"
#include "policy/model/rules.h"

namespace ringfence::policy {

class RandomRules {
  public:
    explicit RandomRules(unsigned seed) : random_(seed) {}

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

    std::string path() {
        static const char* const parts[] = {"a", "b", "a-b", "ab"};
        std::string text = below(8) == 0 ? "%S" : "";
        for (unsigned depth = below(4); depth > 0; --depth)
            text += std::string("/") + parts[below(4)];
        return text.empty() ? "/" : text;
    }

    Layer layer() {
        using landlock::Access;
        Layer layer;
        layer.abi = static_cast<int>(1 + below(landlock::newest_abi));
        const Access known = landlock::known_at(layer.abi);
        if (below(3) == 0) layer.unrestricted = some(known - landlock::access_of("fs.refer"));
        layer.unrestricted.scope = 0;
        if (below(8) == 0) layer.unrestricted.fs = known.fs;  // a layer without [filesystem]
        const Access handles = known - layer.unrestricted;
        layer.scopes.scope = some(known).scope;
        for (unsigned count = below(5); count > 0; --count) {
            PathRule rule{path(), false, some(handles), {{{"p.toml", 7, 1}, "p", ""}}};
            rule.access = {rule.access.fs, 0, 0};
            if (!rule.access.empty()) layer.paths.push_back(rule);
        }
        for (const landlock::Right& right : landlock::rights) {
            if (right.family != landlock::Family::net || !handles.contains(right.access()))
                continue;
            for (unsigned count = below(3); count > 0; --count) {
                const auto first = static_cast<std::uint16_t>(below(20));
                const auto last = static_cast<std::uint16_t>(first + below(10));
                layer.ports.push_back({first, last, right.access(), {}});
            }
        }
        return layer;
    }

    Rules rules() {
        Rules rules;
        for (unsigned count = 1 + below(3); count > 0; --count)
            rules.layers.push_back(layer());
        return rules;
    }

  private:
    landlock::Access some(const landlock::Access& of) {
        const std::uint64_t mask = random_() & (below(2) == 0 ? random_() : ~std::uint64_t{0});
        return of & landlock::Access{mask, mask >> 20, mask >> 40};
    }

    std::mt19937_64 random_;
};

/// Whether a layer makes a kernel of `abi` restrict the right, according to landlock(7).
inline bool asks_for(const Layer& layer, const landlock::Right& right, int abi) {
    if (right.abi > abi || right.abi > layer.abi) return false;
    return right.family == landlock::Family::scope ? !(layer.scopes & right.access()).empty()
                                                   : (layer.unrestricted & right.access()).empty();
}

/// Whether a kernel of `abi` allows a right on `path`.
inline bool permits(const Rules& rules, const std::string& path, const landlock::Right& right,
                    int abi = landlock::newest_abi) {
    const bool refer = std::string(right.name) == "fs.refer";
    const auto asks = [&](const Layer& layer, landlock::Family family) {
        return std::any_of(std::begin(landlock::rights), std::end(landlock::rights),
                           [&](const landlock::Right& other) {
                               return other.family == family && asks_for(layer, other, abi);
                           });
    };
    const bool on_files =
        std::any_of(rules.layers.begin(), rules.layers.end(),
                    [&](const Layer& layer) { return asks(layer, landlock::Family::fs); });
    for (const Layer& layer : rules.layers) {
        bool denies = asks_for(layer, right, abi);
        // If a fence restricts files, each of its rulesets denies fs.refer without being asked to.
        // The wrapper allows it again for layers that do not restrict it, if the kernel knows it.
        if (refer && on_files) {
            const bool has_ruleset = asks(layer, landlock::Family::fs) ||
                                     asks(layer, landlock::Family::net) ||
                                     asks(layer, landlock::Family::scope);
            const bool lifted = abi >= right.abi && !(layer.unrestricted & right.access()).empty();
            denies = has_ruleset && !lifted;
        }
        if (!denies) continue;
        const bool granted =
            std::any_of(layer.paths.begin(), layer.paths.end(), [&](const PathRule& rule) {
                const bool above = rule.path == "/" || path == rule.path ||
                                   path.compare(0, rule.path.size() + 1, rule.path + "/") == 0;
                return above && asks_for(layer, right, abi) &&
                       !(rule.access & right.access()).empty();
            });
        if (!granted) return false;
    }
    return true;
}

/// Whether a kernel of `abi` allows a right on `port`.
inline bool permits(const Rules& rules, unsigned port, const landlock::Right& right,
                    int abi = landlock::newest_abi) {
    return std::all_of(rules.layers.begin(), rules.layers.end(), [&](const Layer& layer) {
        return !asks_for(layer, right, abi) ||
               std::any_of(layer.ports.begin(), layer.ports.end(), [&](const PortRule& rule) {
                   return rule.access == right.access() && rule.first <= port && port <= rule.last;
               });
    });
}

}  // namespace ringfence::policy
