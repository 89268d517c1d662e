// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/coverage.h"

#include <algorithm>

#include "landlock/rights.h"

namespace ringfence::policy {

namespace {

using landlock::Access;

constexpr Access refer = landlock::access_of("fs.refer");

void add_new(std::vector<Origin>& all, const std::vector<Origin>& more) {
    for (const Origin& origin : more)
        if (std::none_of(all.begin(), all.end(),
                         [&](const Origin& known) { return known.where == origin.where; }))
            all.push_back(origin);
}

}  // namespace

std::string simplify(std::string_view path) {
    std::string out = path.substr(0, 1) == "/" ? "/" : "";
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, end - at);
        if (!part.empty() && part != ".") {
            if (!out.empty() && out.back() != '/') out += '/';
            out += part;
        }
        at = end + 1;
    }
    return out;
}

bool covers(std::string_view directory, std::string_view path) {
    if (directory == "/" || directory == path) return true;
    return path.size() > directory.size() && path.starts_with(directory) &&
           path[directory.size()] == '/';
}

std::vector<std::string> with_parents(std::string_view path) {
    std::vector<std::string> all;
    for (std::string_view at = path; !at.empty() && at != "/";
         at = at.substr(0, std::min(at.rfind('/'), at.size()))) {
        all.emplace_back(at);
        if (at.find('/') == std::string_view::npos) break;  // begins with a specifier
    }
    all.emplace_back("/");
    return all;
}

Access handled(const Layer& layer) {
    Access all = landlock::known_at(layer.abi);
    all.scope = 0;
    all = (all - layer.unrestricted) | layer.scopes;
    // The kernel denies it in every ruleset that handles any fs right, even one of ABI 1.
    if (all.fs != 0) all |= refer;
    return all;
}

Coverage::Coverage(const Rules& rules) {
    for (const Layer& layer : rules.layers)
        add(layer);
}

Coverage::Coverage(const Layer& layer) {
    add(layer);
}

void Coverage::add(const Layer& layer) {
    Tree tree;
    tree.unhandled.fs = (landlock::known_at(landlock::newest_abi) - handled(layer)).fs;
    for (const PathRule& rule : layer.paths) {
        const std::string path = simplify(rule.path);
        tree.granted[path] |= rule.access;
        tree.rules[path].push_back(&rule);
    }
    layers_.push_back(std::move(tree));
}

Access Coverage::allowed(std::string_view path) const {
    Access all{landlock::known_at(landlock::newest_abi).fs, 0, 0};
    const std::vector<std::string> chain = with_parents(path);
    for (const Tree& layer : layers_) {
        Access here = layer.unhandled;
        for (const std::string& step : chain)
            if (const auto found = layer.granted.find(step); found != layer.granted.end())
                here |= found->second;
        all &= here;
    }
    return all;
}

std::vector<Origin> Coverage::origins(std::string_view path, const Access& access) const {
    std::vector<Origin> all;
    for (const Tree& layer : layers_)
        for (const std::string& step : with_parents(path)) {
            const auto found = layer.rules.find(step);
            if (found == layer.rules.end()) continue;
            for (const PathRule* rule : found->second)
                if (!(rule->access & access).empty()) add_new(all, rule->origins);
        }
    return all;
}

}  // namespace ringfence::policy
